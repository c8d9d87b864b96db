//! The secrets of a client of the current service: its API key, tokens, grants, sessions and
//! codes.

use std::ffi::c_char;
use std::io::Write;
use std::ptr;

use loginid::ffi::{
    lid_free_string, lid_status, lid_v2_authenticate_init, lid_v2_client, lid_v2_complete_tx,
    lid_v2_create_grant, lid_v2_create_otp, lid_v2_delete_user, lid_v2_free, lid_v2_list_passkeys,
    lid_v2_new, lid_v2_new_with_config, lid_v2_verify_email, lid_v2_verify_token_remote,
    lid_v2_with_options,
};
use loginid_emulator::Emulator;
use serde_json::json;
use zeroize::Zeroizing;

use super::give::terminated;
use super::search::{Masked, search};
use crate::capi::{V2Client, c};
use crate::listener::{Listener, read_request};
use crate::part;

// Read-only memory holds these, which is not searched. They are searched for by their ends: an
// allocator overwrites the beginning of what it frees, and so hides that it was not wiped.
const API_KEY: &str = "CANARY-api-key-0123456789abcdefghijklmnopqr";
/// In basic authorization.
const ENCODED: &str = "Q0FOQVJZLWFwaS1rZXktMDEyMzQ1Njc4OWFiY2RlZmdoaWprbG1ub3Bxcjo=";
const TOKEN: &str = "CANARY-token-9876543210.zyxwvutsrqponmlkjihgfedcba";
const GRANT: &str = "CANARY-grant-abcdefghij.0123456789abcdefghijklmnop";
const SESSION: &str = "CANARY-session-0123456789";
const CODE: &str = "CANARY-code-482913";
/// In an answer, as the grant.
const MADE: &str = "CANARY-made-by-the-service-0123456789";

