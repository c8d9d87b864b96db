//! Reading answers and writing options without a JSON library.

use std::ptr;

use libc::c_char;

use super::boolean::c_bool;
use super::handle::construct;
use super::status::lid_status;
use super::support::{catch_panic, required_text_or_empty, run_into, text, text_or_empty};
use crate::codes::Code;
use crate::error::Error;
use crate::json::{
    Document, Entries, Pointer, PointerError, Value, lookup, quoted, to_f64, to_i64,
};

/// Reads one value of a JSON text by its RFC 6901 pointer, for example
/// "/error/code" or "/credentials/0/uuid"; "" is the whole text. The last of
/// members with the same name counts. To read several values of a text, parse it
/// once with `lid_json_parse`.
///
/// Result: a string without quotes and escapes; any other value as JSON, for
/// example `true`, `42`, `null` or `{"a":1}`. Errors, all
/// `LID_ERROR_INVALID_ARGUMENT`: `pointer_not_found` if there is no such value,
/// `invalid_json`, `invalid_pointer`, `embedded_nul` if the string holds a NUL.
///
/// Free `*out` with `lid_free_string`.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_json_get(
    json: *const c_char,
    pointer: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: strings are NULL or NUL-terminated, `out` is NULL or writable.
    unsafe {
        run_into("json_get", out, || {
            let json = text(json, "json")?;
            let pointer = required_text_or_empty(pointer, "pointer")?;
            lookup(json, pointer)
                .map_err(refused)?
                .ok_or_else(|| Error::new(Code::PointerNotFound, "json has no value at pointer"))
        })
    }
}

fn refused(problem: PointerError) -> Error {
    match problem {
        PointerError::InvalidJson(why) => {
            Error::new(Code::InvalidJson, format!("json cannot be read: {why}"))
        }
        PointerError::InvalidPointer(rule) => {
            Error::new(Code::InvalidPointer, format!("pointer {rule}"))
        }
    }
}

/// A JSON text that `lid_json_parse` has parsed. It does not change: any number of
/// threads may read it at the same time. Free it once, with `lid_json_free`.
pub struct lid_json(Document);

/// The type of a JSON value, as `lid_json_type` returns it.
#[repr(C)]
pub enum lid_json_kind {
    /// There is no such value.
    LID_JSON_ABSENT = 0,
    /// `null`
    LID_JSON_NULL = 1,
    /// `true` or `false`
    LID_JSON_BOOL = 2,
    /// A number.
    LID_JSON_NUMBER = 3,
    /// A string.
    LID_JSON_STRING = 4,
    /// An array.
    LID_JSON_ARRAY = 5,
    /// An object.
    LID_JSON_OBJECT = 6,
}

/// Parses a JSON text, for example the `*out` of a call, so that the functions
/// below can read its values. It may be any JSON value, nested to a depth of 128.
/// The last of members with the same name counts. The document has copies of all
/// it needs: `json` may be freed.
///
/// Result: `{}`, and `*document` holds the document, to be freed with
/// `lid_json_free`. On an error `*document` is NULL. Errors:
/// `LID_ERROR_INVALID_ARGUMENT` with the code `invalid_json`, also for half of a
/// surrogate pair in a string.
///
/// Free `*out` with `lid_free_string`.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_json_parse(
    json: *const c_char,
    document: *mut *mut lid_json,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: strings are NULL or NUL-terminated, `document` and `out` are NULL or writable.
    unsafe {
        construct("json_parse", "document", document, out, || {
            Document::parse(text(json, "json")?)
                .map(lid_json)
                .map_err(|why| refused(PointerError::InvalidJson(why)))
        })
    }
}

