//! Making and freeing clients of the current service; logging.

use libc::{c_char, c_void};

use super::cancel::{cancel_of, lid_cancel};
use super::client::{lid_log_fn, logger};
use super::handle::{client_of, construct, lid_v2_client};
use super::status::lid_status;
use super::support::{catch_panic, optional_text, text};
use crate::v2::{Client, Config};

/// Makes a client of LoginID's current service. `base_url` is the application's, as the
/// dashboard shows it: "https://….api.loginid.io". `api_key` may be NULL: the calls whose
/// documentation says that they need it fail without it, with `api_key_required`.
///
/// Result: `{}`, and `*client` holds the client, to be freed with `lid_v2_free`. On an error
/// `*client` is NULL. Errors: `LID_ERROR_CONFIG`, `LID_ERROR_INVALID_ARGUMENT`. No request is
/// made.
///
/// Free `*out` with `lid_free_string`.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_v2_new(
    base_url: *const c_char,
    api_key: *const c_char,
    client: *mut *mut lid_v2_client,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header: strings are NULL or NUL-terminated,
    // `client` and `out` are NULL or writable.
    unsafe {
        construct("v2_new", "client", client, out, || {
            let base_url = text(base_url, "base_url")?;
            let api_key = optional_text(api_key, "api_key")?;
            Client::new(base_url, api_key).map(lid_v2_client)
        })
    }
}

/// Makes a client of the current service from a JSON object. Every field but `base_url` is
/// optional:
///
/// `base_url`, `api_key` or `api_key_file`, `application_id` (the first label of the host of
/// `base_url`; required if that is an IP address or `localhost`), `issuer` (`base_url`), `jwks`
/// (pinned keys: an object as the service's key set), `allow_http`, `connect_timeout_ms` 5000,
/// `request_timeout_ms` 20000, `max_retries` 2, `ca_file` or `ca_pem`, `client_cert_pem` with
/// `client_key_pem`, `proxy` (a URL or "env"), `leeway_s` 60, `max_token_age_s`,
/// `key_cache_ttl_s` 3600, `fetch_keys` true (false: `jwks` has all the keys there are),
/// `verified_tokens` 0 (how many good signature verdicts are kept), `user_agent` (appended),
/// `headers` (an object), `max_response_bytes` 1048576.
///
/// An unknown or mistyped field is `LID_ERROR_CONFIG` and named in the message. Result and
/// other errors as `lid_v2_new`.
///
/// Free `*out` with `lid_free_string`.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_v2_new_with_config(
    config_json: *const c_char,
    client: *mut *mut lid_v2_client,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: as in lid_v2_new.
    unsafe {
        construct("v2_new_with_config", "client", client, out, || {
            let config = Config::from_json(text(config_json, "config")?)?;
            Client::with_config(config).map(lid_v2_client)
        })
    }
}

/// Makes a client of the current service from the environment: `LOGINID_V2_BASE_URL`
/// (required), `LOGINID_V2_API_KEY` or `LOGINID_V2_API_KEY_FILE`,
/// `LOGINID_V2_APPLICATION_ID`, `LOGINID_V2_ISSUER`, and for each other field of
/// `lid_v2_new_with_config` that has a single value, its name in capitals, for example
/// `LOGINID_REQUEST_TIMEOUT_MS` or `LOGINID_CA_FILE`. An empty variable is treated as unset. A
/// variable whose name is nearly one of these is an error; others are ignored. A setuid program
/// reads no variables. Result and errors as `lid_v2_new`.
///
/// Free `*out` with `lid_free_string`.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_v2_new_from_env(
    client: *mut *mut lid_v2_client,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: as in lid_v2_new.
    unsafe {
        construct("v2_new_from_env", "client", client, out, || {
            Client::from_env().map(lid_v2_client)
        })
    }
}

/// Derives a client whose calls have other options, as `lid_with_options` does: `timeout_ms`,
/// `max_retries`, `headers` and `request_id`, each of them optional. `options_json` and
/// `cancel` may be NULL.
///
/// Result: `{}`, and `*derived` holds the client, to be freed with `lid_v2_free`. On an error
/// `*derived` is NULL. `client`, `cancel` and `*derived` may be freed in any order. Errors:
/// `LID_ERROR_INVALID_ARGUMENT`, with the code `invalid_options` for an unknown or bad member.
/// No request is made.
///
/// Free `*out` with `lid_free_string`.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_v2_with_options(
    client: *const lid_v2_client,
    options_json: *const c_char,
    cancel: *mut lid_cancel,
    derived: *mut *mut lid_v2_client,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: as in lid_v2_new, and `client` and `cancel` are NULL or from their functions
    // and not freed.
    unsafe {
        construct("v2_with_options", "derived", derived, out, || {
            let client = client_of(client)?;
            let options_json = optional_text(options_json, "options")?;
            let derived = client.with_options(options_json, cancel_of(cancel))?;
            Ok(lid_v2_client(derived))
        })
    }
}

/// Frees a client, after the last call with it has returned. Its API key is wiped when the
/// last of it and the clients derived from it is freed. NULL is ignored.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_v2_free(client: *mut lid_v2_client) {
    if !client.is_null() {
        // SAFETY: from `lid_v2_new…`, which boxed it, and freed once.
        let client = unsafe { Box::from_raw(client) };
        catch_panic(|| drop(client));
    }
}

/// Sets the function that is called for every HTTP attempt of this client, and of those that
/// share its connections (`lid_v2_with_options`), as `lid_set_log_callback` does; NULL removes
/// it.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_v2_set_log_callback(
    client: *mut lid_v2_client,
    callback: lid_log_fn,
    user_data: *mut c_void,
) {
    // SAFETY: NULL or from `lid_v2_new…` and not freed.
    if let Some(client) = unsafe { client.as_ref() } {
        catch_panic(|| client.0.set_logger(logger(callback, user_data)));
    }
}
