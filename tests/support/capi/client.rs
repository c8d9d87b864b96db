//! The functions of the C interface, with Rust's types.

use std::ffi::CString;
use std::ptr;

use libc::c_char;
use loginid::ffi::*;
use serde_json::Value;

use super::outcome::Outcome;

/// A C string; it ends at the first NUL.
pub fn c(text: impl AsRef<[u8]>) -> CString {
    let bytes = text.as_ref();
    let end = bytes.iter().position(|byte| *byte == 0);
    CString::new(&bytes[..end.unwrap_or(bytes.len())]).expect("no NUL is left")
}

/// NULL, or the pointer of a string that must outlive the call.
pub(super) fn or_null(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(ptr::null(), |text| text.as_ptr())
}

/// The handle that a `…_new…` call stores, which must be NULL on an error.
pub(super) fn stored<T>(
    call: impl FnOnce(*mut *mut T, *mut *mut c_char) -> lid_status,
) -> Result<*mut T, Outcome> {
    let untouched = ptr::dangling_mut();
    let mut handle = untouched;
    let outcome = Outcome::of(|out| call(&mut handle, out));
    assert_ne!(handle, untouched, "no handle stored: {outcome:?}");
    let made = outcome.status == lid_status::LID_OK;
    assert_eq!(!handle.is_null(), made, "{handle:?} with {outcome:?}");
    if made { Ok(handle) } else { Err(outcome) }
}

/// A client, freed at the end.
#[derive(Debug)]
pub struct Client(*mut lid_client);

// SAFETY: the header promises that any number of threads may use one.
unsafe impl Send for Client {}
// SAFETY: as above.
unsafe impl Sync for Client {}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: from a `lid_new…` call, freed once.
        unsafe { lid_free(self.0) };
    }
}

impl Client {
    /// The client that a `lid_new…` call stores.
    pub fn of(
        call: impl FnOnce(*mut *mut lid_client, *mut *mut c_char) -> lid_status,
    ) -> Result<Client, Outcome> {
        stored(call).map(Client)
    }

    /// A client from the text of a configuration, JSON or not.
    pub fn with_config(config: impl AsRef<[u8]>) -> Result<Client, Outcome> {
        let config = c(config);
        // SAFETY: the pointers are of living variables.
        Client::of(|client, out| unsafe { lid_new_with_config(config.as_ptr(), client, out) })
    }

    pub fn try_new(config: &Value) -> Result<Client, Outcome> {
        Client::with_config(config.to_string())
    }

    #[track_caller]
    pub fn new(config: &Value) -> Client {
        Client::try_new(config).expect("a usable configuration")
    }

    /// A client of a service that refuses every connection.
    pub fn with_key(client_id: &str, private_key: impl AsRef<[u8]>) -> Result<Client, Outcome> {
        let (client_id, private_key) = (c(client_id), c(private_key));
        let base_url = c("http://127.0.0.1:1");
        // SAFETY: as in `with_config`.
        Client::of(|client, out| unsafe {
            lid_new(
                client_id.as_ptr(),
                private_key.as_ptr(),
                base_url.as_ptr(),
                client,
                out,
            )
        })
    }

    /// A client derived with these options.
    #[track_caller]
    pub fn with_options(&self, options: &str) -> Client {
        let options = c(options);
        let derived = Client::of(|derived, out| {
            // SAFETY: as in `with_config`, and the client is not freed.
            unsafe { lid_with_options(self.0, options.as_ptr(), ptr::null_mut(), derived, out) }
        });
        derived.expect("usable options")
    }

    pub fn raw(&self) -> *mut lid_client {
        self.0
    }

    pub fn call(
        &self,
        call: impl FnOnce(*const lid_client, *mut *mut c_char) -> lid_status,
    ) -> Outcome {
        Outcome::of(|out| call(self.0, out))
    }

    /// A call that may be retried.
    pub fn get_user(&self, username: impl AsRef<[u8]>) -> Outcome {
        let username = c(username);
        // SAFETY: the header's contract, with living arguments.
        self.call(|client, out| unsafe { lid_get_user(client, username.as_ptr(), out) })
    }

    pub fn add_user(&self, username: &str) -> Outcome {
        let username = c(username);
        // SAFETY: as in `get_user`.
        self.call(|client, out| unsafe {
            lid_add_user_without_credentials(client, username.as_ptr(), out)
        })
    }

