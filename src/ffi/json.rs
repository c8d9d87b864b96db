//! Reading answers without a JSON parser.

use libc::c_char;

use super::status::lid_status;
use super::support::{null_argument, run_into, text, text_or_empty};
use crate::codes::Code;
use crate::error::Error;
use crate::json::{PointerError, lookup};

/// Reads one value of a JSON text by its RFC 6901 pointer, for example
/// "/error/code" or "/credentials/0/uuid"; "" is the whole text.
///
/// Result: a string without quotes and escapes; any other value as JSON, for
/// example `true`, `42`, `null` or `{"a":1}`. Errors, all
/// `LID_ERROR_INVALID_ARGUMENT`: `pointer_not_found` if there is no such value,
/// `invalid_json`, `invalid_pointer`, `embedded_nul` if the string holds a NUL.
///
/// Free `*out` with `lid_free_string`.
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
            let pointer =
                text_or_empty(pointer, "pointer")?.ok_or_else(|| null_argument("pointer"))?;
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
