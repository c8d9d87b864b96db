//! Row "Boundary" of the trust tests: every function of the header, called through the
//! shared library with every mistake that a program can make.

#[path = "support/capi.rs"]
mod capi;
#[allow(dead_code, reason = "the tests of HTTP use the rest of it")]
#[path = "support/described.rs"]
mod described;
#[path = "support/header.rs"]
mod header;
#[allow(dead_code, reason = "the tests of HTTP use the rest of it")]
#[path = "support/library.rs"]
mod library;
#[allow(dead_code, reason = "the tests of HTTP use more of it")]
#[path = "support/listener.rs"]
mod listener;

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char};
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use header::{Function, Kind, functions, invoke};
use library::{Library, calls, function};
use listener::{Listener, read_request};
use serde_json::Value;

const INVALID_ARGUMENT: usize = 1;

/// What may be NULL in functions that make a client, as `function.parameter`. Together with
/// what the calls of a client may leave out; everything else is required.
const OPTIONAL: &[&str] = &[
    "lid_new.private_key",
    "lid_new.base_url",
    "lid_new_management.base_url",
    "lid_with_options.options_json",
    "lid_with_options.cancel",
    "lid_v2_new.api_key",
    "lid_v2_with_options.options_json",
    "lid_v2_with_options.cancel",
];

/// The library with a client of a service that refuses everything.
struct Boundary {
    library: Library,
    requests: Arc<AtomicUsize>,
    _service: Listener,
}

impl Boundary {
    fn new() -> Boundary {
        let requests = Arc::new(AtomicUsize::new(0));
        let counter = requests.clone();
        let service = Listener::start(move |mut stream, _| {
            // Each service has its own name of the code.
            let body = r#"{"code":"no_no","msgCode":"no_no"}"#;
            let length = body.len();
            let answer = format!("HTTP/1.1 400 Bad\r\ncontent-length: {length}\r\n\r\n{body}");
            while read_request(&mut stream).is_some() {
                counter.fetch_add(1, Ordering::SeqCst);
                if stream.write_all(answer.as_bytes()).is_err() {
                    break;
                }
            }
        });
        Boundary {
            library: Library::load(&service.base_url()),
            requests,
            _service: service,
        }
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    /// A call with this value for one argument, NULL if it is `None`, is refused:
    /// the error object is complete and names the function and the argument, no client
    /// is made, and nothing is sent. Returns the message.
    fn refuses(
        &self,
        function: &Function,
        at: usize,
        argument: Option<&[u8]>,
        code: &str,
    ) -> String {
        let parameter = &function.parameters[at];
        let given = argument.map(|text| text.escape_ascii().to_string());
        let what = format!("{}.{}: {given:?}", function.name, parameter.name);
        let before = self.requests();
        let mut texts = self.usual(&function.name);
        texts[at] = argument.map(<[u8]>::to_vec);
        let null = argument.is_none().then_some(at);
        let done = self.call_on(self.client, function, texts, null);
        assert_eq!(done.status, INVALID_ARGUMENT, "{what}: {:?}", done.text);
        if !function.has(Kind::Out) {
            assert!(done.value.is_none_or(|value| value == 0), "{what}");
            return String::new();
        }
        let text = done
            .text
            .as_deref()
            .unwrap_or_else(|| panic!("{what}: nothing in out"));
        let error: Value = serde_json::from_str(text).expect("JSON");
        let error = error["error"].as_object().expect("an error object");
        for member in ["http_status", "request_id", "retryable", "retry_after_ms"] {
            assert!(error.contains_key(member), "{what}: no {member} in {text}");
        }
        assert_eq!(error["status"], "LID_ERROR_INVALID_ARGUMENT", "{what}");
        assert_eq!(error["code"], code, "{what}: {text}");
        let operation = function.name.strip_prefix("lid_");
        assert_eq!(error["operation"].as_str(), operation, "{what}: {text}");
        let message = error["message"].as_str().expect("a message");
        // The other languages have no argument whose name ends in `_json`.
        let named = parameter.name.strip_suffix("_json");
        let named = format!("{} ", named.unwrap_or(&parameter.name));
        assert!(message.contains(&named), "{what} is not named: {text}");
        let made = [done.made, done.made_v2, done.document];
        assert!(made.into_iter().flatten().all(|made| made == 0), "{what}");
        assert_eq!(self.requests(), before, "{what}: something was sent");
        message.to_owned()
    }

    /// Checks that the client still signs, and that it and the client of the current service
    /// reach their service.
    fn works(&self, client: usize) {
        let name = "lid_generate_service_token";
        let done = self.call_on(client, &function(name), self.usual(name), None);
        assert_eq!(done.status, 0, "{:?}", done.text);
        for name in ["lid_get_user", "lid_v2_get_version"] {
            let before = self.requests();
            let done = self.call_on(client, &function(name), self.usual(name), None);
            assert_eq!(done.error("code"), "no_no", "{:?}", done.text);
            assert_eq!(self.requests(), before + 1);
        }
    }
}

impl std::ops::Deref for Boundary {
    type Target = Library;

