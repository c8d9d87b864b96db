//! Tokens.

use libc::c_char;

use super::handle::{call, lid_client};
use super::status::lid_status;
use super::support::{optional_text, text};

/// Makes a service token, for programs that send requests themselves. It allows
/// one call of `scope` (for example "users.retrieve"). `username`, `user_id` and
/// `nonce` may be NULL. If both are given, the token names the username and not
/// the user id. Without a nonce, 16 random characters are used. No request is
/// made.
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
/// its form, its ES256 signature, audience and times, and that it is the token of
/// `username` (may be NULL: any user). The service's key is fetched once and
/// kept.
///
/// Result: `{"valid":true,"header":{…},"claims":{"sub":"…","udata":"…",…}}`. An
/// invalid token fails with a status other than `LID_OK`:
/// `LID_ERROR_TOKEN_INVALID`, `LID_ERROR_TOKEN_EXPIRED`,
/// `LID_ERROR_CLAIM_MISMATCH`, or that of the request for the key, which says
/// nothing about the token. The token of a transaction is
/// `LID_ERROR_CLAIM_MISMATCH` with code `token_kind_mismatch`: use
/// `lid_verify_transaction`. While many tokens with unknown keys arrive, a token
/// whose key is not known yet may fail with `LID_ERROR_RATE_LIMITED` and code
/// `unknown_key_throttled`.
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
