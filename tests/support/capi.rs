//! The C interface as a C program uses it, for tests written in Rust.

// Each test binary uses a part of it.
#![allow(dead_code)]

use std::ffi::{CStr, CString};
use std::ptr;

use libc::c_char;
use loginid::ffi::*;
use loginid_emulator::Emulator;
use serde_json::{Value, json};

pub use loginid::ffi::lid_status;

/// A string for C.
pub fn c(text: &str) -> CString {
    CString::new(text).expect("a text without NUL")
}

/// What a call gave: its status, and the text it stored in `*out`.
#[derive(Debug)]
pub struct Outcome {
    pub status: lid_status,
    pub text: String,
}

impl Outcome {
    /// Runs a call that is given `out`, and takes what it stored there.
    ///
    /// # Panics
    /// When nothing is stored, or no UTF-8.
    pub fn of(call: impl FnOnce(*mut *mut c_char) -> lid_status) -> Outcome {
        let mut out = ptr::null_mut();
        let status = call(&mut out);
        assert!(!out.is_null(), "{status:?} without a text");
        // SAFETY: a call stores one NUL-terminated string, freed here once.
        let text = unsafe {
            let text = CStr::from_ptr(out).to_str().map(str::to_owned);
            lid_free_string(out);
            text
        };
        let text = text.expect("UTF-8");
        Outcome { status, text }
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    /// A member of the error object.
    pub fn error(&self, member: &str) -> Value {
        self.json()["error"][member].clone()
    }

    pub fn code(&self) -> String {
        self.error("code").as_str().unwrap_or_default().to_owned()
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, lid_status::LID_OK, "{}", self.text);
        self.json()
    }
}

/// A client, freed at the end.
#[derive(Debug)]
pub struct Client(*mut lid_client);

// SAFETY: the header promises that any number of threads may use one.
unsafe impl Send for Client {}
// SAFETY: as above.
unsafe impl Sync for Client {}

impl Client {
    /// The client that a `lid_new…` call stores, which must be NULL on an error.
    pub fn of(
        call: impl FnOnce(*mut *mut lid_client, *mut *mut c_char) -> lid_status,
    ) -> Result<Client, Outcome> {
        let mut client = ptr::dangling_mut();
        let outcome = Outcome::of(|out| call(&mut client, out));
        match outcome.status {
            lid_status::LID_OK => Ok(Client(client)),
            _ => {
                assert!(client.is_null(), "a client with {:?}", outcome.status);
                Err(outcome)
            }
        }
    }

    pub fn try_new(config: &Value) -> Result<Client, Outcome> {
        let config = c(&config.to_string());
        // SAFETY: the pointers are of living variables.
        Client::of(|client, out| unsafe { lid_new_with_config(config.as_ptr(), client, out) })
    }

    #[track_caller]
    pub fn new(config: &Value) -> Client {
        Client::try_new(config).expect("a usable configuration")
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

    /// A call that may be repeated.
    pub fn get_user(&self, username: &str) -> Outcome {
        let username = c(username);
        // SAFETY: the header's contract, with living arguments.
        self.call(|client, out| unsafe { lid_get_user(client, username.as_ptr(), out) })
    }

    pub fn add_user(&self, username: &str) -> Outcome {
        let username = c(username);
        // SAFETY: as in get_user.
        self.call(|client, out| unsafe {
            lid_add_user_without_credentials(client, username.as_ptr(), out)
        })
    }

    /// A call that must never be repeated once it may have been carried out.
    pub fn generate_code(&self, username: &str) -> Outcome {
        let (kind, purpose) = (c("short"), c("temporary_authentication"));
        let username = c(username);
        // SAFETY: as in get_user.
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

    /// A call that is never repeated, and whose answer holds a token.
    pub fn register_password(&self, username: &str, password: &str) -> Outcome {
        let (username, password) = (c(username), c(password));
        // SAFETY: as in get_user.
        self.call(|client, out| unsafe {
            lid_register_password(client, username.as_ptr(), password.as_ptr(), out)
        })
    }

    pub fn authenticate_password(&self, username: &str, password: &str) -> Outcome {
        let (username, password) = (c(username), c(password));
        // SAFETY: as in get_user.
        self.call(|client, out| unsafe {
            lid_authenticate_password(client, username.as_ptr(), password.as_ptr(), out)
        })
    }

    /// Logs a user in with a short code that is authorized already.
    pub fn wait_code(&self, username: &str, code: &str) -> Outcome {
        let (username, code, kind) = (c(username), c(code), c("short"));
        // SAFETY: as in get_user.
        self.call(|client, out| unsafe {
            lid_wait_code(
                client,
                username.as_ptr(),
                code.as_ptr(),
                kind.as_ptr(),
                0,
                ptr::null_mut(),
                out,
            )
        })
    }

    pub fn service_token(&self, scope: &str) -> Outcome {
        let scope = c(scope);
        // SAFETY: as in get_user.
        self.call(|client, out| unsafe {
            lid_generate_service_token(
                client,
                scope.as_ptr(),
                ptr::null(),
                ptr::null(),
                ptr::null(),
                out,
            )
        })
    }

    pub fn verify_token(&self, token: &str) -> Outcome {
        let token = c(token);
        // SAFETY: as in get_user.
        self.call(|client, out| unsafe {
            lid_verify_token(client, token.as_ptr(), ptr::null(), out)
        })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        // SAFETY: made by lid_new_with_config, freed once.
        unsafe { lid_free(self.0) };
    }
}

/// The configuration of the emulator's application, with further fields.
pub fn config(emulator: &Emulator, further: Value) -> Value {
    let mut config = json!({
        "client_id": emulator.client_id(),
        "private_key": emulator.private_key(),
        "base_url": emulator.base_url(),
    });
    if let Some(ca) = emulator.ca_pem() {
        config["ca_pem"] = ca.into();
    }
    for (name, value) in further.as_object().expect("an object") {
        config[name] = value.clone();
    }
    config
}
