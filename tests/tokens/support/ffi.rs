//! The C interface made safe to call from Rust tests: every call goes through
//! the exported functions, with C strings in and one JSON text out.

use std::ffi::{CStr, CString};
use std::ptr;

use libc::c_char;
use loginid::ffi::*;
use serde_json::Value;

/// What a call returned and what it stored in `*out`.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub status: i32,
    pub text: String,
}

impl Outcome {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    /// `LID_OK`, or the status and the code of the error object:
    /// `LID_ERROR_TOKEN_INVALID malformed_token`.
    pub fn verdict(&self) -> String {
        // SAFETY: the names are static C strings.
        let name = unsafe { CStr::from_ptr(lid_status_name(self.status)) };
        let name = name.to_str().expect("a status name is ASCII");
        if self.status == 0 {
            return name.to_owned();
        }
        let error = &self.json()["error"];
        assert_eq!(error["status"], name, "{self:?}");
        format!("{name} {}", error["code"].as_str().expect("a code"))
    }
}

fn run(call: impl FnOnce(*mut *mut c_char) -> lid_status) -> Outcome {
    let mut out = ptr::null_mut();
    let status = call(&mut out) as i32;
    assert!(!out.is_null(), "*out always receives a text");
    // SAFETY: a call stores one NUL-terminated string, ours until freed.
    let text = unsafe { CStr::from_ptr(out) };
    let text = text.to_str().expect("*out is UTF-8").to_owned();
    // SAFETY: as above, and freed once.
    unsafe { lid_free_string(out) };
    Outcome { status, text }
}

/// A C string; like every C string it ends at the first NUL.
fn c(text: impl AsRef<[u8]>) -> CString {
    let bytes = text.as_ref();
    let end = bytes.iter().position(|byte| *byte == 0);
    CString::new(&bytes[..end.unwrap_or(bytes.len())]).expect("no NUL is left")
}

/// NULL, or the pointer of a string that must outlive the call.
fn or_null(text: &Option<CString>) -> *const c_char {
    text.as_ref().map_or(ptr::null(), |text| text.as_ptr())
}

/// A client, freed when dropped.
pub struct Lid(*mut lid_client);

// SAFETY: the header promises that any number of threads may use a client.
unsafe impl Send for Lid {}
// SAFETY: as above.
unsafe impl Sync for Lid {}

impl Drop for Lid {
    fn drop(&mut self) {
        // SAFETY: from `lid_new…`, and freed once.
        unsafe { lid_free(self.0) };
    }
}

impl Lid {
    /// Makes a client from a configuration that must be good.
    pub fn new(config: &Value) -> Lid {
        Lid::with_config(config.to_string()).unwrap_or_else(|outcome| panic!("{outcome:?}"))
    }

    pub fn with_config(config: impl AsRef<[u8]>) -> Result<Lid, Outcome> {
        let config = c(config);
        let mut client = ptr::null_mut();
        // SAFETY: a C string and two writable places.
        let outcome = run(|out| unsafe { lid_new_with_config(config.as_ptr(), &mut client, out) });
        Lid::made(client, outcome)
    }

    pub fn with_key(client_id: &str, private_key: impl AsRef<[u8]>) -> Result<Lid, Outcome> {
        let (client_id, private_key) = (c(client_id), c(private_key));
        let base_url = c("http://127.0.0.1:1");
        let mut client = ptr::null_mut();
        // SAFETY: C strings and two writable places.
        let outcome = run(|out| unsafe {
            lid_new(
                client_id.as_ptr(),
                private_key.as_ptr(),
                base_url.as_ptr(),
                &mut client,
                out,
            )
        });
        Lid::made(client, outcome)
    }

    fn made(client: *mut lid_client, outcome: Outcome) -> Result<Lid, Outcome> {
        assert_eq!(client.is_null(), outcome.status != 0, "{outcome:?}");
        match outcome.status {
            0 => Ok(Lid(client)),
            _ => Err(outcome),
        }
    }

    pub fn verify(&self, token: impl AsRef<[u8]>) -> Outcome {
        self.verify_user(token, None)
    }

    pub fn verify_user(&self, token: impl AsRef<[u8]>, username: Option<&str>) -> Outcome {
        let (token, username) = (c(token), username.map(c));
        // SAFETY: the client lives, the strings outlive the call.
        run(|out| unsafe { lid_verify_token(self.0, token.as_ptr(), or_null(&username), out) })
    }

    pub fn verify_transaction(
        &self,
        token: impl AsRef<[u8]>,
        payload: &str,
        nonce: Option<&str>,
    ) -> Outcome {
        let (token, payload, nonce) = (c(token), c(payload), nonce.map(c));
        // SAFETY: as in `verify_user`.
        run(|out| unsafe {
            lid_verify_transaction(
                self.0,
                token.as_ptr(),
                payload.as_ptr(),
                or_null(&nonce),
                out,
            )
        })
    }

    pub fn service_token(
        &self,
        scope: &str,
        username: Option<&str>,
        user_id: Option<&str>,
        nonce: Option<&str>,
    ) -> Outcome {
        let (scope, username) = (c(scope), username.map(c));
        let (user_id, nonce) = (user_id.map(c), nonce.map(c));
        // SAFETY: as in `verify_user`.
        run(|out| unsafe {
            lid_generate_service_token(
                self.0,
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
        // SAFETY: as in `verify_user`.
        run(|out| unsafe {
            lid_generate_tx_auth_token(
                self.0,
                payload.as_ptr(),
                or_null(&username),
                or_null(&nonce),
                out,
            )
        })
    }

    pub fn register_password(&self, username: &str, password: &str) -> Outcome {
        let (username, password) = (c(username), c(password));
        // SAFETY: as in `verify_user`.
        run(|out| unsafe {
            lid_register_password(self.0, username.as_ptr(), password.as_ptr(), out)
        })
    }

    pub fn authenticate_password(&self, username: &str, password: &str) -> Outcome {
        let (username, password) = (c(username), c(password));
        // SAFETY: as in `verify_user`.
        run(|out| unsafe {
            lid_authenticate_password(self.0, username.as_ptr(), password.as_ptr(), out)
        })
    }

    pub fn get_user(&self, username: impl AsRef<[u8]>) -> Outcome {
        let username = c(username);
        // SAFETY: as in `verify_user`.
        run(|out| unsafe { lid_get_user(self.0, username.as_ptr(), out) })
    }

    pub fn wait_code(&self, code: impl AsRef<[u8]>, timeout_ms: u32) -> Outcome {
        let (username, code, code_type) = (c("someone"), c(code), c("short"));
        // SAFETY: as in `verify_user`; there is no cancel.
        run(|out| unsafe {
            lid_wait_code(
                self.0,
                username.as_ptr(),
                code.as_ptr(),
                code_type.as_ptr(),
                timeout_ms,
                ptr::null_mut(),
                out,
            )
        })
    }
}

pub fn json_get(json: impl AsRef<[u8]>, pointer: impl AsRef<[u8]>) -> Outcome {
    let (json, pointer) = (c(json), c(pointer));
    // SAFETY: C strings and a writable place.
    run(|out| unsafe { lid_json_get(json.as_ptr(), pointer.as_ptr(), out) })
}

/// A new key pair: private, then public PEM.
pub fn key_pair() -> (String, String) {
    // SAFETY: a writable place.
    let pair = run(|out| unsafe { lid_generate_key_pair(out) }).json();
    let pem = |name: &str| pair[name].as_str().expect("a PEM").to_owned();
    (pem("private_key"), pem("public_key"))
}
