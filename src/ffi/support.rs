//! Running calls for C: texts in, a status and one text out, and no panic.

use std::ffi::{CStr, CString};
use std::panic::{AssertUnwindSafe, catch_unwind};

use libc::c_char;
use zeroize::Zeroizing;

use super::status::lid_status;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::input::pem;
use crate::sys::WithoutCancellation;
use crate::wipe::reserve_bytes;

/// Runs a call and stores its result in `out`, unless that is NULL: then the result, or the
/// error, is not wanted. `name` is what errors call it.
///
/// # Safety
/// `out` is NULL or writable.
pub(super) unsafe fn run_into(
    name: &'static str,
    out: *mut *mut c_char,
    run: impl FnOnce() -> Result<String>,
) -> lid_status {
    // Data that a panic left half-changed is not used again: the closures own or
    // borrow it, and the client's locks survive a panic.
    let result = catch_panic(run).unwrap_or_else(|| Err(panicked()));
    let (status, text) = match result.and_then(to_c) {
        Ok(text) => (lid_status::LID_OK, text),
        Err(error) => {
            let error = error.with_operation(name);
            let text = to_c(error.to_json()).unwrap_or_default();
            (error.status(), text)
        }
    };
    if out.is_null() {
        wipe(text);
    } else {
        // SAFETY: `out` is not NULL, and writable as promised by the caller.
        unsafe { out.write(text.into_raw()) };
    }
    status
}

/// Runs a closure, `None` if it panics: a panic must not cross into C, not even
/// from a destructor. `pthread_cancel` must not unwind from C into here either.
pub(super) fn catch_panic<T>(run: impl FnOnce() -> T) -> Option<T> {
    let _guard = WithoutCancellation::new();
    catch_unwind(AssertUnwindSafe(|| {
        crate::failpoint::failpoint!(Entered);
        run()
    }))
    .ok()
}

/// A required text.
///
/// # Safety
/// `pointer` is NULL or a NUL-terminated string that outlives the call.
pub(super) unsafe fn text<'a>(pointer: *const c_char, name: &str) -> Result<&'a str> {
    // SAFETY: as promised by the caller.
    unsafe { optional_text(pointer, name) }?.ok_or_else(|| null_argument(name))
}

/// A text, `None` for NULL. An empty text is an error: treating it as "not given"
/// would skip a check that the caller asked for.
///
/// # Safety
/// As for [`text`].
pub(super) unsafe fn optional_text<'a>(
    pointer: *const c_char,
    name: &str,
) -> Result<Option<&'a str>> {
    // SAFETY: as promised by the caller.
    match unsafe { text_or_empty(pointer, name) }? {
        Some("") => Err(Error::new(
            Code::EmptyArgument,
            format!("{name} must not be empty"),
        )),
        text => Ok(text),
    }
}

/// The PEM of a key, `None` for NULL. The text around its blocks may have any encoding.
///
/// # Safety
/// As for [`text`].
pub(super) unsafe fn optional_pem(
    pointer: *const c_char,
    name: &str,
) -> Result<Option<Zeroizing<String>>> {
    // SAFETY: as promised by the caller.
    let error = match unsafe { optional_text(pointer, name) } {
        Ok(text) => return Ok(text.map(|text| Zeroizing::new(text.to_owned()))),
        Err(error) => error,
    };
    // SAFETY: not NULL, which is no error, and NUL-terminated as promised.
    let bytes = unsafe { CStr::from_ptr(pointer) }.to_bytes();
    if pem::blocks(bytes).is_empty() {
        return Err(error);
    }
    Ok(Some(Zeroizing::new(pem::as_utf8(bytes))))
}

/// A text that may be empty, `None` for NULL.
///
/// # Safety
/// As for [`text`].
pub(super) unsafe fn text_or_empty<'a>(
    pointer: *const c_char,
    name: &str,
) -> Result<Option<&'a str>> {
    if pointer.is_null() {
        return Ok(None);
    }
    // SAFETY: not NULL, and NUL-terminated as promised by the caller.
    let bytes = unsafe { CStr::from_ptr(pointer) };
    bytes
        .to_str()
        .map(Some)
        .map_err(|_| Error::new(Code::InvalidUtf8, format!("{name} is not UTF-8")))
}

/// A required text that may be empty.
///
/// # Safety
/// As for [`text`].
pub(super) unsafe fn required_text_or_empty<'a>(
    pointer: *const c_char,
    name: &str,
) -> Result<&'a str> {
    // SAFETY: as promised by the caller.
    unsafe { text_or_empty(pointer, name) }?.ok_or_else(|| null_argument(name))
}

pub(super) fn null_argument(name: &str) -> Error {
    Error::new(Code::NullArgument, format!("{name} must not be NULL"))
}

fn panicked() -> Error {
    Error::internal("internal error in libloginid: please report it; the client stays usable")
}

fn to_c(text: String) -> Result<CString> {
    let mut bytes = text.into_bytes();
    // Room for the NUL, so that no copy is left when it is added: the text may be a secret.
    reserve_bytes(&mut bytes, 1);
    CString::new(bytes).map_err(|refused| {
        drop(Zeroizing::new(refused.into_vec()));
        Error::new(
            Code::EmbeddedNul,
            "the value contains a NUL character, which a C string cannot hold",
        )
    })
}

/// Frees a text that may be a secret.
pub(super) fn wipe(text: CString) {
    drop(Zeroizing::new(text.into_bytes_with_nul()));
}
