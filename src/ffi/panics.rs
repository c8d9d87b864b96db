//! A panic inside every function of the header, injected in the test build only.

use std::collections::BTreeSet;
use std::ffi::{CStr, c_char};
use std::ptr;

use super::*;
use crate::failpoint::{Point, arm};

mod calls;
#[allow(dead_code, reason = "the tests of the boundary use more of it")]
#[path = "../../tests/support/header.rs"]
mod header;
mod messages;
mod midway;

use header::{Function, Kind, functions, invoke};

/// The functions that do not return a status.
const WITHOUT_STATUS: [&str; 12] = [
    "lid_status_name",
    "lid_version",
    "lid_free",
    "lid_free_string",
    "lid_set_log_callback",
    "lid_v2_free",
    "lid_v2_set_log_callback",
    "lid_cancel_new",
    "lid_cancel_trigger",
    "lid_cancel_free",
    "lid_json_type",
    "lid_json_free",
];

/// The functions that are no calls of a client. The test fails for one that is missing here.
const FUNCTIONS: &[(&str, *const ())] = &[
    ("lid_status_name", lid_status_name as *const ()),
    ("lid_new", lid_new as *const ()),
    ("lid_new_management", lid_new_management as *const ()),
    ("lid_new_with_config", lid_new_with_config as *const ()),
    ("lid_new_from_env", lid_new_from_env as *const ()),
    ("lid_with_options", lid_with_options as *const ()),
    ("lid_free", lid_free as *const ()),
    ("lid_free_string", lid_free_string as *const ()),
    ("lid_version", lid_version as *const ()),
    ("lid_generate_key_pair", lid_generate_key_pair as *const ()),
    ("lid_set_log_callback", lid_set_log_callback as *const ()),
    ("lid_v2_new", lid_v2_new as *const ()),
    (
        "lid_v2_new_with_config",
        lid_v2_new_with_config as *const (),
    ),
    ("lid_v2_new_from_env", lid_v2_new_from_env as *const ()),
    ("lid_v2_with_options", lid_v2_with_options as *const ()),
    ("lid_v2_free", lid_v2_free as *const ()),
    (
        "lid_v2_set_log_callback",
        lid_v2_set_log_callback as *const (),
    ),
    ("lid_cancel_new", lid_cancel_new as *const ()),
    ("lid_cancel_trigger", lid_cancel_trigger as *const ()),
    ("lid_cancel_free", lid_cancel_free as *const ()),
    ("lid_json_get", lid_json_get as *const ()),
    ("lid_json_parse", lid_json_parse as *const ()),
    ("lid_json_string", lid_json_string as *const ()),
    ("lid_json_int64", lid_json_int64 as *const ()),
    ("lid_json_double", lid_json_double as *const ()),
    ("lid_json_bool", lid_json_bool as *const ()),
    ("lid_json_count", lid_json_count as *const ()),
    ("lid_json_name", lid_json_name as *const ()),
    ("lid_json_type", lid_json_type as *const ()),
    ("lid_json_free", lid_json_free as *const ()),
    ("lid_json_quote", lid_json_quote as *const ()),
];

fn address(function: &Function) -> *const () {
    let mut all = FUNCTIONS.iter().chain(calls::CALLS);
    let known = all.find(|(name, _)| *name == function.name);
    known
        .unwrap_or_else(|| panic!("{} is not in this test", function.name))
        .1
}

/// Calls a function; returns its status, what it stored in `out`, and what it stored elsewhere.
fn call(function: &Function, client: *mut lid_client) -> (usize, *mut c_char, usize) {
    call_with(function, client, c"{}")
}