#[test]
fn the_secrets_of_a_client_of_the_current_service_are_wiped() {
    // In this process, since it holds what it receives.
    let service = Listener::start(|mut stream, _| {
        while let Some(request) = read_request(&mut stream) {
            let grant = format!(r#"{{"token":"{GRANT}"}}"#);
            // Longer than what is read at a time.
            let made = format!(r#"{{"pad":"{}","code":"{MADE}"}}"#, "x".repeat(5000));
            let body = match request.lines().next().expect("a line") {
                line if line.contains("/mgmt/grant") => grant.as_str(),
                line if line.contains("/auth/otp") || line.contains("/auth/init") => &made,
                line if line.contains("/passkeys") => "[]",
                line if line.contains("/tx/") => r#"{"token":"t"}"#,
                _ => "",
            };
            let head = match body {
                "" => "HTTP/1.1 204 Done\r\n\r\n".to_owned(),
                body => format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()),
            };
            if stream.write_all((head + body).as_bytes()).is_err() {
                return;
            }
        }
    });
    let input = json!({"base_url": service.base_url().replace("127.0.0.1", "app.localhost")});
    part::run("memory::v2::process_with_a_v2_client", &input);
    assert!(service.accepted() > 0);
}

#[test]
#[ignore = "a part of the test above: the process that is searched"]
fn process_with_a_v2_client() {
    let input = part::input();
    let base_url = input["base_url"].as_str().expect("a URL").to_owned();
    for by_json in [false, true] {
        let client = client(&base_url, by_json);
        assert!(!found().is_empty(), "the search is blind");
        calls(client);
        // SAFETY: made above, freed once.
        unsafe { lid_v2_free(client) };
        assert_eq!(found(), [""; 0], "by_json: {by_json}");
    }
    for parent_first in [false, true] {
        let parent = client(&base_url, false);
        let derived = derive(parent);
        let (first, second) = match parent_first {
            true => (parent, derived),
            false => (derived, parent),
        };
        // SAFETY: made above, each freed once.
        unsafe { lid_v2_free(first) };
        calls(second);
        assert!(!found().is_empty(), "the key of the second is not found");
        // SAFETY: as above.
        unsafe { lid_v2_free(second) };
        assert_eq!(found(), [""; 0], "parent_first: {parent_first}");
    }
    // Refused: it is wiped as well.
    {
        let base_url = c("https://a.api.loginid.io/path");
        let key = terminated(&Zeroizing::new(API_KEY.to_owned()));
        let mut client = ptr::null_mut();
        // SAFETY: C strings.
        let status = unsafe {
            let key = key.as_ptr().cast();
            lid_v2_new(base_url.as_ptr(), key, &mut client, ptr::null_mut())
        };
        assert_eq!(status, lid_status::LID_ERROR_CONFIG);
    }
    assert_eq!(found(), [""; 0], "refused");
}

fn client(base_url: &str, by_json: bool) -> *mut lid_v2_client {
    let mut client = ptr::null_mut();
    let base_url_c = c(base_url);
    let text = match by_json {
        true => format!(r#"{{"base_url":"{base_url}","api_key":"{API_KEY}"}}"#),
        false => API_KEY.to_owned(),
    };
    let text = terminated(&Zeroizing::new(text));
    let text = text.as_ptr().cast();
    // SAFETY: C strings.
    let status = unsafe {
        match by_json {
            true => lid_v2_new_with_config(text, &mut client, ptr::null_mut()),
            false => lid_v2_new(base_url_c.as_ptr(), text, &mut client, ptr::null_mut()),
        }
    };
    assert_eq!(status, lid_status::LID_OK);
    client
}

/// The TLS library has the requests in its own memory.
#[test]
fn the_api_key_is_wiped_over_tls_and_if_it_is_in_a_file() {
    let emulator = Emulator::builder().tls().v2_api_key(API_KEY).start();
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("key");
    std::fs::write(&file, format!("{API_KEY}\n")).expect("a file");
    let input = json!({
        "base_url": emulator.base_url(), "application_id": emulator.v2().application_id(),
        "ca_pem": emulator.ca_pem(), "api_key_file": file,
    });
    part::run("memory::v2::process_with_a_key_in_a_file", &input);
    assert_eq!(emulator.request_count(), 3);
}

#[test]
#[ignore = "a part of the test above: the process that is searched"]
fn process_with_a_key_in_a_file() {
    let client = V2Client::new(&part::input());
    for _ in 0..3 {
        let outcome = client.delete_user("no-such-user");
        assert_eq!(outcome.error("http_status"), 404, "{}", outcome.text);
    }
    assert!(!found().is_empty(), "the search is blind");
    drop(client);
    assert_eq!(found(), [""; 0]);
}

fn derive(client: *const lid_v2_client) -> *mut lid_v2_client {
    let (mut derived, options) = (ptr::null_mut(), c(r#"{"headers":{"x-a":"1"}}"#));
    // SAFETY: a client, a C string and no cancel.
    let status = unsafe {
        let none = ptr::null_mut();
        lid_v2_with_options(client, options.as_ptr(), none, &mut derived, none.cast())
    };
    assert_eq!(status, lid_status::LID_OK);
    derived
}

fn calls(client: *const lid_v2_client) {
    let [token, session, code] =
        [TOKEN, SESSION, CODE].map(|text| terminated(&Zeroizing::new(text.to_owned())));
    let [token, session, code] =
        [&token, &session, &code].map(|text| text.as_ptr().cast::<c_char>());
    let (ann, user_id) = (c("ann"), c("user-1"));
    let confirmation =
        c(r#"{"keyHandle":"Yw","clientData":"Yw","authenticatorData":"Yw","signature":"Yw"}"#);
    let (null, confirmation) = (ptr::null(), confirmation.as_ptr());
    // The test itself holds the others until the end, and the client its key.
    let of_the_call = ["encoded", "grant", "made"];
    let is_of_the_call = |one: &String| of_the_call.iter().any(|name| one.starts_with(name));
    let ok = |call: &dyn Fn(*mut *mut c_char) -> lid_status| {
        let mut out = ptr::null_mut();
        let status = call(&mut out);
        assert_eq!(status, lid_status::LID_OK);
        // SAFETY: stored by the call, freed once.
        unsafe { lid_free_string(out) };
        let left: Vec<_> = found().into_iter().filter(is_of_the_call).collect();
        assert_eq!(left, [""; 0]);
    };
    // SAFETY: the header's contract, with living arguments.
    unsafe {
        ok(&|out| lid_v2_delete_user(client, user_id.as_ptr(), out));
        ok(&|out| lid_v2_verify_token_remote(client, token, out));
        ok(&|out| lid_v2_list_passkeys(client, null, token, out));
        ok(&|out| lid_v2_list_passkeys(client, ann.as_ptr(), null, out));
        ok(&|out| lid_v2_create_grant(client, ann.as_ptr(), ann.as_ptr(), out));
        ok(&|out| lid_v2_create_otp(client, ann.as_ptr(), null, out));
        ok(&|out| lid_v2_authenticate_init(client, ann.as_ptr(), null, out));
        ok(&|out| lid_v2_verify_email(client, ann.as_ptr(), code, out));
        ok(&|out| lid_v2_complete_tx(client, session, confirmation, out));
    }
}

fn found() -> Vec<String> {
    let secrets = [
        ("API key", API_KEY),
        ("encoded API key", ENCODED),
        ("token", TOKEN),
        ("grant", GRANT),
        ("session", SESSION),
        ("code", CODE),
        ("made", MADE),
    ];
    search(&secrets.map(|(name, text)| (name, Masked::new(text.bytes().skip(text.len() / 3)))))
}
