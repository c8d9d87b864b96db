//! The application's key set.

use std::sync::Arc;

use crate::calls::{Call, Dialect};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::operation::{Answer, Authorization, Method, Operation};
use crate::token::{KeySet, Keys};

const KEY_PATH: &str = "/fido2/v2/.well-known/jwks.json";

/// Not a call of the client: the verification of tokens sends it.
static KEY_SET: Operation = Operation {
    name: "v2_key_set",
    method: Method::Get,
    path: KEY_PATH,
    constants: &[],
    authorization: Authorization::None,
    key_required: false,
    safe: true,
    one_time_code: false,
    answer: Answer::Text,
};

pub(super) fn call() -> Call<'static> {
    Call::new(&KEY_SET)
}

/// Reads the set. A pinned key takes the place of another one with its id.
pub(super) fn read(text: &str, pinned: &KeySet) -> Result<Keys> {
    KeySet::from_json(text)
        .map(|fetched| Arc::new(pinned.and(fetched)))
        .map_err(|problem| unusable(&problem))
}

pub(super) fn unusable(problem: &str) -> Error {
    Error::new(
        Code::InvalidPublicKey,
        format!("its key set cannot be used: {problem}"),
    )
}

/// An answer that is too large, or is no text, is no key set either.
pub(super) fn convert_error(error: Error, dialect: &Dialect) -> Error {
    if let Some(error) = dialect.not_from_service(&error, KEY_PATH) {
        return error;
    }
    let unusable = [Code::ResponseTooLarge, Code::InvalidResponse];
    // The service may have errors with such codes too.
    let is_unusable = error.status() == Code::InvalidPublicKey.status()
        && unusable.iter().any(|code| error.code() == code.text());
    match is_unusable {
        true => error.with_code_of(Code::InvalidPublicKey),
        false => error,
    }
}
