//! Tokens.

use libc::c_char;

use super::client::lid_client;
use super::status::lid_status;
use super::support::{call, optional_text, text};

/// Makes a service token, for programs that send requests themselves. It allows
/// one call of `scope` (as "users.retrieve"), once. `username`, `user_id` and
/// `nonce` may be NULL; the username wins over the user id, the nonce is 16
/// random characters. No request is made.
///
/// Result: `{"token":"…"}`. Keep it out of logs. `LID_ERROR_PRIVATE_KEY` if the
/// client has no key.
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_generate_service_token(
    client: *const lid_client,
    scope: *const c_char,
    username: *const c_char,
    user_id: *const c_char,
    nonce: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("generate_service_token", client, out, |client| {
            client.generate_service_token(
                text(scope, "scope")?,
                optional_text(username, "username")?,
                optional_text(user_id, "user_id")?,
                optional_text(nonce, "nonce")?,
            )
        })
    }
}

/// Verifies a token that the service issued to this application to log a user in:
/// its form, its ES256 signature, audience and times, and with `username` (may be
/// NULL) whose it is. The service's key is fetched once and kept.
///
/// Result: `{"valid":true,"header":{…},"claims":{"sub":"…","udata":"…",…}}`.
/// Anything but a good token is a status other than `LID_OK`:
/// `LID_ERROR_TOKEN_INVALID`, `LID_ERROR_TOKEN_EXPIRED`,
/// `LID_ERROR_CLAIM_MISMATCH`, or those of the request for the key, which say
/// nothing about the token. A transaction's token is `LID_ERROR_CLAIM_MISMATCH`
/// with code `token_kind_mismatch`: `lid_verify_transaction` is for those. While
/// tokens with many unknown keys come in, a token whose key is not known yet may
/// be `LID_ERROR_RATE_LIMITED` with code `unknown_key_throttled`.
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_verify_token(
    client: *const lid_client,
    token: *const c_char,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("verify_token", client, out, |client| {
            client.verify_token(text(token, "token")?, optional_text(username, "username")?)
        })
    }
}

/// Makes a transaction token: it allows creating one transaction with this
/// payload. `username` and `nonce` may be NULL. No request is made.
///
/// Result: `{"token":"…"}`. `LID_ERROR_PRIVATE_KEY` if the client has no key.
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_generate_tx_auth_token(
    client: *const lid_client,
    tx_payload: *const c_char,
    username: *const c_char,
    nonce: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("generate_tx_auth_token", client, out, |client| {
            client.generate_tx_auth_token(
                text(tx_payload, "tx_payload")?,
                optional_text(username, "username")?,
                optional_text(nonce, "nonce")?,
            )
        })
    }
}
