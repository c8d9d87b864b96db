//! The status of a call, one enum for Rust and C.

use std::ffi::CStr;

/// What every call returns. 0 is success, so that `if (status)` finds errors.
/// The values never change; programs must expect new ones.
// The names are those of the header, which is generated from this.
#[allow(non_camel_case_types)]
#[repr(C)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum lid_status {
    /// The call succeeded.
    LID_OK = 0,
    /// An argument is missing, empty, not UTF-8 or malformed.
    LID_ERROR_INVALID_ARGUMENT = 1,
    /// The configuration has an unknown, mistyped or contradictory field.
    LID_ERROR_CONFIG = 2,
    /// The private key cannot be used, or a private key or API key is required and there is
    /// none.
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
    /// Too many requests: the service answered 429, or many tokens with unknown
    /// keys arrived.
    LID_ERROR_RATE_LIMITED = 8,
    /// The service could not be reached, or the connection broke.
    LID_ERROR_NETWORK = 9,
    /// No trusted TLS connection could be made.
    LID_ERROR_TLS = 10,
    /// The deadline passed.
    LID_ERROR_TIMEOUT = 11,
    /// `lid_cancel_trigger` ended the call.
    LID_ERROR_CANCELLED = 12,
    /// The service's answer is not JSON, is too large or lacks a member.
    LID_ERROR_RESPONSE = 13,
    /// An internal error in this library. The client stays usable.
    LID_ERROR_INTERNAL = 14,
}

/// In the order of the numbers.
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

impl lid_status {
    /// The name of the constant, for example "LID_ERROR_API".
    pub fn name(self) -> &'static str {
        NAMES[self as usize].to_str().unwrap_or_default()
    }
}

/// The name of the status with this number, if there is one.
pub(crate) fn name_of(number: i32) -> Option<&'static CStr> {
    NAMES.get(usize::try_from(number).ok()?).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_has_its_own_name() {
        use lid_status::*;
        let all = [
            LID_OK,
            LID_ERROR_INVALID_ARGUMENT,
            LID_ERROR_CONFIG,
            LID_ERROR_PRIVATE_KEY,
            LID_ERROR_TOKEN_INVALID,
            LID_ERROR_TOKEN_EXPIRED,
            LID_ERROR_CLAIM_MISMATCH,
            LID_ERROR_API,
            LID_ERROR_RATE_LIMITED,
            LID_ERROR_NETWORK,
            LID_ERROR_TLS,
            LID_ERROR_TIMEOUT,
            LID_ERROR_CANCELLED,
            LID_ERROR_RESPONSE,
            LID_ERROR_INTERNAL,
        ];
        assert_eq!(all.len(), NAMES.len());
        for (number, status) in all.into_iter().enumerate() {
            assert_eq!(status as usize, number, "{status:?}");
            assert_eq!(status.name(), format!("{status:?}"));
        }
    }
}
