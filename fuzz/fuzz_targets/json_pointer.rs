//! Any JSON pointer, up to the first newline, into any text. It must find exactly what
//! serde_json's pointer finds, except for refused input: escapes other than ~0 and ~1, and a
//! NUL, which C strings cannot contain.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loginid_fuzz::capi::{json_get, lid_status};
use loginid_fuzz::sound;
use serde_json::Value;

fuzz_target!(|text: &str| {
    if text.contains('\0') {
        return;
    }
    let (pointer, json) = text.split_once('\n').unwrap_or((text, "{}"));
    let ours = sound(json_get(json, pointer));
    // A number such as 1e544 is JSON, and ours passes its text on; serde_json's
    // values cannot hold it.
    let Ok(value) = serde_json::from_str::<Value>(json) else {
        return;
    };
    let found = value.pointer(pointer);
    if ours.status != lid_status::LID_OK {
        let refused = ["invalid_pointer", "embedded_nul"].contains(&ours.code().as_str());
        assert!(
            found.is_none() || refused,
            "only serde_json found {found:?}: {ours:?}"
        );
        return;
    }
    match found {
        Some(Value::String(text)) => assert_eq!(*text, ours.text),
        Some(other) => assert_eq!(*other, ours.json()),
        None => panic!("only ours found something: {ours:?}"),
    }
});
