//! A client of the current service in C, with Rust's types.

use std::ffi::CString;
use std::ptr;

use libc::c_char;
use loginid::ffi::*;
use serde_json::Value;

use super::client::{c, or_null, stored};
use super::outcome::Outcome;

/// For whom a call acts.
#[derive(Clone, Copy, Debug)]
pub enum By<'a> {
    /// A grant for the user of this name.
    Name(&'a str),
    Token(&'a str),
}

impl By<'_> {
    /// The arguments `username` and `token`.
    fn arguments(self) -> [Option<CString>; 2] {
        match self {
            By::Name(name) => [Some(c(name)), None],
            By::Token(token) => [None, Some(c(token))],
        }
    }
}

/// A client, freed at the end.
#[derive(Debug)]
pub struct V2Client(*mut lid_v2_client);

// SAFETY: the header promises that any number of threads may use one.
unsafe impl Send for V2Client {}
// SAFETY: as above.
unsafe impl Sync for V2Client {}

impl Drop for V2Client {
    fn drop(&mut self) {
        // SAFETY: from a `lid_v2_new…` call, freed once.
        unsafe { lid_v2_free(self.0) };
    }
}

impl V2Client {
    fn of(
        call: impl FnOnce(*mut *mut lid_v2_client, *mut *mut c_char) -> lid_status,
    ) -> Result<V2Client, Outcome> {
        stored(call).map(V2Client)
    }

    /// A client from the text of a configuration, JSON or not.
    pub fn with_config(config: impl AsRef<[u8]>) -> Result<V2Client, Outcome> {
        let config = c(config);
        // SAFETY: the pointers are of living variables.
        V2Client::of(|client, out| unsafe { lid_v2_new_with_config(config.as_ptr(), client, out) })
    }

    pub fn try_new(config: &Value) -> Result<V2Client, Outcome> {
        V2Client::with_config(config.to_string())
    }

    #[track_caller]
    pub fn new(config: &Value) -> V2Client {
        V2Client::try_new(config).expect("a usable configuration")
    }

    /// A client derived with these options.
    #[track_caller]
    pub fn with_options(&self, options: &str) -> V2Client {
        let options = c(options);
        let derived = V2Client::of(|derived, out| {
            // SAFETY: as in `with_config`, and the client is not freed.
            unsafe { lid_v2_with_options(self.0, options.as_ptr(), ptr::null_mut(), derived, out) }
        });
        derived.expect("usable options")
    }

    pub fn raw(&self) -> *mut lid_v2_client {
        self.0
    }

    pub fn call(
        &self,
        call: impl FnOnce(*const lid_v2_client, *mut *mut c_char) -> lid_status,
    ) -> Outcome {
        Outcome::of(|out| call(self.0, out))
    }

    /// A call that may be retried, by name with a grant before it.
    pub fn list_passkeys(&self, by: By<'_>) -> Outcome {
        let [username, token] = by.arguments();
        // SAFETY: the header's contract, with living arguments.
        self.call(|client, out| unsafe {
            lid_v2_list_passkeys(client, or_null(&username), or_null(&token), out)
        })
    }

    /// A call that must never be retried after it may have been carried out.
    pub fn create_otp(&self, by: By<'_>) -> Outcome {
        let [username, token] = by.arguments();
        // SAFETY: as in `list_passkeys`.
        self.call(|client, out| unsafe {
            lid_v2_create_otp(client, or_null(&username), or_null(&token), out)
        })
    }

    pub fn create_grant(&self, username: &str, scopes: &str) -> Outcome {
        let (username, scopes) = (c(username), c(scopes));
        // SAFETY: as in `list_passkeys`.
        self.call(|client, out| unsafe {
            lid_v2_create_grant(client, username.as_ptr(), scopes.as_ptr(), out)
        })
    }

    /// A call with the API key whose answer is empty, and that is never retried.
    pub fn delete_user(&self, user_id: &str) -> Outcome {
        let user_id = c(user_id);
        // SAFETY: as in `list_passkeys`.
        self.call(|client, out| unsafe { lid_v2_delete_user(client, user_id.as_ptr(), out) })
    }

    pub fn get_version(&self) -> Outcome {
        // SAFETY: as in `list_passkeys`.
        self.call(|client, out| unsafe { lid_v2_get_version(client, out) })
    }

    pub fn verify_token(&self, token: impl AsRef<[u8]>, username: Option<&str>) -> Outcome {
        let (token, username) = (c(token), username.map(c));
        // SAFETY: as in `list_passkeys`.
        self.call(|client, out| unsafe {
            lid_v2_verify_token(client, token.as_ptr(), or_null(&username), out)
        })
    }

    pub fn verify_token_remote(&self, token: &str) -> Outcome {
        let token = c(token);
        // SAFETY: as in `list_passkeys`.
        self.call(|client, out| unsafe { lid_v2_verify_token_remote(client, token.as_ptr(), out) })
    }

    pub fn verify_transaction(
        &self,
        token: impl AsRef<[u8]>,
        payload: &str,
        nonce: &str,
    ) -> Outcome {
        self.verify_transaction_for(token, payload, nonce, None)
    }

    pub fn verify_transaction_for(
        &self,
        token: impl AsRef<[u8]>,
        payload: &str,
        nonce: &str,
        username: Option<&str>,
    ) -> Outcome {
        let (token, payload, nonce, username) = (c(token), c(payload), c(nonce), username.map(c));
        // SAFETY: as in `list_passkeys`.
        self.call(|client, out| unsafe {
            lid_v2_verify_transaction(
                client,
                token.as_ptr(),
                payload.as_ptr(),
                nonce.as_ptr(),
                or_null(&username),
                out,
            )
        })
    }

    /// A call with a one-time code, whose answer has a token.
    pub fn verify_otp(&self, username: &str, code: &str) -> Outcome {
        let (username, code) = (c(username), c(code));
        // SAFETY: as in `list_passkeys`.
        self.call(|client, out| unsafe {
            lid_v2_verify_otp(client, username.as_ptr(), code.as_ptr(), ptr::null(), out)
        })
    }

    pub fn authenticate_init(&self, username: &str) -> Outcome {
        let username = c(username);
        // SAFETY: as in `list_passkeys`.
        self.call(|client, out| unsafe {
            lid_v2_authenticate_init(client, username.as_ptr(), ptr::null(), out)
        })
    }

    pub fn complete_tx(&self, session: &str, confirmation: &str) -> Outcome {
        let (session, confirmation) = (c(session), c(confirmation));
        // SAFETY: as in `list_passkeys`.
        self.call(|client, out| unsafe {
            lid_v2_complete_tx(client, session.as_ptr(), confirmation.as_ptr(), out)
        })
    }

    /// A call with a one-time code.
    pub fn verify_email(&self, username: &str, code: &str) -> Outcome {
        let (username, code) = (c(username), c(code));
        // SAFETY: as in `list_passkeys`.
        self.call(|client, out| unsafe {
            lid_v2_verify_email(client, username.as_ptr(), code.as_ptr(), out)
        })
    }

    /// A call whose request can have any size.
    pub fn init_tx(&self, username: &str, payload: &str) -> Outcome {
        let (username, payload) = (c(username), c(payload));
        // SAFETY: as in `list_passkeys`.
        self.call(|client, out| unsafe {
            lid_v2_init_tx(
                client,
                username.as_ptr(),
                payload.as_ptr(),
                ptr::null(),
                out,
            )
        })
    }
}
