//! `GET /certs`: requests a public key of the service.

use std::sync::Arc;

use crate::calls::{Call, Dialect, encode};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::key::VerifyingKey;
use crate::operation::{Answer, Authorization, Method, Operation};
use crate::token::{KeySet, Keys};

const KEY_PATH: &str = "/certs";

/// Not a call of the client: the verification of tokens sends it.
static PUBLIC_KEY: Operation = Operation {
    name: "public_key",
    method: Method::Get,
    path: KEY_PATH,
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
        let path = call.path.to_mut();
        path.push_str("?kid=");
        path.push_str(&encode(id));
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

/// Converts the error of the request to one about the token: only the service can tell that a
/// key is unknown.
pub(super) fn convert_error(error: Error, dialect: &Dialect) -> Error {
    if let Some(error) = dialect.not_from_service(&error, KEY_PATH) {
        return error;
    }
    match error.http_status() {
        Some(400 | 404) => Error::new(
            Code::UnknownKey,
            "the service has no key with the token's kid",
        )
        .with_request_id_of(&error),
        _ => error,
    }
}
