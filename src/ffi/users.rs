//! Users.

use libc::c_char;

use super::handle::{call, lid_client};
use super::status::lid_status;
use super::support::text;

/// Reads a user's profile. Management call: without a private key it fails with
/// `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: `{"id":"…","client_id":"…","username":"…","status":"active",
/// "type":"…","namespace_id":"…","created_at":"…","updated_at":"…",
/// "contacts":[{"type":"email","contact":"…","is_verified":true}]}`.
/// `LID_ERROR_API` with code `user_not_found` if there is no such user.
/// Repeated after a timeout or a 5xx, since it changes nothing.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_get_user(
    client: *const lid_client,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("get_user", client, out, |client| {
            client.get_user(text(username, "username")?)
        })
    }
}

/// Adds a user who has no credential yet. Management call: without a private key
/// it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: the user's profile, as from `lid_get_user`. `LID_ERROR_API` if the
/// name is taken.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_add_user_without_credentials(
    client: *const lid_client,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("add_user_without_credentials", client, out, |client| {
            client.add_user_without_credentials(text(username, "username")?)
        })
    }
}

/// Activates a deactivated user, who can log in again. Management call: without a
/// private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: the user's profile. `LID_ERROR_API` with code `user_not_found` or
/// `user_not_activated`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_activate_user_by_id(
    client: *const lid_client,
    user_id: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("activate_user_by_id", client, out, |client| {
            client.activate_user_by_id(text(user_id, "user_id")?)
        })
    }
}

/// Deactivates a user, who can no longer log in. Management call: without a
/// private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: the user's profile. `LID_ERROR_API` with code `user_not_found` or
/// `user_not_deactivated`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_deactivate_user_by_id(
    client: *const lid_client,
    user_id: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("deactivate_user_by_id", client, out, |client| {
            client.deactivate_user_by_id(text(user_id, "user_id")?)
        })
    }
}

/// Deletes a user and all credentials. Management call: without a private key it
/// fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: `{}`. `LID_ERROR_API` with code `user_not_found` or
/// `user_not_deleted`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_delete_by_user_id(
    client: *const lid_client,
    user_id: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("delete_by_user_id", client, out, |client| {
            client.delete_by_user_id(text(user_id, "user_id")?)
        })
    }
}

/// Deletes a user and all credentials. Management call: without a private key it
/// fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: `{}`. `LID_ERROR_API` with code `user_not_found` or
/// `user_not_deleted`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_delete_by_username(
    client: *const lid_client,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("delete_by_username", client, out, |client| {
            client.delete_by_username(text(username, "username")?)
        })
    }
}

/// Sends the user an email to verify the address. Management call: without a
/// private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: `{}`. `LID_ERROR_API` with code `email_verification_not_sent`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_send_email_verification(
    client: *const lid_client,
    user_id: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("send_email_verification", client, out, |client| {
            client.send_email_verification(text(user_id, "user_id")?)
        })
    }
}
