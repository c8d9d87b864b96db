//! Status values.

use std::ffi::CStr;

use libc::c_char;

use crate::error::Status;

/// What every call returns. 0 is success, so that `if (status)` finds errors.
/// The values never change; programs must expect new ones.
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum lid_status {
    /// The call succeeded.
    LID_OK = 0,
    /// An argument is missing, empty, not UTF-8 or not of the required form.
    LID_ERROR_INVALID_ARGUMENT = 1,
    /// The configuration has an unknown, mistyped or contradictory field.
    LID_ERROR_CONFIG = 2,
    /// The private key cannot be used, or one is required and there is none.
    LID_ERROR_PRIVATE_KEY = 3,
    /// The token is malformed, has another algorithm, a bad signature or an
    /// unknown key.
    LID_ERROR_TOKEN_INVALID = 4,
    /// The token is expired, not yet valid or too old.
    LID_ERROR_TOKEN_EXPIRED = 5,
    /// The token's audience, user, issuer, nonce or transaction hash is not the
    /// expected one, or it is a token of another kind.
    LID_ERROR_CLAIM_MISMATCH = 6,
    /// The service refused the call; the error object has its code.
    LID_ERROR_API = 7,
    /// Too much was asked for lately: the service says so (429), or many tokens
    /// with unknown keys came in.
    LID_ERROR_RATE_LIMITED = 8,
    /// The service could not be reached, or the connection broke.
    LID_ERROR_NETWORK = 9,
    /// No trusted TLS connection could be made.
    LID_ERROR_TLS = 10,
    /// The deadline passed.
    LID_ERROR_TIMEOUT = 11,
    /// `lid_cancel_trigger` ended the call.
    LID_ERROR_CANCELLED = 12,
    /// The service's answer is not JSON, too large or lacks something.
    LID_ERROR_RESPONSE = 13,
    /// A defect of this library. The client stays usable.
    LID_ERROR_INTERNAL = 14,
}

impl From<Status> for lid_status {
    fn from(status: Status) -> lid_status {
        match status {
            Status::Ok => lid_status::LID_OK,
            Status::InvalidArgument => lid_status::LID_ERROR_INVALID_ARGUMENT,
            Status::Config => lid_status::LID_ERROR_CONFIG,
            Status::PrivateKey => lid_status::LID_ERROR_PRIVATE_KEY,
            Status::TokenInvalid => lid_status::LID_ERROR_TOKEN_INVALID,
            Status::TokenExpired => lid_status::LID_ERROR_TOKEN_EXPIRED,
            Status::ClaimMismatch => lid_status::LID_ERROR_CLAIM_MISMATCH,
            Status::Api => lid_status::LID_ERROR_API,
            Status::RateLimited => lid_status::LID_ERROR_RATE_LIMITED,
            Status::Network => lid_status::LID_ERROR_NETWORK,
            Status::Tls => lid_status::LID_ERROR_TLS,
            Status::Timeout => lid_status::LID_ERROR_TIMEOUT,
            Status::Cancelled => lid_status::LID_ERROR_CANCELLED,
            Status::Response => lid_status::LID_ERROR_RESPONSE,
            Status::Internal => lid_status::LID_ERROR_INTERNAL,
        }
    }
}

/// The name of a status, as "LID_ERROR_API"; "LID_UNKNOWN" for a number that
/// is none. The string is static: never free it.
#[unsafe(no_mangle)]
pub extern "C" fn lid_status_name(status: i32) -> *const c_char {
    const NAMES: [&CStr; 15] = [
        c"LID_OK",
        c"LID_ERROR_INVALID_ARGUMENT",
        c"LID_ERROR_CONFIG",
        c"LID_ERROR_PRIVATE_KEY",
        c"LID_ERROR_TOKEN_INVALID",
        c"LID_ERROR_TOKEN_EXPIRED",
        c"LID_ERROR_CLAIM_MISMATCH",
        c"LID_ERROR_API",
        c"LID_ERROR_RATE_LIMITED",
        c"LID_ERROR_NETWORK",
        c"LID_ERROR_TLS",
        c"LID_ERROR_TIMEOUT",
        c"LID_ERROR_CANCELLED",
        c"LID_ERROR_RESPONSE",
        c"LID_ERROR_INTERNAL",
    ];
    let name = usize::try_from(status).ok().and_then(|at| NAMES.get(at));
    name.copied().unwrap_or(c"LID_UNKNOWN").as_ptr()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c_and_rust_agree_on_numbers_and_names() {
        for status in Status::ALL {
            let c = lid_status::from(status);
            assert_eq!(c as i32, status as i32);
            // SAFETY: the names are static C strings.
            let name = unsafe { CStr::from_ptr(lid_status_name(c as i32)) };
            assert_eq!(name.to_str().unwrap(), status.name());
            assert_eq!(format!("{c:?}"), status.name());
        }
        for number in [-1, 15, i32::MIN, i32::MAX] {
            // SAFETY: as above.
            let name = unsafe { CStr::from_ptr(lid_status_name(number)) };
            assert_eq!(name, c"LID_UNKNOWN");
        }
    }
}
