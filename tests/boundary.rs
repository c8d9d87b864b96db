//! Row "Boundary" of the trust tests: every function of the header, called
//! through the shared library with all that a program can do wrong.

#[path = "support/capi.rs"]
mod capi;
#[path = "support/header.rs"]
mod header;
#[path = "support/listener.rs"]
mod listener;

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char, c_void};
use std::io::Write;

use capi::c;
use header::{Function, Kind, functions, invoke};
use listener::{Listener, read_request};
use loginid_emulator::Emulator;
use serde_json::{Value, json};

const INVALID_ARGUMENT: usize = 1;
/// What pointers hold before a call, to see that they are written.
const UNTOUCHED: usize = 0x5a5a;

/// May be NULL, as `function.parameter`; everything else is required.
const OPTIONAL: &str = "
    lid_new.private_key lid_new.base_url lid_new_management.base_url
    lid_generate_service_token.username lid_generate_service_token.user_id
    lid_generate_service_token.nonce lid_verify_token.username
    lid_generate_tx_auth_token.username lid_generate_tx_auth_token.nonce
    lid_create_tx.username lid_create_tx.nonce lid_verify_transaction.nonce
    lid_init_tx.tx_id lid_init_tx.tx_payload lid_init_tx.nonce lid_wait_code.cancel
    lid_generate_code.user_id lid_generate_code.username
    lid_authorize_code.user_id lid_authorize_code.username
    lid_invalidate_all_codes.user_id lid_invalidate_all_codes.username
    lid_get_credentials.status lid_get_credentials.user_id lid_get_credentials.username
    lid_rename_credential.user_id lid_rename_credential.username
    lid_revoke_credential.user_id lid_revoke_credential.username
    lid_force_fido2_credential_init.user_id lid_force_fido2_credential_init.username
    lid_force_fido2_credential_init.options_json
    lid_add_doc_scan_credential_init.user_id lid_add_doc_scan_credential_init.username
    lid_add_doc_scan_credential_init.credential_name
    lid_add_doc_scan_credential_complete.user_id lid_add_doc_scan_credential_complete.username
    lid_evaluate_doc_scan_credential.user_id lid_evaluate_doc_scan_credential.username
    lid_generate_recovery_code.user_id lid_generate_recovery_code.username
    lid_add_publickey_credential.publickey_alg lid_add_publickey_credential.user_id
    lid_add_publickey_credential.username lid_add_publickey_credential.credential_name
    lid_init_add_fido2_credential_with_code.options_json
    lid_complete_add_fido2_credential.credential_name
    lid_register_fido2_init.options_json lid_register_fido2_complete.credential_name
    lid_authenticate_doc_scan_init.credential_id lid_authenticate_publickey_init.publickey_alg
";

/// The library as a program loads it, a client, and a service that refuses.
struct Boundary {
    handle: *mut c_void,
    client: usize,
    key: String,
    base_url: String,
    _service: Listener,
    _emulator: Emulator,
}

/// What a call did.
struct Done {
    status: usize,
    /// What it stored in `out`, freed already.
    text: Option<String>,
    /// What it stored in `client`.
    made: Option<usize>,
}

