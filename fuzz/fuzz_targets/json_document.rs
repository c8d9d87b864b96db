//! Any text as a document, read at any pointer, up to the first newline. It must have what
//! `lid_json_get` reads there, and its numbers must be those of serde_json.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loginid_fuzz::capi::{Document, Found, json_get};
use loginid_fuzz::sound;
use serde_json::Value;

fuzz_target!(|text: &str| {
    if text.contains('\0') {
        return;
    }
    let (pointer, json) = text.split_once('\n').unwrap_or((text, "{}"));
    let Some(document) = Document::parse(json) else {
        let value: Result<Value, _> = serde_json::from_str(json);
        assert!(
            value.is_err() || json.is_empty(),
            "only serde_json reads it"
        );
        return;
    };
    let read = sound(json_get(json, pointer));
    let value = || serde_json::from_str::<Value>(&read.text);
    match document.at(pointer) {
        Found::Absent => {
            let code = read.code();
            let absent = ["pointer_not_found", "invalid_pointer"].contains(&code.as_str());
            assert!(absent, "{read:?}");
        }
        Found::Null => assert_eq!(read.text, "null"),
        Found::Bool(value) => assert_eq!(read.text, value.to_string()),
        Found::Number { integer, float } => match value() {
            Ok(value) => {
                // serde_json's may be the second nearest.
                let (ours, theirs) = (float.unwrap_or(f64::NAN), value.as_f64().unwrap_or(0.0));
                assert!((ours - theirs).abs() <= theirs.abs() * 1e-15, "{read:?}");
                // serde_json's integers are those without a fraction or an exponent.
                if let Some(expected) = value.as_i64() {
                    assert_eq!(integer, Some(expected), "{read:?}");
                }
                if let Some(integer) = integer {
                    assert_eq!(Some(integer as f64), float, "{read:?}");
                }
            }
            Err(_) => assert_eq!((integer, float), (None, None), "{read:?}"),
        },
        Found::Text(Some(text)) => assert_eq!(text, read.text),
        Found::Text(None) => assert_eq!(read.code(), "embedded_nul"),
        Found::Array(count) => {
            if let Ok(value) = value() {
                assert_eq!(Some(count), value.as_array().map(Vec::len), "{read:?}");
            }
        }
        Found::Object(names) => {
            if let Ok(Value::Object(members)) = value() {
                assert_eq!(names.len(), members.len(), "{read:?}");
                for name in names.iter().flatten() {
                    assert!(members.contains_key(name), "{name:?} of {read:?}");
                }
            }
        }
    }
});
