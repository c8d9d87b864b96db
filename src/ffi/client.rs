//! Making and freeing clients; logging.

use std::ffi::{CStr, CString};

use libc::{c_char, c_void};

use super::cancel::{cancel_of, lid_cancel};
use super::handle::{client_of, construct, lid_client};
use super::status::lid_status;
use super::support::{
    catch_panic, null_argument, optional_pem, optional_text, run_into, text, wipe,
};
use crate::Client;
use crate::config::Config;
use crate::key::generate_key_pair;
use crate::log::Logger;

/// Receives one JSON event per HTTP attempt, on the thread that made the call,
/// after the answer has been checked:
///
/// `{"event":"http_attempt","operation":"get_user","method":"POST",
/// "path":"/manage/users/retrieve","attempt":1,"request_id":"…",
/// "http_status":200,"status":null,"code":null,"duration_us":1234,
/// "retry_in_ms":null}`
///
/// `status` and `code` are those of the error that the attempt ended with, even
/// if an answer arrived and could not be used. Fetching the service's key to
/// verify an answer is an attempt of its own; its event comes first.
///
/// `event_json` is valid during the call only. The function must return: it must
/// not throw, `longjmp` or end its thread, and `pthread_cancel` has no effect in
/// it. It must not free the client it was called for.
pub type lid_log_fn =
    Option<unsafe extern "C" fn(event_json: *const c_char, user_data: *mut c_void)>;

/// Makes a client for an application. `private_key` is PKCS#8 or SEC1 PEM;
/// indentation and line ends do not matter. It may be NULL: a public application
/// sends no token. Management calls and making tokens need the key. `base_url`
/// may be NULL for the public service.
///
/// Result: `{}`, and `*client` holds the client, to be freed with `lid_free`.
/// On an error `*client` is NULL. Errors: `LID_ERROR_CONFIG`,
/// `LID_ERROR_PRIVATE_KEY`, `LID_ERROR_INVALID_ARGUMENT`. No request is made.
///
/// Free `*out` with `lid_free_string`.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_new(
    client_id: *const c_char,
    private_key: *const c_char,
    base_url: *const c_char,
    client: *mut *mut lid_client,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: the contract of the header: strings are NULL or NUL-terminated,
    // `client` and `out` are NULL or writable.
    unsafe {
        construct("new", "client", client, out, || {
            let client_id = text(client_id, "client_id")?;
            let private_key = optional_pem(private_key, "private_key")?;
            Client::new(
                client_id,
                private_key.as_ref().map(|key| key.as_str()),
                optional_text(base_url, "base_url")?,
            )
            .map(lid_client)
        })
    }
}

/// Makes a client for a management application: as `lid_new`, but the key is
/// required.
///
/// Free `*out` with `lid_free_string`.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_new_management(
    client_id: *const c_char,
    private_key: *const c_char,
    base_url: *const c_char,
    client: *mut *mut lid_client,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: as in lid_new.
    unsafe {
        construct("new_management", "client", client, out, || {
            let client_id = text(client_id, "client_id")?;
            let private_key = optional_pem(private_key, "private_key")?
                .ok_or_else(|| null_argument("private_key"))?;
            Client::new_management(
                client_id,
                &private_key,
                optional_text(base_url, "base_url")?,
            )
            .map(lid_client)
        })
    }
}

/// Makes a client from a JSON object. Every field but `client_id` is optional:
///
/// `client_id`, `private_key` or `private_key_file`, `management` (a key is
/// required), `base_url`, `allow_http`, `connect_timeout_ms` 5000,
/// `request_timeout_ms` 20000, `wait_timeout_ms` 180000, `max_retries` 2,
/// `ca_file` or `ca_pem`, `client_cert_pem` with `client_key_pem`, `proxy` (a
/// URL or "env"), `leeway_s` 60, `issuer`, `max_token_age_s`, `require_exp`,
/// `public_keys` (an object: PEM by key id), `key_cache_ttl_s` 3600,
/// `fetch_keys` true (false: `public_keys` are all the keys there are),
/// `verified_tokens` 0 (how many good signature verdicts are kept),
/// `user_agent` (appended), `headers` (an object), `max_response_bytes` 1048576.
///
/// An unknown or mistyped field is `LID_ERROR_CONFIG` and named in the message.
/// Result and other errors as `lid_new`.
///
/// Free `*out` with `lid_free_string`.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_new_with_config(
    config_json: *const c_char,
    client: *mut *mut lid_client,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: as in lid_new.
    unsafe {
        construct("new_with_config", "client", client, out, || {
            Client::with_config(Config::from_json(text(config_json, "config")?)?).map(lid_client)
        })
    }
}

/// Makes a client from the environment: `LOGINID_CLIENT_ID` (required),
/// `LOGINID_PRIVATE_KEY` or `LOGINID_PRIVATE_KEY_FILE`, `LOGINID_BASE_URL`, and
/// for each other field of `lid_new_with_config` that has a single value, its
/// name in capitals, for example `LOGINID_REQUEST_TIMEOUT_MS` or
/// `LOGINID_CA_FILE`. An empty variable is treated as unset. A variable whose
/// name is nearly one of these is an error; others are ignored. A setuid program
/// reads no variables. Result and errors as `lid_new`.
///
/// Free `*out` with `lid_free_string`.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_new_from_env(
    client: *mut *mut lid_client,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: as in lid_new.
    unsafe {
        construct("new_from_env", "client", client, out, || {
            Client::from_env().map(lid_client)
        })
    }
}