/// Reads a string of a document by its RFC 6901 pointer, as in `lid_json_get`. The
/// text lives until `lid_json_free`.
///
/// `LID_ERROR_RESPONSE` if there is no such value, or if it is no string or has a
/// NUL in it; `LID_ERROR_INVALID_ARGUMENT` if an argument is NULL or `pointer` is
/// not of the required form. On an error `*value` is NULL.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_json_string(
    document: *const lid_json,
    pointer: *const c_char,
    value: *mut *const c_char,
) -> lid_status {
    // SAFETY: the contract of the header.
    unsafe {
        read(document, pointer, value, ptr::null(), |document, found| {
            let Value::String(text) = found else {
                return None;
            };
            document.c_text(text).map(|text| text.as_ptr())
        })
    }
}

/// Reads an integer of a document by its RFC 6901 pointer. `1.0` and `1e3` are
/// integers too.
///
/// `LID_ERROR_RESPONSE` if there is no such value, or if it is no integer of 64
/// bits; `LID_ERROR_INVALID_ARGUMENT` as in `lid_json_string`. On an error
/// `*value` is 0.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_json_int64(
    document: *const lid_json,
    pointer: *const c_char,
    value: *mut i64,
) -> lid_status {
    // SAFETY: the contract of the header.
    unsafe {
        read(document, pointer, value, 0, |document, found| {
            number(document, found, to_i64)
        })
    }
}

/// Reads a number of a document by its RFC 6901 pointer: the nearest `double`.
///
/// `LID_ERROR_RESPONSE` if there is no such value, or if it is no number or larger
/// than any `double`; `LID_ERROR_INVALID_ARGUMENT` as in `lid_json_string`. On an
/// error `*value` is 0.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_json_double(
    document: *const lid_json,
    pointer: *const c_char,
    value: *mut f64,
) -> lid_status {
    // SAFETY: the contract of the header.
    unsafe {
        read(document, pointer, value, 0.0, |document, found| {
            number(document, found, to_f64)
        })
    }
}

/// Reads `true` or `false` of a document by its RFC 6901 pointer.
///
/// `LID_ERROR_RESPONSE` if there is no such value, or if it is neither;
/// `LID_ERROR_INVALID_ARGUMENT` as in `lid_json_string`. On an error `*value` is
/// false.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_json_bool(
    document: *const lid_json,
    pointer: *const c_char,
    value: *mut c_bool,
) -> lid_status {
    // SAFETY: the contract of the header.
    unsafe {
        read(
            document,
            pointer,
            value,
            false.into(),
            |_, found| match found {
                Value::Bool(value) => Some(value.into()),
                _ => None,
            },
        )
    }
}

/// Counts the items of an array or the members of an object of a document. Members
/// with the same name count once.
///
/// `LID_ERROR_RESPONSE` if there is no such value, or if it is neither;
/// `LID_ERROR_INVALID_ARGUMENT` as in `lid_json_string`. On an error `*count` is 0.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_json_count(
    document: *const lid_json,
    pointer: *const c_char,
    count: *mut usize,
) -> lid_status {
    // SAFETY: the contract of the header.
    unsafe {
        read(document, pointer, count, 0, |_, found| match found {
            Value::Array(Entries { len, .. }) | Value::Object(Entries { len, .. }) => Some(len),
            _ => None,
        })
    }
}

/// Reads the name of a member of an object of a document. `index` is less than
/// `lid_json_count` of the object; members are in the order of the JSON text. The
/// name lives until `lid_json_free`. In a pointer to the member, write `~` in its
/// name as `~0` and `/` as `~1`.
///
/// `LID_ERROR_RESPONSE` if there is no such member, or if its name has a NUL in it;
/// `LID_ERROR_INVALID_ARGUMENT` as in `lid_json_string`. On an error `*name` is
/// NULL.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_json_name(
    document: *const lid_json,
    pointer: *const c_char,
    index: usize,
    name: *mut *const c_char,
) -> lid_status {
    // SAFETY: the contract of the header.
    unsafe {
        read(document, pointer, name, ptr::null(), |document, found| {
            let Value::Object(members) = found else {
                return None;
            };
            let name = document.name(members, index)?;
            document.c_text(name).map(|name| name.as_ptr())
        })
    }
}

