//! Transactions.

use libc::c_char;

use super::handle::{call, lid_client};
use super::status::lid_status;
use super::support::{optional_text, text};

/// Creates a transaction for a user to confirm. `username` and `nonce` may be
/// NULL; the nonce is then 16 random characters.
///
/// Result: the service's answer and the nonce that was sent:
/// `{"id":"…","url":"…","nonce":"…"}`. Keep the nonce for
/// `lid_verify_transaction`. An answer without an `id` is `LID_ERROR_RESPONSE`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_create_tx(
    client: *const lid_client,
    tx_payload: *const c_char,
    username: *const c_char,
    nonce: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("create_tx", client, out, |client| {
            client.create_tx(
                text(tx_payload, "tx_payload")?,
                optional_text(username, "username")?,
                optional_text(nonce, "nonce")?,
            )
        })
    }
}

/// Verifies the token of a confirmed transaction: form, signature, audience and
/// times as `lid_verify_token` does, that it confirms exactly `tx_payload`, and with
/// `nonce` (may be NULL) that it confirms the transaction created with it.
///
/// Result: `{"valid":true,"header":{…},"claims":{"tx_hash":"…",…}}`. An invalid
/// token fails with a status other than `LID_OK`, as in `lid_verify_token`;
/// another payload or nonce is `LID_ERROR_CLAIM_MISMATCH`.
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_verify_transaction(
    client: *const lid_client,
    tx_token: *const c_char,
    tx_payload: *const c_char,
    nonce: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("verify_transaction", client, out, |client| {
            client.verify_transaction(
                text(tx_token, "tx_token")?,
                text(tx_payload, "tx_payload")?,
                optional_text(nonce, "nonce")?,
            )
        })
    }
}

/// Begins the confirmation of a transaction by a FIDO2 credential. Give either
/// `tx_id` of an existing transaction or `tx_payload` for a new one, the other
/// NULL. `nonce` may be NULL.
///
/// Result: `{"tx_id":"…","assertion_options":{"challenge":"…","rpId":"…",
/// "allowCredentials":[…]},"nonce":"…"}`, where the nonce is the one that was
/// sent. An answer without a `tx_id` is `LID_ERROR_RESPONSE`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_init_tx(
    client: *const lid_client,
    username: *const c_char,
    tx_id: *const c_char,
    tx_payload: *const c_char,
    nonce: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("init_tx", client, out, |client| {
            client.init_tx(
                text(username, "username")?,
                optional_text(tx_id, "tx_id")?,
                optional_text(tx_payload, "tx_payload")?,
                optional_text(nonce, "nonce")?,
            )
        })
    }
}

/// Completes the confirmation of a transaction. `assertion_payload_json` is what
/// the browser answered: `{"challenge":"…","key_handle":"…","client_data":"…",
/// "auth_data":"…","sign_data":"…"}`.
///
/// Result: `{"jwt":"…"}`: a verified token of the named user. It names the
/// confirmed transaction: give it to `lid_verify_transaction`. `lid_verify_token`
/// refuses it.
///
/// Errors: those of every call to the service (see above), and those of
/// `lid_verify_token` for the `jwt`.
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_complete_tx(
    client: *const lid_client,
    tx_id: *const c_char,
    username: *const c_char,
    assertion_payload_json: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("complete_tx", client, out, |client| {
            client.complete_tx(
                text(tx_id, "tx_id")?,
                text(username, "username")?,
                text(assertion_payload_json, "assertion_payload_json")?,
            )
        })
    }
}
