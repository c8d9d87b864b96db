//! Codes.

use std::sync::Arc;
use std::time::Duration;

use libc::c_char;

use super::boolean::c_bool;
use super::handle::{call, lid_client};
use super::status::lid_status;
use super::support::{caught, optional_text, text};
use crate::cancel::Cancel;

/// Makes a code for a user. With `authorize` the code may be used at once.
/// `code_type` is "short" (6 digits, 3 minutes), "long" or "phrase"; `purpose` is
/// "temporary_authentication" or "add_credential". The user is given by
/// `user_id`, `username` or both; one of them is required. Management call:
/// without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: `{"code":"…","expires_at":"…","is_authorized":false}`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_generate_code(
    client: *const lid_client,
    code_type: *const c_char,
    purpose: *const c_char,
    authorize: c_bool,
    user_id: *const c_char,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("generate_code", client, out, |client| {
            client.generate_code(
                text(code_type, "code_type")?,
                text(purpose, "purpose")?,
                authorize.is_true(),
                optional_text(user_id, "user_id")?,
                optional_text(username, "username")?,
            )
        })
    }
}

/// Authorizes a code; a code that is already authorized stays so. `code_type` is
/// "short" (6 digits, 3 minutes), "long" or "phrase"; `purpose` is
/// "temporary_authentication" or "add_credential". The user is given by
/// `user_id`, `username` or both; one of them is required. Management call:
/// without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Not repeated after a 429: the service may have counted the code as tried.
///
/// Result: `{"expires_at":"…","is_authorized":true}`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_authorize_code(
    client: *const lid_client,
    code: *const c_char,
    code_type: *const c_char,
    purpose: *const c_char,
    user_id: *const c_char,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("authorize_code", client, out, |client| {
            client.authorize_code(
                text(code, "code")?,
                text(code_type, "code_type")?,
                text(purpose, "purpose")?,
                optional_text(user_id, "user_id")?,
                optional_text(username, "username")?,
            )
        })
    }
}

/// Invalidates all codes of a user with this type and purpose. `code_type` is
/// "short" (6 digits, 3 minutes), "long" or "phrase"; `purpose` is
/// "temporary_authentication" or "add_credential". The user is given by
/// `user_id`, `username` or both; one of them is required. Management call:
/// without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: `{"deleted_at":"…"}`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_invalidate_all_codes(
    client: *const lid_client,
    code_type: *const c_char,
    purpose: *const c_char,
    user_id: *const c_char,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("invalidate_all_codes", client, out, |client| {
            client.invalidate_all_codes(
                text(code_type, "code_type")?,
                text(purpose, "purpose")?,
                optional_text(user_id, "user_id")?,
                optional_text(username, "username")?,
            )
        })
    }
}

/// A switch that ends `lid_wait_code` from another thread. Make one with
/// `lid_cancel_new`. Once triggered, it stays triggered. It belongs to the
/// process that made it: after `fork()` the child makes its own.
pub struct lid_cancel(Arc<Cancel>);

/// Waits until a code with the purpose "temporary_authentication" is authorized,
/// which logs the user in. `timeout_ms` 0 means the configured `wait_timeout_ms`
/// (180 s). Another thread may end the wait through `cancel`, which may be NULL.
///
/// Not repeated after a 429: the service may have counted the code as tried.
///
/// Result: the authentication response, its `jwt` verified, as from
/// `lid_authenticate_password`. `LID_ERROR_TIMEOUT` at the deadline,
/// `LID_ERROR_CANCELLED` when cancelled, `LID_ERROR_API` if the code is wrong,
/// used or expired or the user is deactivated.
///
/// Errors: those of every call to the service (see above), and those of
/// `lid_verify_token` for the `jwt`.
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_wait_code(
    client: *const lid_client,
    username: *const c_char,
    code: *const c_char,
    code_type: *const c_char,
    timeout_ms: u32,
    cancel: *mut lid_cancel,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header; `cancel` is NULL or from
    // `lid_cancel_new` and not freed.
    unsafe {
        call("wait_code", client, out, |client| {
            client.wait_code(
                text(username, "username")?,
                text(code, "code")?,
                text(code_type, "code_type")?,
                Duration::from_millis(timeout_ms.into()),
                cancel.as_ref().map(|cancel| cancel.0.clone()),
            )
        })
    }
}

/// Makes a switch for `lid_wait_code`, to be freed with `lid_cancel_free`. NULL
/// if the process has no file descriptors left.
#[unsafe(no_mangle)]
pub extern "C" fn lid_cancel_new() -> *mut lid_cancel {
    match caught(Cancel::new) {
        Some(Ok(cancel)) => Box::into_raw(Box::new(lid_cancel(Arc::new(cancel)))),
        _ => std::ptr::null_mut(),
    }
}

/// Ends the waits that use this switch, now and later. May be called from any
/// thread and more than once. NULL is ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_cancel_trigger(cancel: *mut lid_cancel) {
    // SAFETY: NULL or from `lid_cancel_new` and not freed.
    if let Some(cancel) = unsafe { cancel.as_ref() } {
        caught(|| cancel.0.trigger());
    }
}

/// Frees a switch, after the last wait that uses it has returned. NULL is
/// ignored.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_cancel_free(cancel: *mut lid_cancel) {
    if !cancel.is_null() {
        // SAFETY: from `lid_cancel_new`, which boxed it, and freed once.
        let cancel = unsafe { Box::from_raw(cancel) };
        caught(|| drop(cancel));
    }
}
