//! A client of the current service in C, with Rust's types.

use std::ffi::CString;
use std::ptr;

use libc::c_char;
use loginid::ffi::*;
use loginid_emulator::Emulator;
use serde_json::{Value, json};

use super::client::c;
use super::outcome::Outcome;

/// The configuration of the emulator's application, with further fields.
pub fn v2_config(emulator: &Emulator, further: Value) -> Value {
    let service = emulator.v2();
    let mut config = json!({
        "base_url": emulator.base_url(),
        "application_id": service.application_id(),
        "api_key": service.api_key(),
        // The tokens name the application's own host.
        "issuer": service.base_url(),
    });
    if let Some(ca) = emulator.ca_pem() {
        config["ca_pem"] = ca.into();
    }
    for (name, value) in further.as_object().expect("an object") {
        config[name] = value.clone();
    }
    config
}

fn or_null(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(ptr::null(), |text| text.as_ptr())
}

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
        let untouched = ptr::dangling_mut();
        let mut client = untouched;
        let outcome = Outcome::of(|out| call(&mut client, out));
        assert_ne!(client, untouched, "no client stored: {outcome:?}");
        let made = outcome.status == lid_status::LID_OK;
        assert_eq!(!client.is_null(), made, "{client:?} with {outcome:?}");
        match made {
            true => Ok(V2Client(client)),
            false => Err(outcome),
        }
    }

    pub fn try_new(config: &Value) -> Result<V2Client, Outcome> {
        let config = c(config.to_string());
        // SAFETY: the pointers are of living variables.
        V2Client::of(|client, out| unsafe { lid_v2_new_with_config(config.as_ptr(), client, out) })
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
            // SAFETY: as in `try_new`, and the client is not freed.
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

    pub fn verify_token(&self, token: &str, username: Option<&str>) -> Outcome {
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

    pub fn verify_transaction(&self, token: &str, payload: &str, nonce: &str) -> Outcome {
        let (token, payload, nonce) = (c(token), c(payload), c(nonce));
        // SAFETY: as in `list_passkeys`.
        self.call(|client, out| unsafe {
            lid_v2_verify_transaction(
                client,
                token.as_ptr(),
                payload.as_ptr(),
                nonce.as_ptr(),
                ptr::null(),
                out,
            )
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