impl Done {
    fn code(&self) -> String {
        let value: Value = serde_json::from_str(self.text.as_deref().expect("a text")).unwrap();
        value["error"]["code"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}

impl Boundary {
    fn new() -> Boundary {
        let service = Listener::start(|mut stream, _| {
            let answer = "HTTP/1.1 400 Bad\r\ncontent-length: 16\r\n\r\n{\"code\":\"no_no\"}";
            while read_request(&mut stream).is_some() {
                if stream.write_all(answer.as_bytes()).is_err() {
                    break;
                }
            }
        });
        let library = std::env::current_exe()
            .expect("this test")
            .with_file_name("libloginid.so");
        let library = c(library.to_str().expect("UTF-8"));
        // SAFETY: loading the library runs nothing of its own.
        let handle = unsafe { libc::dlopen(library.as_ptr(), libc::RTLD_NOW | libc::RTLD_LOCAL) };
        assert!(!handle.is_null(), "{library:?} cannot be loaded");
        let emulator = Emulator::start();
        let mut boundary = Boundary {
            handle,
            client: 0,
            key: emulator.private_key().to_owned(),
            base_url: service.base_url(),
            _service: service,
            _emulator: emulator,
        };
        let make = calls()
            .into_iter()
            .find(|function| function.name == "lid_new");
        let done = boundary.call(&make.expect("lid_new"), boundary.usual("lid_new"));
        boundary.client = done.made.expect("a client");
        assert_ne!(boundary.client, 0, "{:?}", done.text);
        boundary
    }

    fn address(&self, name: &str) -> *const () {
        let symbol = c(name);
        // SAFETY: an open library and a NUL-terminated name.
        let address = unsafe { libc::dlsym(self.handle, symbol.as_ptr()) };
        assert!(!address.is_null(), "the library has no {name}");
        address.cast_const().cast()
    }

    /// Texts that each function takes, by its parameters' names.
    fn usual(&self, function: &str) -> Vec<Option<Vec<u8>>> {
        let functions = functions();
        let function = functions.iter().find(|known| known.name == function);
        let function = function.expect("a function");
        let text = |name: &str| match name {
            "private_key" => self.key.clone(),
            "base_url" => self.base_url.clone(),
            "config_json" => json!({
                "client_id": "app", "private_key": self.key, "base_url": self.base_url,
            })
            .to_string(),
            "code_type" => "short".to_owned(),
            "status" => "active".to_owned(),
            "json" => r#"{"a":1}"#.to_owned(),
            "pointer" => "/a".to_owned(),
            "assertion_payload_json" if function.name == "lid_complete_tx" => json!({
                "challenge": "Yw", "key_handle": "Yw", "client_data": "Yw",
                "auth_data": "Yw", "sign_data": "Yw",
            })
            .to_string(),
            name if name.ends_with("_json") => "{}".to_owned(),
            other => format!("a-{other}"),
        };
        let parameters = &function.parameters;
        let value = |kind, name: &str| (kind == Kind::Text).then(|| text(name).into_bytes());
        let mut usual: Vec<_> = parameters.iter().map(|p| value(p.kind, &p.name)).collect();
        // One of the two, or it is an argument error.
        if let Some(at) = parameters.iter().position(|p| p.name == "tx_id")
            && parameters.iter().any(|p| p.name == "tx_payload")
        {
            usual[at] = None;
        }
        usual
    }

    fn call(&self, function: &Function, texts: Vec<Option<Vec<u8>>>) -> Done {
        self.call_on(self.client, function, texts, None)
    }

    /// Calls with these texts and usual other arguments, of which one may be
    /// NULL. The texts are overwritten and freed before the results are looked at.
    fn call_on(
        &self,
        client: usize,
        function: &Function,
        texts: Vec<Option<Vec<u8>>>,
        null: Option<usize>,
    ) -> Done {
        let mut out = UNTOUCHED;
        let mut made = UNTOUCHED;
        // In pages of their own, so that a use after they are freed is felt.
        let in_pages = |mut text: Vec<u8>| {
            text.push(0);
            text.reserve_exact(256 * 1024);
            text
        };
        let mut given: Vec<_> = texts.into_iter().map(|text| text.map(in_pages)).collect();
        let mut arguments = Vec::new();
        for (at, parameter) in function.parameters.iter().enumerate() {
            let usual = match parameter.kind {
                Kind::Text => given[at].as_ref().map_or(0, |text| text.as_ptr() as usize),
                Kind::Client => client,
                Kind::NewClient => &raw mut made as usize,
                Kind::Out => &raw mut out as usize,
                Kind::Number => 1_000,
                Kind::Cancel | Kind::Callback | Kind::Pointer => 0,
            };
            arguments.push(if null == Some(at) { 0 } else { usual });
        }
        // `bool` is 0 or 1.
        for (parameter, argument) in function.parameters.iter().zip(&mut arguments) {
            if ["authorize", "activate"].contains(&parameter.name.as_str()) {
                *argument = 1;
            }
        }
        // SAFETY: the header's contract; what breaks it on purpose is what the
        // library promises to notice.
        let status = unsafe { invoke(self.address(&function.name), &arguments) };
        for text in given.iter_mut().flatten() {
            text.fill(0xAA);
        }
        drop(given);
        let text = (out != UNTOUCHED).then(|| self.take(out));
        let made = (made != UNTOUCHED).then_some(made);
        let status = status & 0xffff_ffff;
        Done { status, text, made }
    }

    fn take(&self, out: usize) -> String {
        // SAFETY: a call stored this string, freed once with the library's function.
        unsafe {
            let text = CStr::from_ptr(out as *const c_char);
            let text = text.to_str().expect("UTF-8").to_owned();
            invoke(self.address("lid_free_string"), &[out]);
            text
        }
    }

    fn free(&self, client: Option<usize>) {
        // SAFETY: NULL or made by a call, and freed once.
        unsafe { invoke(self.address("lid_free"), &[client.unwrap_or(0)]) };
    }

    /// A signature proves that a client is as good as new.
    fn works(&self, client: usize) {
        let name = "lid_generate_service_token";
        let function = calls().into_iter().find(|known| known.name == name);
        let texts = self.usual(name);
        let done = self.call_on(client, &function.expect("known"), texts, None);
        assert_eq!(done.status, 0, "{:?}", done.text);
    }
}

fn calls() -> Vec<Function> {
    functions()
        .into_iter()
        .filter(|function| function.status)
        .collect()
}

#[test]
fn null_is_an_error_where_a_value_is_needed_and_nowhere_fatal() {
    let boundary = Boundary::new();
    let optional: BTreeSet<&str> = OPTIONAL.split_whitespace().collect();
    let mut seen = BTreeSet::new();
    for function in calls() {
        for (at, parameter) in function.parameters.iter().enumerate() {
            if parameter.kind == Kind::Number {
                continue;
            }
            let what = format!("{}.{}", function.name, parameter.name);
            let mut texts = boundary.usual(&function.name);
            texts[at] = None;
            let done = boundary.call_on(boundary.client, &function, texts, Some(at));
            if parameter.kind == Kind::Out {
                assert_eq!(done.status, INVALID_ARGUMENT, "{what}");
                assert_eq!(done.text, None, "{what}");
                assert!(done.made.is_none_or(|client| client == 0), "{what}");
                continue;
            }
            let text = done
                .text
                .clone()
                .unwrap_or_else(|| panic!("{what}: nothing in out"));
            if optional.contains(what.as_str()) {
                assert_ne!(done.code(), "null_argument", "{what}: {text}");
                boundary.free(done.made);
            } else {
                assert_eq!(done.status, INVALID_ARGUMENT, "{what}: {text}");
                assert_eq!(done.code(), "null_argument", "{what}: {text}");
                assert!(
                    text.contains(&parameter.name),
                    "{what} is not named: {text}"
                );
                assert!(done.made.is_none_or(|client| client == 0), "{what}");
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
    boundary.works(boundary.client);
}

#[test]
fn a_text_that_is_not_utf_8_is_an_error_that_names_it() {
    let boundary = Boundary::new();
    for function in calls() {
        for (at, parameter) in function.parameters.iter().enumerate() {
            for bad in [&b"\xff"[..], b"a\xc3", b"\xed\xa0\x80", b"\xf5\x80\x80\x80"] {
                if parameter.kind != Kind::Text {
                    continue;
                }
                let what = format!("{}.{}", function.name, parameter.name);
                let mut texts = boundary.usual(&function.name);
                texts[at] = Some(bad.to_vec());
                let done = boundary.call(&function, texts);
                assert_eq!(done.status, INVALID_ARGUMENT, "{what}: {:?}", done.text);
                assert_eq!(done.code(), "invalid_utf8", "{what}: {:?}", done.text);
                let text = done.text.expect("a text");
                assert!(
                    text.contains(&parameter.name),
                    "{what} is not named: {text}"
                );
                assert!(done.made.is_none_or(|client| client == 0), "{what}");
            }
        }
    }
    boundary.works(boundary.client);
}

#[test]
fn an_empty_text_is_an_error_and_never_taken_for_none() {
    let boundary = Boundary::new();
    for function in calls() {
        for (at, parameter) in function.parameters.iter().enumerate() {
            let what = format!("{}.{}", function.name, parameter.name);
            // "" is RFC 6901's pointer to the whole document.
            if parameter.kind != Kind::Text || what == "lid_json_get.pointer" {
                continue;
            }
            let mut texts = boundary.usual(&function.name);
            texts[at] = Some(Vec::new());
            let done = boundary.call(&function, texts);
            assert_eq!(done.status, INVALID_ARGUMENT, "{what}: {:?}", done.text);
            assert_eq!(done.code(), "empty_argument", "{what}: {:?}", done.text);
            assert!(done.made.is_none_or(|client| client == 0), "{what}");
        }
    }
    boundary.works(boundary.client);
}

/// `call_on` overwrites and frees all texts before it looks at the results.
#[test]
fn nothing_borrows_a_text_beyond_its_call() {
    let boundary = Boundary::new();
    for function in calls() {
        let done = boundary.call(&function, boundary.usual(&function.name));
        let text = done
            .text
            .unwrap_or_else(|| panic!("{}: nothing in out", function.name));
        let result: Value = serde_json::from_str(&text).expect("JSON");
        let local = done.status == 0 || function.name.contains("verify");
        // Everything that may be wrong with these texts only the service knows.
        assert!(
            local || result["error"]["code"] == "no_no" || function.name == "lid_new_from_env",
            "{}: {text}",
            function.name
        );
        if let Some(client) = done.made.filter(|client| *client != 0) {
            boundary.works(client);
            boundary.free(Some(client));
        }
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
