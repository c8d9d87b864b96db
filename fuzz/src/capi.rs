//! The tests' wrapper of the C interface, without the parts that need the emulator.

#[path = "../../tests/support/capi/client.rs"]
mod client;
#[path = "../../tests/support/capi/outcome.rs"]
mod outcome;
#[path = "../../tests/support/capi/v2_client.rs"]
mod v2_client;

use std::ffi::CStr;
use std::ptr;

use loginid::ffi::{
    lid_json, lid_json_bool, lid_json_count, lid_json_double, lid_json_free, lid_json_get,
    lid_json_int64, lid_json_name, lid_json_parse, lid_json_string, lid_json_type,
};

use client::c;

pub use client::{Client, key_pair};
pub use loginid::ffi::lid_status;
pub use outcome::Outcome;
pub use v2_client::{By, V2Client};

pub fn json_get(json: impl AsRef<[u8]>, pointer: impl AsRef<[u8]>) -> Outcome {
    let (json, pointer) = (c(json), c(pointer));
    // SAFETY: C strings and a writable place.
    Outcome::of(|out| unsafe { lid_json_get(json.as_ptr(), pointer.as_ptr(), out) })
}

/// A parsed text.
pub struct Document(*mut lid_json);

/// What a document has at a pointer.
pub enum Found {
    Absent,
    Null,
    Bool(bool),
    Number {
        integer: Option<i64>,
        float: Option<f64>,
    },
    /// `None` if C cannot hold it.
    Text(Option<String>),
    Array(usize),
    /// The names; `None` for one that C cannot hold.
    Object(Vec<Option<String>>),
}

impl Document {
    pub fn parse(json: &str) -> Option<Document> {
        let (json, mut document) = (c(json), ptr::null_mut());
        // SAFETY: a C string and a writable place; `out` may be NULL.
        let status = unsafe { lid_json_parse(json.as_ptr(), &mut document, ptr::null_mut()) };
        assert_eq!(document.is_null(), status != lid_status::LID_OK);
        (!document.is_null()).then_some(Document(document))
    }

    pub fn at(&self, pointer: &str) -> Found {
        let pointer = c(pointer);
        let pointer = pointer.as_ptr();
        let document = self.0;
        // SAFETY: a living document, a C string and writable places.
        unsafe {
            let (mut text, mut integer, mut float) = (ptr::null(), 0, 0.0);
            let (mut truth, mut count) = (0_u8, 0);
            let ok = |status| status == lid_status::LID_OK;
            let is_text = ok(lid_json_string(document, pointer, &mut text));
            let is_integer = ok(lid_json_int64(document, pointer, &mut integer));
            let is_float = ok(lid_json_double(document, pointer, &mut float));
            let is_bool = ok(lid_json_bool(document, pointer, (&raw mut truth).cast()));
            let is_countable = ok(lid_json_count(document, pointer, &mut count));
            let kind = lid_json_type(document, pointer);
            assert!((!is_integer && !is_float) || kind == 3);
            assert_eq!(is_bool, kind == 2);
            assert!(!is_text || kind == 4);
            assert_eq!(is_countable, kind >= 5);
            match kind {
                0 => Found::Absent,
                1 => Found::Null,
                2 => Found::Bool(truth != 0),
                3 => Found::Number {
                    integer: is_integer.then_some(integer),
                    float: is_float.then_some(float),
                },
                4 => Found::Text(is_text.then(|| owned(text))),
                5 => Found::Array(count),
                6 => Found::Object(
                    (0..count)
                        .map(|index| {
                            let mut name = ptr::null();
                            let status = lid_json_name(document, pointer, index, &mut name);
                            ok(status).then(|| owned(name))
                        })
                        .collect(),
                ),
                other => panic!("the type {other}"),
            }
        }
    }
}

/// # Safety
/// A C string.
unsafe fn owned(text: *const std::ffi::c_char) -> String {
    // SAFETY: as promised by the caller.
    let text = unsafe { CStr::from_ptr(text) };
    text.to_str().expect("UTF-8").to_owned()
}

impl Drop for Document {
    fn drop(&mut self) {
        // SAFETY: made by `parse`, freed once.
        unsafe { lid_json_free(self.0) };
    }
}
