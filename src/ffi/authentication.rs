//! Authentication.

use libc::c_char;

use super::handle::{call, lid_client};
use super::status::lid_status;
use super::support::{optional_text, text};

/// Logs a user in with a password.
///
/// Result: the authentication response, its `jwt` verified:
/// `{"jwt":"…","is_authenticated":true,"user":{"id":"…","username":"…",
/// "namespace_id":"…"},"client":{"id":"…","type":"directweb"},
/// "credential":{"uuid":"…","type":"password","name":"…"}}`.
///
/// Errors: those of every call to the service (see above), and those of
/// `lid_verify_token` for the `jwt`.
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_authenticate_password(
    client: *const lid_client,
    username: *const c_char,
    password: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("authenticate_password", client, out, |client| {
            client.authenticate_password(text(username, "username")?, text(password, "password")?)
        })
    }
}

/// Begins a FIDO2 login.
///
/// Result: `{"assertion_payload":{"challenge":"…","rpId":"…",
/// "allowCredentials":[{"id":"…","type":"public-key","transports":[]}],…}}` for
/// the browser.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_authenticate_fido2_init(
    client: *const lid_client,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("authenticate_fido2_init", client, out, |client| {
            client.authenticate_fido2_init(text(username, "username")?)
        })
    }
}

/// Completes a FIDO2 login. `assertion_payload_json` is what the browser
/// answered: `{"challenge":"…","credential_id":"…","client_data":"…",
/// "authenticator_data":"…","signature":"…"}`.
///
/// Result: the authentication response, its `jwt` verified:
/// `{"jwt":"…","is_authenticated":true,"user":{"id":"…","username":"…",
/// "namespace_id":"…"},"client":{"id":"…","type":"directweb"},
/// "credential":{"uuid":"…","type":"fido2","name":"…"}}`.
///
/// Errors: those of every call to the service (see above), and those of
/// `lid_verify_token` for the `jwt`.
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_authenticate_fido2_complete(
    client: *const lid_client,
    username: *const c_char,
    assertion_payload_json: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("authenticate_fido2_complete", client, out, |client| {
            client.authenticate_fido2_complete(
                text(username, "username")?,
                text(assertion_payload_json, "assertion_payload_json")?,
            )
        })
    }
}

/// Begins a login by document scan. `credential_id` may be NULL.
///
/// Result: `{"credential_uuid":"…","iframe_url":"…"}`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_authenticate_doc_scan_init(
    client: *const lid_client,
    username: *const c_char,
    credential_id: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("authenticate_doc_scan_init", client, out, |client| {
            client.authenticate_doc_scan_init(
                text(username, "username")?,
                optional_text(credential_id, "credential_id")?,
            )
        })
    }
}

/// Completes a login by document scan.
///
/// Result: the authentication response, as from `lid_authenticate_password`.
///
/// Errors: those of every call to the service (see above), and those of
/// `lid_verify_token` for the `jwt`.
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_authenticate_doc_scan_complete(
    client: *const lid_client,
    username: *const c_char,
    credential_id: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("authenticate_doc_scan_complete", client, out, |client| {
            client.authenticate_doc_scan_complete(
                text(username, "username")?,
                text(credential_id, "credential_id")?,
            )
        })
    }
}

/// Begins a login with a public key (SPKI PEM). `publickey_alg` NULL is "ES256".
///
/// Result: `{"challenge_id":"…","server_nonce":"…"}`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_authenticate_publickey_init(
    client: *const lid_client,
    username: *const c_char,
    publickey: *const c_char,
    publickey_alg: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("authenticate_publickey_init", client, out, |client| {
            client.authenticate_publickey_init(
                text(username, "username")?,
                text(publickey, "publickey")?,
                optional_text(publickey_alg, "publickey_alg")?,
            )
        })
    }
}

/// Completes a login with a public key. `assertion` is a JWT that the user's
/// private key signed over the challenge.
///
/// Result: the authentication response, its `jwt` verified:
/// `{"jwt":"…","is_authenticated":true,"user":{"id":"…","username":"…",
/// "namespace_id":"…"},"client":{"id":"…","type":"directweb"},
/// "credential":{"uuid":"…","type":"public_key","name":"…"}}`.
///
/// Errors: those of every call to the service (see above), and those of
/// `lid_verify_token` for the `jwt`.
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_authenticate_publickey_complete(
    client: *const lid_client,
    username: *const c_char,
    challenge_id: *const c_char,
    assertion: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("authenticate_publickey_complete", client, out, |client| {
            client.authenticate_publickey_complete(
                text(username, "username")?,
                text(challenge_id, "challenge_id")?,
                text(assertion, "assertion")?,
            )
        })
    }
}
