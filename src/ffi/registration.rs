//! Registration.

use libc::c_char;

use super::handle::{call, lid_client};
use super::status::lid_status;
use super::support::{optional_text, text};

/// Begins a FIDO2 registration. `options_json` may be NULL, or
/// `{"display_name":"…","override_name":"…","roaming_authenticator":true,
/// "register_session":true}`, each member optional.
///
/// Result: `{"attestation_payload":{"credential_uuid":"…","challenge":"…",
/// "rp":{},"user":{},"pubKeyCredParams":[],…},"register_session":"…"}`, the
/// last only if asked for.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_register_fido2_init(
    client: *const lid_client,
    username: *const c_char,
    options_json: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("register_fido2_init", client, out, |client| {
            client.register_fido2_init(
                text(username, "username")?,
                optional_text(options_json, "options_json")?,
            )
        })
    }
}

/// Completes a FIDO2 registration. `attestation_payload_json` is what the browser
/// answered: `{"credential_uuid":"…","credential_id":"…","challenge":"…",
/// "client_data":"…","attestation_data":"…"}`. `credential_name` may be NULL.
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
pub unsafe extern "C" fn lid_register_fido2_complete(
    client: *const lid_client,
    username: *const c_char,
    attestation_payload_json: *const c_char,
    credential_name: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("register_fido2_complete", client, out, |client| {
            client.register_fido2_complete(
                text(username, "username")?,
                text(attestation_payload_json, "attestation_payload_json")?,
                optional_text(credential_name, "credential_name")?,
            )
        })
    }
}

/// Registers a user with a password.
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
pub unsafe extern "C" fn lid_register_password(
    client: *const lid_client,
    username: *const c_char,
    password: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("register_password", client, out, |client| {
            client.register_password(text(username, "username")?, text(password, "password")?)
        })
    }
}
