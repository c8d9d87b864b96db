//! `GET /certs`: requests a public key of the service.

use std::sync::Arc;

use crate::calls::{Call, encode};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::key::VerifyingKey;
use crate::operation::{Answer, Authorization, Method, Operation};
use crate::token::{KeySet, Keys};

/// Not a call of the client: the verification of tokens sends it.
static PUBLIC_KEY: Operation = Operation {
    name: "public_key",
    method: Method::Get,
    path: "/certs",
    constants: &[],
    authorization: Authorization::None,
    key_required: false,
    safe: true,
    one_time_code: false,
    answer: Answer::Text,
};

/// The call for the key with this id. The empty id is the service's current key.
pub(super) fn call(id: &str) -> Call<'_> {
    let mut call = Call::new(&PUBLIC_KEY);
    if !id.is_empty() {
        call.path.push_str("?kid=");
        call.path.push_str(&encode(id));
    }
    call
}

/// Reads the key from the answer.
pub(super) fn read(pem: String) -> Result<Keys> {
    VerifyingKey::from_pem(&pem)
        .map(|key| Arc::new(KeySet::requested(key)))
        .map_err(|problem| {
            Error::new(
                Code::InvalidPublicKey,
                format!("its public key cannot be used: {problem}"),
            )
        })
}

/// Converts the error of the request to one about the token.
///
/// Only the service can tell that a key is unknown. Others answer 404 and 400 too: a
/// gateway while the service is down, or a web server to which `base_url` points by
/// mistake.
pub(super) fn convert_error(error: Error) -> Error {
    let Some(status @ (400 | 404)) = error.http_status() else {
        return error;
    };
    let converted = if error.is_from_service() {
        Error::new(
            Code::UnknownKey,
            "the service has no key with the token's kid",
        )
    } else {
        let message = format!(
            "/certs returned {status}, but not from the service, whose errors are JSON objects \
             with code and message: check base_url, and any gateway in between"
        );
        Error::new(Code::InvalidResponse, message).with_http_status(status)
    };
    match error.request_id() {
        Some(request_id) => converted.with_request_id(request_id),
        None => converted,
    }
}
