//! Credentials.

use libc::c_char;

use super::boolean::c_bool;
use super::handle::{call, lid_client};
use super::status::lid_status;
use super::support::{optional_text, text};

/// Lists a user's credentials. `status` may be "active", "inactive", "revoked" or
/// "deleted", or NULL for all. The user is given by `user_id`, `username` or
/// both; one of them is required. Management call: without a private key it fails
/// with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: `{"user_id":"…","credentials":[{"uuid":"…","type":"fido2",
/// "status":"active","name":"…","created_at":"…","updated_at":"…"}]}`.
/// Repeated after a timeout or a 5xx, since it changes nothing.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_get_credentials(
    client: *const lid_client,
    status: *const c_char,
    user_id: *const c_char,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("get_credentials", client, out, |client| {
            client.get_credentials(
                optional_text(status, "status")?,
                optional_text(user_id, "user_id")?,
                optional_text(username, "username")?,
            )
        })
    }
}

/// Renames a credential. The user is given by `user_id`, `username` or both; one
/// of them is required. Management call: without a private key it fails with
/// `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: `{"user_id":"…","credential":{"uuid":"…","name":"…",…}}`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_rename_credential(
    client: *const lid_client,
    credential_id: *const c_char,
    name: *const c_char,
    user_id: *const c_char,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("rename_credential", client, out, |client| {
            client.rename_credential(
                text(credential_id, "credential_id")?,
                text(name, "name")?,
                optional_text(user_id, "user_id")?,
                optional_text(username, "username")?,
            )
        })
    }
}

/// Revokes a credential permanently. The user is given by `user_id`, `username`
/// or both; one of them is required. Management call: without a private key it
/// fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: `{"user_id":"…","credential":{"uuid":"…","status":"revoked",…}}`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_revoke_credential(
    client: *const lid_client,
    credential_id: *const c_char,
    user_id: *const c_char,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("revoke_credential", client, out, |client| {
            client.revoke_credential(
                text(credential_id, "credential_id")?,
                optional_text(user_id, "user_id")?,
                optional_text(username, "username")?,
            )
        })
    }
}

/// Begins adding a FIDO2 credential without the user's code. `options_json` may
/// be NULL, or `{"display_name":"…","override_name":"…",
/// "roaming_authenticator":true}`, each member optional. The user is given by
/// `user_id`, `username` or both; one of them is required. Management call:
/// without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: `{"attestation_payload":{"credential_uuid":"…","challenge":"…",
/// "rp":{},"user":{},"pubKeyCredParams":[],…}}` for the browser, completed by
/// `lid_complete_add_fido2_credential`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_force_fido2_credential_init(
    client: *const lid_client,
    user_id: *const c_char,
    username: *const c_char,
    options_json: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("force_fido2_credential_init", client, out, |client| {
            client.force_fido2_credential_init(
                optional_text(user_id, "user_id")?,
                optional_text(username, "username")?,
                optional_text(options_json, "options_json")?,
            )
        })
    }
}

/// Begins adding a document scan. `credential_name` may be NULL. The user is
/// given by `user_id`, `username` or both; one of them is required. Management
/// call: without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends
/// nothing.
///
/// Result: `{"credential_uuid":"…","iframe_url":"…"}`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_add_doc_scan_credential_init(
    client: *const lid_client,
    user_id: *const c_char,
    username: *const c_char,
    credential_name: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("add_doc_scan_credential_init", client, out, |client| {
            client.add_doc_scan_credential_init(
                optional_text(user_id, "user_id")?,
                optional_text(username, "username")?,
                optional_text(credential_name, "credential_name")?,
            )
        })
    }
}

/// Completes adding a document scan. The user is given by `user_id`, `username`
/// or both; one of them is required. Management call: without a private key it
/// fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: an authentication response as from `lid_authenticate_password`, with a
/// `jwt` (verified) only if the credential was activated.
///
/// Errors: those of every call to the service (see above), and those of
/// `lid_verify_token` for the `jwt`.
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_add_doc_scan_credential_complete(
    client: *const lid_client,
    credential_id: *const c_char,
    activate: c_bool,
    user_id: *const c_char,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("add_doc_scan_credential_complete", client, out, |client| {
            client.add_doc_scan_credential_complete(
                text(credential_id, "credential_id")?,
                activate.is_true(),
                optional_text(user_id, "user_id")?,
                optional_text(username, "username")?,
            )
        })
    }
}

