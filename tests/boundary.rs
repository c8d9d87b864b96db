//! Row "Boundary" of the trust tests: every function of the header, called
//! through the shared library with all that a program can do wrong.

#[path = "support/capi.rs"]
mod capi;
#[path = "support/header.rs"]
mod header;
#[path = "support/library.rs"]
mod library;
#[path = "support/listener.rs"]
mod listener;

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char};
use std::io::Write;

use header::{Kind, functions, invoke};
use library::{Library, calls};
use listener::{Listener, read_request};
use serde_json::Value;

const INVALID_ARGUMENT: usize = 1;

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

/// The library with a client of a service that refuses everything.
struct Boundary {
    library: Library,
    _service: Listener,
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
        Boundary {
            library: Library::load(&service.base_url()),
            _service: service,
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
fn a_json_text_that_cannot_be_used_is_an_error_that_names_it() {
    let boundary = Boundary::new();
    let mut tried = 0;
    for function in calls() {
        for (at, parameter) in function.parameters.iter().enumerate() {
            if !parameter.name.ends_with("_json") || parameter.name == "config_json" {
                continue;
            }
            for (bad, says) in [
                ("[]", "is not one JSON object"),
                ("{", "is not one JSON object"),
                (r#"{"a":1,"\u0061":2}"#, "the member 'a' twice"),
            ] {
                let mut texts = boundary.usual(&function.name);
                texts[at] = Some(bad.as_bytes().to_vec());
                let done = boundary.call(&function, texts);
                let text = done.text.clone().expect("a text");
                let what = format!("{}.{}: {text}", function.name, parameter.name);
                assert_eq!(done.status, INVALID_ARGUMENT, "{what}");
                assert_eq!(done.code(), "invalid_json", "{what}");
                assert!(
                    text.contains(&parameter.name) && text.contains(says),
                    "{what}"
                );
                tried += 1;
            }
        }
    }
    assert_eq!(tried, 3 * 7, "each of the header's JSON arguments");
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
