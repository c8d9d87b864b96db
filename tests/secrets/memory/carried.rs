//! The secrets of a call: passwords, codes and bearer tokens.

use std::ffi::c_char;
use std::ptr;

use loginid::ffi::{
    lid_authenticate_password, lid_authorize_code, lid_client, lid_free_string,
    lid_init_add_fido2_credential_with_code, lid_json_free, lid_json_get, lid_json_parse,
    lid_json_quote, lid_json_string, lid_register_password, lid_status,
};
use loginid_emulator::Emulator;
use serde_json::json;
use zeroize::Zeroizing;

use super::give::terminated;
use super::search::{Masked, search};
use crate::capi::{Client, Outcome, c, config};
use crate::part;

// Read-only memory holds these, which is not searched.
const PASSWORD: &str = "correct-horse-battery-staple-9";
const CODE: &str = "CANARY-code-482913";
/// The beginning of each service token: its header, and claims that are an object.
const TOKEN: &str = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.eyJ";

type LogIn = unsafe extern "C" fn(
    *const lid_client,
    *const c_char,
    *const c_char,
    *mut *mut c_char,
) -> lid_status;

#[test]
fn a_password_a_code_and_a_bearer_token_are_wiped_after_the_call() {
    let emulator = Emulator::start();
    let config = config(&emulator, json!({}));
    part::run("memory::carried::process_that_carries", &config);
    let carried = |request: &loginid_emulator::Request| request.header("authorization").is_some();
    assert_eq!(emulator.requests().iter().filter(|r| carried(r)).count(), 8);
}

#[test]
#[ignore = "a part of the test above: the process that is searched"]
fn process_that_carries() {
    let client = Client::new(&part::input());
    let username = c("ann");
    {
        // Longer than the initial capacity of a body.
        let password = terminated(&Zeroizing::new(PASSWORD.repeat(30)));
        assert!(!found().is_empty(), "the search is blind");
        for call in [lid_register_password as LogIn, lid_authenticate_password] {
            let (username, password) = (username.as_ptr(), password.as_ptr().cast());
            // SAFETY: the header's contract, with living arguments.
            Outcome::of(|out| unsafe { call(client.raw(), username, password, out) }).ok();
        }
    }
    assert_eq!(found(), [""; 0], "after a password's calls");
    let (kind, purpose) = (c("short"), c("temporary_authentication"));
    // Of several lengths: freed memory may be used again, and hide that it was not wiped.
    for times in [1, 3, 20] {
        {
            let code = terminated(&Zeroizing::new(CODE.repeat(times)));
            let (client, code) = (client.raw(), code.as_ptr().cast());
            let (kind, purpose, username) = (kind.as_ptr(), purpose.as_ptr(), username.as_ptr());
            // SAFETY: as above.
            let in_body = Outcome::of(|out| unsafe {
                lid_authorize_code(client, code, kind, purpose, ptr::null(), username, out)
            });
            // SAFETY: as above.
            let in_object = Outcome::of(|out| unsafe {
                lid_init_add_fido2_credential_with_code(
                    client,
                    code,
                    kind,
                    username,
                    ptr::null(),
                    out,
                )
            });
            for outcome in [in_body, in_object] {
                assert_eq!(outcome.code(), "invalid_code", "{}", outcome.text);
            }
        }
        assert_eq!(found(), [""; 0], "after a code's calls");
    }
    // Not at the beginning: an allocator overwrites it when it frees.
    for json in [
        r#"{"a":"                                correct-horse-battery-staple-9"}"#,
        r#"{"a":"\n                               correct-horse-battery-staple-9"}"#,
        r#"{"a":{"b":"                           correct-horse-battery-staple-9"}}"#,
        r#"{"a":"                                correct-horse-battery-staple-9","a":7}"#,
        r#"{"a":"\u0000                          correct-horse-battery-staple-9"}"#,
    ] {
        {
            let (json, pointer) = (terminated(json), c("/a"));
            let (json, pointer) = (json.as_ptr().cast(), pointer.as_ptr());
            let (mut out, mut document) = (ptr::null_mut(), ptr::null_mut());
            let (mut value, nowhere) = (ptr::null(), ptr::null_mut());
            // SAFETY: as above; what is stored is read before it is freed, and freed once.
            unsafe {
                let status = lid_json_get(json, pointer, &mut out);
                lid_free_string(out);
                assert_eq!(lid_json_get(json, pointer, nowhere), status);
                assert_eq!(
                    lid_json_parse(json, &mut document, nowhere),
                    lid_status::LID_OK
                );
                lid_json_string(document, pointer, &mut value);
                lid_json_free(document);
                assert_eq!(lid_json_quote(json, &mut out), lid_status::LID_OK);
                lid_free_string(out);
                assert_eq!(lid_json_quote(json, nowhere), lid_status::LID_OK);
            }
        }
        assert_eq!(found(), [""; 0], "after {}", &json[..9]);
    }
    let _token = client.service_token("users.retrieve").ok();
    assert!(!found().is_empty(), "a token begins differently");
}

fn found() -> Vec<String> {
    let secrets = [("password", PASSWORD), ("code", CODE), ("token", TOKEN)];
    search(&secrets.map(|(name, text)| (name, Masked::new(text.bytes()))))
}