    /// A call that must never be retried after it may have been carried out.
    pub fn generate_code(&self, username: &str) -> Outcome {
        let (kind, purpose) = (c("short"), c("temporary_authentication"));
        let username = c(username);
        // SAFETY: as in `get_user`.
        self.call(|client, out| unsafe {
            lid_generate_code(
                client,
                kind.as_ptr(),
                purpose.as_ptr(),
                true.into(),
                ptr::null(),
                username.as_ptr(),
                out,
            )
        })
    }

    /// A call that is never retried, and whose answer contains a token.
    pub fn register_password(&self, username: &str, password: &str) -> Outcome {
        let (username, password) = (c(username), c(password));
        // SAFETY: as in `get_user`.
        self.call(|client, out| unsafe {
            lid_register_password(client, username.as_ptr(), password.as_ptr(), out)
        })
    }

    pub fn authenticate_password(&self, username: &str, password: &str) -> Outcome {
        let (username, password) = (c(username), c(password));
        // SAFETY: as in `get_user`.
        self.call(|client, out| unsafe {
            lid_authenticate_password(client, username.as_ptr(), password.as_ptr(), out)
        })
    }

    /// Logs a user in with a short code once it is authorized.
    pub fn wait_code(&self, username: &str, code: impl AsRef<[u8]>, timeout_ms: u32) -> Outcome {
        let (username, code, kind) = (c(username), c(code), c("short"));
        // SAFETY: as in `get_user`; there is no cancel.
        self.call(|client, out| unsafe {
            lid_wait_code(
                client,
                username.as_ptr(),
                code.as_ptr(),
                kind.as_ptr(),
                timeout_ms,
                ptr::null_mut(),
                out,
            )
        })
    }

    pub fn service_token(&self, scope: &str) -> Outcome {
        self.service_token_for(scope, None, None, None)
    }

    pub fn service_token_for(
        &self,
        scope: &str,
        username: Option<&str>,
        user_id: Option<&str>,
        nonce: Option<&str>,
    ) -> Outcome {
        let (scope, username) = (c(scope), username.map(c));
        let (user_id, nonce) = (user_id.map(c), nonce.map(c));
        // SAFETY: as in `get_user`.
        self.call(|client, out| unsafe {
            lid_generate_service_token(
                client,
                scope.as_ptr(),
                or_null(&username),
                or_null(&user_id),
                or_null(&nonce),
                out,
            )
        })
    }

    pub fn transaction_token(
        &self,
        payload: &str,
        username: Option<&str>,
        nonce: Option<&str>,
    ) -> Outcome {
        let (payload, username, nonce) = (c(payload), username.map(c), nonce.map(c));
        // SAFETY: as in `get_user`.
        self.call(|client, out| unsafe {
            lid_generate_tx_auth_token(
                client,
                payload.as_ptr(),
                or_null(&username),
                or_null(&nonce),
                out,
            )
        })
    }

    pub fn verify_token(&self, token: impl AsRef<[u8]>) -> Outcome {
        self.verify_token_for(token, None)
    }

    pub fn verify_token_for(&self, token: impl AsRef<[u8]>, username: Option<&str>) -> Outcome {
        let (token, username) = (c(token), username.map(c));
        // SAFETY: as in `get_user`.
        self.call(|client, out| unsafe {
            lid_verify_token(client, token.as_ptr(), or_null(&username), out)
        })
    }

    pub fn verify_transaction(
        &self,
        token: impl AsRef<[u8]>,
        payload: &str,
        nonce: Option<&str>,
    ) -> Outcome {
        let (token, payload, nonce) = (c(token), c(payload), nonce.map(c));
        // SAFETY: as in `get_user`.
        self.call(|client, out| unsafe {
            lid_verify_transaction(
                client,
                token.as_ptr(),
                payload.as_ptr(),
                or_null(&nonce),
                out,
            )
        })
    }
}

/// A new key pair: private, then public PEM.
pub fn key_pair() -> (String, String) {
    // SAFETY: a writable place.
    let pair = Outcome::of(|out| unsafe { lid_generate_key_pair(out) }).ok();
    let pem = |name: &str| pair[name].as_str().expect("a PEM").to_owned();
    (pem("private_key"), pem("public_key"))
}
