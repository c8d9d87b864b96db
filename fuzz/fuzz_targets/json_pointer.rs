//! Any JSON pointer, up to the first newline, into any text. What serde_json's
//! own pointer finds must be found, and nothing else.
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
    if ours.status != lid_status::LID_OK {
        return;
    }
    // A number such as 1e544 is JSON, and ours passes its text on; serde_json's
    // values cannot hold it.
    let Ok(value) = serde_json::from_str::<Value>(json) else {
        return;
    };
    match value.pointer(pointer) {
        Some(Value::String(text)) => assert_eq!(*text, ours.text),
        Some(other) => assert_eq!(*other, ours.json()),
        None => panic!("only ours found something: {ours:?}"),
    }
});