/// Returns the URL of the result of a document scan. The user is given by
/// `user_id`, `username` or both; one of them is required. Management call:
/// without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: `{"request_url":"…","token_type":"Bearer","auth_token":"…"}`, or
/// `result_url` in place of `request_url`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_evaluate_doc_scan_credential(
    client: *const lid_client,
    credential_id: *const c_char,
    user_id: *const c_char,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("evaluate_doc_scan_credential", client, out, |client| {
            client.evaluate_doc_scan_credential(
                text(credential_id, "credential_id")?,
                optional_text(user_id, "user_id")?,
                optional_text(username, "username")?,
            )
        })
    }
}

/// Makes a code with which the user can recover the account. The user is given by
/// `user_id`, `username` or both; one of them is required. Management call:
/// without a private key it fails with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: `{"code":"…","created_at":"…"}`. Show the code once and keep it out of
/// logs.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_generate_recovery_code(
    client: *const lid_client,
    user_id: *const c_char,
    username: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("generate_recovery_code", client, out, |client| {
            client.generate_recovery_code(
                optional_text(user_id, "user_id")?,
                optional_text(username, "username")?,
            )
        })
    }
}

/// Adds a public key (SPKI PEM) as a credential. `publickey_alg` NULL is "ES256".
/// `credential_name` may be NULL. The user is given by `user_id`, `username` or
/// both; one of them is required. Management call: without a private key it fails
/// with `LID_ERROR_PRIVATE_KEY` and sends nothing.
///
/// Result: the authentication response, with a `jwt` (verified) only if the service
/// sent one:
/// `{"jwt":"…","is_authenticated":true,"user":{"id":"…","username":"…",
/// "namespace_id":"…"},"client":{"id":"…","type":"directweb"},
/// "credential":{"uuid":"…","type":"public_key","name":"…"}}`.
///
/// Errors: those of every call to the service (see above), and those of
/// `lid_verify_token` for the `jwt`.
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_add_publickey_credential(
    client: *const lid_client,
    publickey: *const c_char,
    publickey_alg: *const c_char,
    user_id: *const c_char,
    username: *const c_char,
    credential_name: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("add_publickey_credential", client, out, |client| {
            client.add_publickey_credential(
                text(publickey, "publickey")?,
                optional_text(publickey_alg, "publickey_alg")?,
                optional_text(user_id, "user_id")?,
                optional_text(username, "username")?,
                optional_text(credential_name, "credential_name")?,
            )
        })
    }
}

/// Begins adding a FIDO2 credential with an authorized code with the purpose
/// "add_credential". `options_json` as in `lid_force_fido2_credential_init`. Not
/// repeated after a 429: the service may have counted the code as tried.
///
/// Result: `{"attestation_payload":{…}}` for the browser, completed by
/// `lid_complete_add_fido2_credential`.
///
/// Errors: those of every call to the service (see above).
///
/// Free `*out` with `lid_free_string`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_init_add_fido2_credential_with_code(
    client: *const lid_client,
    code: *const c_char,
    code_type: *const c_char,
    username: *const c_char,
    options_json: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call(
            "init_add_fido2_credential_with_code",
            client,
            out,
            |client| {
                client.init_add_fido2_credential_with_code(
                    text(code, "code")?,
                    text(code_type, "code_type")?,
                    text(username, "username")?,
                    optional_text(options_json, "options_json")?,
                )
            },
        )
    }
}

/// Completes adding a FIDO2 credential. `attestation_payload_json` is what the
/// browser answered: `{"credential_uuid":"…","credential_id":"…","challenge":"…",
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
pub unsafe extern "C" fn lid_complete_add_fido2_credential(
    client: *const lid_client,
    attestation_payload_json: *const c_char,
    username: *const c_char,
    credential_name: *const c_char,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header, checked for NULL in `call` and `text`.
    unsafe {
        call("complete_add_fido2_credential", client, out, |client| {
            client.complete_add_fido2_credential(
                text(attestation_payload_json, "attestation_payload_json")?,
                text(username, "username")?,
                optional_text(credential_name, "credential_name")?,
            )
        })
    }
}