    fn deref(&self) -> &Library {
        &self.library
    }
}

#[test]
fn null_is_an_error_where_a_value_is_needed_and_nowhere_fatal() {
    let boundary = Boundary::new();
    let optional = [OPTIONAL, described::OPTIONAL].concat();
    let optional = BTreeSet::from_iter(optional);
    let mut seen = BTreeSet::new();
    for function in calls() {
        for (at, parameter) in function.parameters.iter().enumerate() {
            let what = format!("{}.{}", function.name, parameter.name);
            if parameter.kind == Kind::Number {
                continue;
            } else if parameter.kind == Kind::Out {
                is_the_same_without_out(&boundary, &function, at);
            } else if optional.contains(what.as_str()) {
                let mut texts = boundary.usual(&function.name);
                texts[at] = None;
                let done = boundary.call_on(boundary.client, &function, texts, Some(at));
                assert_ne!(done.error("code"), "null_argument", "{what}");
                boundary.free_made(&done);
            } else {
                boundary.refuses(&function, at, None, "null_argument");
            }
            seen.insert(what);
        }
    }
    let unknown: Vec<_> = optional
        .iter()
        .filter(|what| !seen.contains(**what))
        .collect();
    assert!(
        unknown.is_empty(),
        "the header has none of these: {unknown:?}"
    );
    let functions = calls().into_iter().map(|function| function.name);
    let functions: BTreeSet<_> = functions.collect();
    let marked = header::nullable().into_iter().filter(|what| {
        let (function, parameter) = what.split_once('.').expect("a parameter");
        functions.contains(function) && parameter != "out"
    });
    let optional: BTreeSet<_> = optional.into_iter().map(str::to_owned).collect();
    assert_eq!(marked.collect::<BTreeSet<_>>(), optional, "LID_NULLABLE");
    boundary.works(boundary.client);
}

/// Without `out` a call does the same and has the same status; its text is not stored.
fn is_the_same_without_out(boundary: &Boundary, function: &Function, out: usize) {
    for client in [boundary.client, 0] {
        let what = format!("{} of {client:#x}", function.name);
        let [usual, without] = [None, Some(out)].map(|null| {
            let before = boundary.requests();
            let texts = boundary.usual(&function.name);
            let done = boundary.call_on(client, function, texts, null);
            let made = done.made.or(done.made_v2).or(done.document);
            let made = made.is_some_and(|made| made != 0);
            boundary.free_made(&done);
            assert_eq!(done.text.is_some(), null.is_none(), "{what}");
            (done.status, made, boundary.requests() - before)
        });
        assert_eq!(usual, without, "{what}");
        if (function.has(Kind::Client) || function.has(Kind::V2Client)) && client == 0 {
            assert_eq!(without, (INVALID_ARGUMENT, false, 0), "{what}");
        }
    }
}

/// The texts of all functions.
fn texts() -> Vec<(Function, usize)> {
    let texts = |function: Function| {
        let kinds = function.parameters.iter().map(|parameter| parameter.kind);
        let texts = kinds.enumerate().filter(|(_, kind)| *kind == Kind::Text);
        let texts: Vec<usize> = texts.map(|(at, _)| at).collect();
        texts.into_iter().map(move |at| (function.clone(), at))
    };
    let texts: Vec<_> = calls().into_iter().flat_map(texts).collect();
    assert!(texts.len() > 100, "{} texts", texts.len());
    texts
}

#[test]
fn a_json_text_that_cannot_be_used_is_an_error_that_names_it() {
    let boundary = Boundary::new();
    let mut tried = 0;
    for (function, at) in texts() {
        let name = &function.parameters[at].name;
        if !name.ends_with("_json") || name == "config_json" {
            continue;
        }
        for (bad, says) in [
            ("[]", "is not one JSON object"),
            ("{", "is not one JSON object"),
            (r#"{"a":1,"\u0061":2}"#, "the member 'a' twice"),
        ] {
            let message = boundary.refuses(&function, at, Some(bad.as_bytes()), "invalid_json");
            assert!(message.contains(says), "{}: {message}", function.name);
            tried += 1;
        }
    }
    assert!(tried >= 3 * 7, "not all of the header's JSON arguments");
}

#[test]
fn a_text_that_is_not_utf_8_is_an_error_that_names_it() {
    let boundary = Boundary::new();
    for (function, at) in texts() {
        let usual = boundary.usual(&function.name);
        let usual = usual[at].as_deref().unwrap_or(b"{}");
        let (start, end) = usual.split_at(usual.len() / 2);
        for bad in [
            &b"\xff"[..],
            b"a\xc3",
            b"a\x80",
            b"\xe2\x82",
            // An overlong encoding, half of a surrogate pair, and a code point beyond Unicode.
            b"\xc0\xaf",
            b"\xed\xa0\x80",
            b"\xf4\x90\x80\x80",
            b"\xf5\x80\x80\x80",
        ] {
            boundary.refuses(&function, at, Some(bad), "invalid_utf8");
            // A key is found in text of any encoding: tests/c/keys.c.
            if function.parameters[at].name != "private_key" {
                let amid = [start, bad, end].concat();
                boundary.refuses(&function, at, Some(&amid), "invalid_utf8");
            }
        }
    }
    boundary.works(boundary.client);
}

/// Also for optional arguments: treating it as "not given" would skip what the caller
/// asked for.
#[test]
fn an_empty_text_is_an_error_and_not_a_missing_argument() {
    let boundary = Boundary::new();
    for (function, at) in texts() {
        // "" is RFC 6901's pointer to the whole document, and a text like others.
        if ["pointer", "text"].contains(&function.parameters[at].name.as_str()) {
            continue;
        }
        boundary.refuses(&function, at, Some(b""), "empty_argument");
    }
    boundary.works(boundary.client);
}

/// It is sent, or an error that does not repeat it.
#[test]
fn a_huge_text_is_an_argument_like_others() {
    let boundary = Boundary::new();
    let (mut sent, mut refused) = (0, 0);
    for (function, at) in texts() {
        let huge = [b'x'; 100_000];
        let mut given = boundary.usual(&function.name);
        given[at] = Some(huge.to_vec());
        let before = boundary.requests();
        let done = boundary.call_on(boundary.client, &function, given, None);
        let text = done.text.as_deref().unwrap_or_default();
        let what = format!("{}.{}", function.name, function.parameters[at].name);
        match boundary.requests() > before {
            true => sent += 1,
            false => refused += 1,
        }
        if done.status != 0 && function.has(Kind::Out) {
            assert!(text.len() < 2_000, "{what}: {} bytes", text.len());
            assert_ne!(done.error("status"), "LID_ERROR_INTERNAL", "{what}: {text}");
        }
        boundary.free_made(&done);
    }
    // In bodies, and in what has a limit.
    assert!(sent > 50 && refused > 50, "{sent} sent, {refused} refused");
    boundary.works(boundary.client);
}

/// `call_on` overwrites and frees all texts before it looks at the results.
#[test]
fn no_text_is_used_after_its_call() {
    let boundary = Boundary::new();
    for function in calls().into_iter().filter(|it| it.has(Kind::Out)) {
        let done = boundary.call(&function, boundary.usual(&function.name));
        let text = done
            .text
            .as_deref()
            .unwrap_or_else(|| panic!("{}: nothing in out", function.name));
        let result: Value = serde_json::from_str(text).expect("JSON");
        let code = &result["error"]["code"];
        match function.name.as_str() {
            "lid_verify_token"
            | "lid_verify_transaction"
            | "lid_v2_verify_token"
            | "lid_v2_verify_transaction" => assert_eq!(code, "malformed_token"),
            // These are the variables of the process that runs the tests.
            "lid_new_from_env" | "lid_v2_new_from_env" => {}
            // Only the service can tell what is wrong with these texts.
            name => assert!(done.status == 0 || code == "no_no", "{name}: {text}"),
        }
        if let Some(client) = done.made.filter(|client| *client != 0) {
            boundary.works(client);
        }
        boundary.free_made(&done);
    }
    boundary.works(boundary.client);
}

#[test]
fn functions_without_a_status_take_null_and_any_number() {
    let boundary = Boundary::new();
    let others = functions().into_iter().filter(|function| !function.status);
    for function in others {
        let address = boundary.address(&function.name);
        for number in [0, 7, u32::MAX as usize, i32::MIN as u32 as usize] {
            let argument = |kind| if kind == Kind::Number { number } else { 0 };
            let arguments: Vec<_> = function
                .parameters
                .iter()
                .map(|p| argument(p.kind))
                .collect();
            // SAFETY: NULL and any number are allowed by the header.
            let result = unsafe { invoke(address, &arguments) };
            match function.name.as_str() {
                "lid_version" | "lid_status_name" => {
                    // SAFETY: a static string.
                    let text = unsafe { CStr::from_ptr(result as *const c_char) };
                    assert!(!text.is_empty());
                }
                "lid_cancel_new" => {
                    // SAFETY: made above, freed once.
                    unsafe { invoke(boundary.address("lid_cancel_free"), &[result]) };
                }
                _ => {}
            }
        }
    }
    boundary.works(boundary.client);
}
