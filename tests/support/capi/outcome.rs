//! The outcome of a call.

use std::ffi::CStr;
use std::ptr;

use libc::c_char;
use loginid::ffi::{lid_free_string, lid_status, lid_status_name};
use serde_json::Value;

/// The outcome of a call: its status, and the text it stored in `*out`.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub status: lid_status,
    pub text: String,
}

impl Outcome {
    /// Runs a call with `out`, and reads the text it stored there.
    ///
    /// # Panics
    /// If nothing is stored, or the text is not UTF-8.
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
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// A member of the error object.
    pub fn error(&self, member: &str) -> Value {
        self.json()["error"][member].clone()
    }

    pub fn code(&self) -> String {
        self.error("code").as_str().unwrap_or_default().to_owned()
    }

    /// `LID_OK`, or the status and the code of the error object:
    /// `LID_ERROR_TOKEN_INVALID malformed_token`.
    ///
    /// # Panics
    /// If the error object has another status, or no code.
    pub fn verdict(&self) -> String {
        // SAFETY: the names are static C strings.
        let name = unsafe { CStr::from_ptr(lid_status_name(self.status as i32)) };
        let name = name.to_str().expect("a status name is ASCII");
        if self.status == lid_status::LID_OK {
            return name.to_owned();
        }
        assert_eq!(self.error("status"), name, "{self:?}");
        let code = self.error("code");
        format!("{name} {}", code.as_str().expect("a code"))
    }

    #[track_caller]
    pub fn ok(self) -> Value {
        assert_eq!(self.status, lid_status::LID_OK, "{}", self.text);
        self.json()
    }
}