/// The type of a value of a document, one of `LID_JSON_ABSENT` and the others.
/// `LID_JSON_ABSENT` if there is no such value, also if an argument is NULL or
/// `pointer` is not of the required form.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_json_type(document: *const lid_json, pointer: *const c_char) -> i32 {
    let mut kind = lid_json_kind::LID_JSON_ABSENT as i32;
    // SAFETY: the contract of the header; `kind` is writable.
    unsafe {
        read(document, pointer, &raw mut kind, kind, |_, found| {
            Some(match found {
                Value::Null => lid_json_kind::LID_JSON_NULL,
                Value::Bool(_) => lid_json_kind::LID_JSON_BOOL,
                Value::Number(_) => lid_json_kind::LID_JSON_NUMBER,
                Value::String(_) => lid_json_kind::LID_JSON_STRING,
                Value::Array(_) => lid_json_kind::LID_JSON_ARRAY,
                Value::Object(_) => lid_json_kind::LID_JSON_OBJECT,
            } as i32)
        });
    }
    kind
}

/// Frees a document and wipes its texts: they may hold a key, a token or a code.
/// What the functions above read from it is no longer valid. NULL is ignored.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_json_free(document: *mut lid_json) {
    if !document.is_null() {
        // SAFETY: from `lid_json_parse`, which boxed it, and freed once.
        let document = unsafe { Box::from_raw(document) };
        catch_panic(|| drop(document));
    }
}

/// Writes a text as a JSON string literal, for a value or a name in an
/// `options_json`. It is not safe to put into HTML.
///
/// Result: the literal, with its quotes. Errors: `LID_ERROR_INVALID_ARGUMENT` if
/// the text is NULL or not UTF-8.
///
/// Free `*out` with `lid_free_string`.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_json_quote(text: *const c_char, out: *mut *mut c_char) -> lid_status {
    // SAFETY: strings are NULL or NUL-terminated, `out` is NULL or writable.
    unsafe {
        run_into("json_quote", out, || {
            required_text_or_empty(text, "text").map(quoted)
        })
    }
}

/// Reads the value at a pointer and stores it, or stores `nothing`.
///
/// # Safety
/// `document` is NULL or from `lid_json_parse` and not freed, `pointer` is NULL or a
/// NUL-terminated string, and `value` is NULL or writable.
unsafe fn read<T: Copy>(
    document: *const lid_json,
    pointer: *const c_char,
    value: *mut T,
    nothing: T,
    get: impl FnOnce(&Document, Value) -> Option<T>,
) -> lid_status {
    let found = catch_panic(|| {
        // SAFETY: as promised by the caller.
        let (document, pointer) = unsafe { (document.as_ref(), text_or_empty(pointer, "pointer")) };
        let (Some(document), Ok(Some(pointer))) = (document, pointer) else {
            return Err(lid_status::LID_ERROR_INVALID_ARGUMENT);
        };
        let pointer = Pointer::new(pointer).map_err(|_| lid_status::LID_ERROR_INVALID_ARGUMENT)?;
        let found = document
            .0
            .at(&pointer)
            .and_then(|found| get(&document.0, found));
        found.ok_or(lid_status::LID_ERROR_RESPONSE)
    });
    let found = found.unwrap_or(Err(lid_status::LID_ERROR_INTERNAL));
    if value.is_null() {
        return lid_status::LID_ERROR_INVALID_ARGUMENT;
    }
    let (status, stored) = match found {
        Ok(found) => (lid_status::LID_OK, found),
        Err(status) => (status, nothing),
    };
    // SAFETY: `value` is not NULL, and writable as promised by the caller.
    unsafe { value.write(stored) };
    status
}

fn number<T>(document: &Document, found: Value, to: fn(&str) -> Option<T>) -> Option<T> {
    let Value::Number(number) = found else {
        return None;
    };
    to(document.text(number))
}
