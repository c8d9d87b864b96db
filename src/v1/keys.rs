//! `GET /certs`: the request for a public key of the service.

use std::sync::Arc;

use super::operations;
use crate::calls::{Call, encode};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::key::VerifyingKey;
use crate::token::Key;

/// Asks for the key with this id; the empty one is the service's current key.
pub(super) fn call(id: &str) -> Call<'_> {
    let mut call = Call::new(&operations::PUBLIC_KEY);
    if !id.is_empty() {
        call.path.push_str("?kid=");
        call.path.push_str(&encode(id));
    }
    call
}

/// Reads the answer.
pub(super) fn read(pem: String) -> Result<Key> {
    VerifyingKey::from_pem(&pem)
        .map(Arc::new)
        .map_err(|problem| {
            Error::new(
                Code::InvalidPublicKey,
                format!("the public key that it sent cannot be used: {problem}"),
            )
        })
}

/// What a refusal of the request means for the token.
///
/// Only the service can say that a key is unknown. Others answer 404 and 400 too:
/// a gateway while the service is away, or a web server that `base_url` names by
/// mistake.
pub(super) fn refused(error: Error) -> Error {
    let Some(status @ (400 | 404)) = error.http_status() else {
        return error;
    };
    let refused = if error.is_from_service() {
        Error::new(
            Code::UnknownKey,
            "the service knows no key with the token's kid",
        )
    } else {
        let message = format!(
            "/certs was answered with {status}, but not by the service, whose errors are \
             JSON objects with code and message: check base_url, and any gateway on the way"
        );
        Error::new(Code::InvalidResponse, message).with_http_status(status)
    };
    match error.request_id() {
        Some(request_id) => refused.with_request_id(request_id),
        None => refused,
    }
}
