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
                assert_eq!(
                    outcome.code(),
                    "invalid_verification_code",
                    "{}",
                    outcome.text
                );
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
        // Long texts do not use the memory of errors, which would hide that it was not wiped.
        let both = [1, 700].map(|spaces| READS.map(|(what, read)| (spaces, what, read)));
        for (spaces, what, read) in both.concat() {
            {
                let json = Zeroizing::new(json.replacen(' ', &" ".repeat(spaces), 1));
                let (json, pointer) = (terminated(&json), c("/a"));
                // SAFETY: as above.
                unsafe { read(json.as_ptr().cast(), pointer.as_ptr()) };
            }
            assert_eq!(found(), [""; 0], "{what} after {}", &json[..9]);
        }
    }
    let _token = client.service_token("users.retrieve").ok();
    assert!(!found().is_empty(), "a token begins differently");
}

type Read = unsafe fn(*const c_char, *const c_char);

/// What can be done with a JSON text and a pointer. Each is searched for on its own: the next one
/// may use the same memory, and hide that it was not wiped.
const READS: [(&str, Read); 5] = [
    ("get", |json, pointer| {
        let mut out = ptr::null_mut();
        // SAFETY: C strings; what is stored is freed once.
        unsafe {
            let _ = lid_json_get(json, pointer, &mut out);
            lid_free_string(out);
        }
    }),
    ("get without out", |json, pointer| {
        // SAFETY: C strings.
        let _ = unsafe { lid_json_get(json, pointer, ptr::null_mut()) };
    }),
    ("document", |json, pointer| {
        let (mut document, mut value) = (ptr::null_mut(), ptr::null());
        // SAFETY: as above.
        unsafe {
            let status = lid_json_parse(json, &mut document, ptr::null_mut());
            assert_eq!(status, lid_status::LID_OK);
            let _ = lid_json_string(document, pointer, &mut value);
            lid_json_free(document);
        }
    }),
    ("quote", |json, _| {
        let mut out = ptr::null_mut();
        // SAFETY: as above.
        unsafe {
            assert_eq!(lid_json_quote(json, &mut out), lid_status::LID_OK);
            lid_free_string(out);
        }
    }),
    ("quote without out", |json, _| {
        // SAFETY: a C string.
        let status = unsafe { lid_json_quote(json, ptr::null_mut()) };
        assert_eq!(status, lid_status::LID_OK);
    }),
];

fn found() -> Vec<String> {
    let secrets = [("password", PASSWORD), ("code", CODE), ("token", TOKEN)];
    search(&secrets.map(|(name, text)| (name, Masked::new(text.bytes()))))
}