/// Derives a client whose calls have other options. It shares connections, keys and
/// the log function with `client`: making and freeing one for each call costs a few
/// microseconds at most. `options_json` may be NULL, or an object with any of these
/// members:
///
/// - `timeout_ms`, 1 to 86400000: the limit of each call, in place of
///   `request_timeout_ms` and `wait_timeout_ms`. For `lid_wait_code`, the smaller one of
///   this and its own argument counts.
/// - `max_retries`, 0 to 10, in place of the configured one.
/// - `headers`, an object of strings: each replaces the client's header of that name,
///   or is added. Headers that this library sets are refused.
/// - `request_id`, 1 to 128 visible ASCII characters: sent as `Request-ID`, in place of
///   a new one for each call, and also in errors and log events.
///
/// `cancel` may be NULL. When it is triggered, a call of the derived client ends within
/// 100 ms, whatever it waits for: the resolver, a connection, the service, a retry or
/// another thread. Every later call is refused, also those that make no request. A
/// client may be derived from a derived one: its options are kept if they are not
/// replaced, and every cancel stays in force.
///
/// Result: `{}`, and `*derived` holds the client, to be freed with `lid_free`. On an
/// error `*derived` is NULL. `client`, `cancel` and `*derived` may be freed in any
/// order. Errors: `LID_ERROR_INVALID_ARGUMENT`, with the code `invalid_options` for an
/// unknown or bad member. No request is made.
///
/// Free `*out` with `lid_free_string`.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_with_options(
    client: *const lid_client,
    options_json: *const c_char,
    cancel: *mut lid_cancel,
    derived: *mut *mut lid_client,
    out: *mut *mut c_char,
) -> lid_status {
    // SAFETY: as in lid_new, and `client` and `cancel` are NULL or from their functions
    // and not freed.
    unsafe {
        construct("with_options", "derived", derived, out, || {
            let client = client_of(client)?;
            let options_json = optional_text(options_json, "options")?;
            let derived = client.with_options(options_json, cancel_of(cancel))?;
            Ok(lid_client(derived))
        })
    }
}

/// Frees a client, after the last call with it has returned. Its private key is wiped
/// when the last of it and the clients derived from it is freed. NULL is ignored.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_free(client: *mut lid_client) {
    if !client.is_null() {
        // SAFETY: from `lid_new…`, which boxed it, and freed once.
        let client = unsafe { Box::from_raw(client) };
        catch_panic(|| drop(client));
    }
}

/// Frees a string that a call stored in `*out`, and wipes it: it may hold a key, a
/// token or a code. NULL is ignored.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_free_string(string: *mut c_char) {
    if !string.is_null() {
        // SAFETY: from a call's `out`, which `CString::into_raw` made.
        let string = unsafe { CString::from_raw(string) };
        catch_panic(|| wipe(string));
    }
}

/// The version of the library, for example "0.1.0"; compare it with `LID_VERSION`
/// of the header. The string is static: never free it.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub extern "C" fn lid_version() -> *const c_char {
    const VERSION: &CStr =
        match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
            Ok(version) => version,
            Err(_) => panic!("a version holds no NUL"),
        };
    VERSION.as_ptr()
}

/// Makes a new P-256 key pair. Give the public key to the dashboard and the
/// private one to `lid_new`.
///
/// Result: `{"private_key":"-----BEGIN PRIVATE KEY-----\n…",
/// "public_key":"-----BEGIN PUBLIC KEY-----\n…"}`. Error: `LID_ERROR_INTERNAL` if
/// the system provides no random numbers.
///
/// Free `*out` with `lid_free_string`.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_generate_key_pair(out: *mut *mut c_char) -> lid_status {
    // SAFETY: `out` is NULL or writable.
    unsafe { run_into("generate_key_pair", out, generate_key_pair) }
}

/// Sets the function that is called for every HTTP attempt of this client, and of
/// those that share its connections (`lid_with_options`); NULL removes it. `user_data`
/// is passed to it unchanged, and must live until the function is replaced or the last
/// of these clients is freed. Several threads may call the function at once.
///
/// It waits until no earlier function of this client is running in any thread,
/// and none of them is called again: when it returns, their `user_data` may be
/// freed. Do not hold a lock that such a function takes. Called from inside a log
/// function (of any client) it does not wait: then the earlier `user_data` may be
/// freed when the calls that were running have returned.
///
/// @since 0.1.0
#[unsafe(no_mangle)]
pub unsafe extern "C" fn lid_set_log_callback(
    client: *mut lid_client,
    callback: lid_log_fn,
    user_data: *mut c_void,
) {
    // SAFETY: NULL or from `lid_new…` and not freed.
    if let Some(client) = unsafe { client.as_ref() } {
        catch_panic(|| client.0.set_logger(logger(callback, user_data)));
    }
}

/// The logger that calls a function of the program.
pub(super) fn logger(callback: lid_log_fn, user_data: *mut c_void) -> Option<Logger> {
    let callback = callback?;
    let user_data = UserData(user_data);
    Some(Logger::new(move |event| {
        if let Ok(event) = CString::new(event) {
            // SAFETY: the program gave us a function for this, and promised that it may be
            // called from any thread.
            unsafe { callback(event.as_ptr(), user_data.get()) };
        }
    }))
}

/// A pointer that is only handed back to the program.
struct UserData(*mut c_void);

impl UserData {
    fn get(&self) -> *mut c_void {
        self.0
    }
}

// SAFETY: never dereferenced here; the program promises that its function may
// be called from any thread, several at once.
unsafe impl Send for UserData {}
// SAFETY: as above.
unsafe impl Sync for UserData {}