/// As [`call`], with this text for every text parameter.
fn call_with(
    function: &Function,
    client: *mut lid_client,
    text: &CStr,
) -> (usize, *mut c_char, usize) {
    let mut out = ptr::null_mut();
    let mut stored = 0xff_usize;
    let arguments: Vec<usize> = function
        .parameters
        .iter()
        .map(|parameter| match parameter.kind {
            Kind::Text => text.as_ptr() as usize,
            Kind::Client => client as usize,
            Kind::NewClient | Kind::NewV2Client | Kind::NewDocument | Kind::Value => {
                &raw mut stored as usize
            }
            Kind::Out => &raw mut out as usize,
            Kind::Number => 1,
            // No function gets as far as looking at them.
            Kind::V2Client | Kind::Document | Kind::Cancel | Kind::Callback | Kind::Pointer => 0,
        })
        .collect();
    // SAFETY: the header's contract.
    let status = unsafe { invoke(address(function), &arguments) };
    (status & 0xffff_ffff, out, stored)
}

fn new_client() -> *mut lid_client {
    let key = crate::key::generate_key_pair().unwrap();
    let key = crate::json::lookup(&key, "/private_key").unwrap().unwrap();
    let client = crate::Client::new("app", Some(&key), Some("http://127.0.0.1:1"));
    Box::into_raw(Box::new(lid_client(client.unwrap())))
}

/// Makes a token, for which the client must be intact.
fn works(client: *mut lid_client) {
    let functions = functions();
    let sign = functions
        .iter()
        .find(|known| known.name == "lid_generate_service_token");
    let (status, out, _) = call(sign.unwrap(), client);
    // SAFETY: stored by the call.
    unsafe { lid_free_string(out) };
    assert_eq!(status, 0);
}

#[test]
fn a_panic_in_any_function_is_an_internal_error_and_the_client_stays_usable() {
    let client = new_client();
    let functions = functions();
    let without_status = functions.iter().filter(|function| !function.status);
    let names: BTreeSet<&str> = without_status.map(|it| it.name.as_str()).collect();
    assert_eq!(names, BTreeSet::from(WITHOUT_STATUS));
    for function in functions.iter().filter(|function| function.status) {
        arm(Some(Point::Entered));
        let (status, out, stored) = call(function, client);
        arm(None);
        let name = &function.name;
        assert_eq!(status, lid_status::LID_ERROR_INTERNAL as usize, "{name}");
        assert_eq!(!out.is_null(), function.has(Kind::Out), "{name}");
        if !out.is_null() {
            // SAFETY: stored by the call, freed once.
            let text = unsafe {
                let text = CStr::from_ptr(out).to_str().unwrap().to_owned();
                lid_free_string(out);
                text
            };
            let error: serde_json::Value = serde_json::from_str(&text).unwrap();
            assert_eq!(error["error"]["code"], "internal_error", "{text}");
            assert!(!text.contains("injected"), "{text}");
        }
        let stores = [
            Kind::NewClient,
            Kind::NewV2Client,
            Kind::NewDocument,
            Kind::Value,
        ];
        if stores.into_iter().any(|kind| function.has(kind)) {
            assert_eq!(stored, 0, "{name}");
        }
        works(client);
    }
    // SAFETY: made above, freed once.
    unsafe { lid_free(client) };
    assert_eq!(
        functions.len(),
        FUNCTIONS.len() + calls::CALLS.len(),
        "a function is gone from the header"
    );
}

#[test]
fn a_panic_in_a_function_without_a_status_does_not_reach_c() {
    let client = new_client();
    // SAFETY: made here, used and freed once.
    unsafe {
        let cancel = lid_cancel_new();
        arm(Some(Point::Entered));
        assert!(lid_cancel_new().is_null());
        lid_cancel_trigger(cancel);
        lid_set_log_callback(client, None, ptr::null_mut());
        arm(None);
        works(client);
        let string = std::ffi::CString::new("text").unwrap().into_raw();
        arm(Some(Point::Entered));
        lid_free_string(string);
        lid_cancel_free(cancel);
        lid_free(client);
        arm(None);
        let mut document = ptr::null_mut();
        let status = lid_json_parse(c"{}".as_ptr(), &mut document, ptr::null_mut());
        assert_eq!(status, lid_status::LID_OK);
        arm(Some(Point::Entered));
        assert_eq!(lid_json_type(document, c"".as_ptr()), 0);
        lid_json_free(document);
        arm(None);
    }
}
