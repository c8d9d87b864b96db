//! Arbitrary tokens, good and bad, signed with the service's key.

use serde::Deserialize;
use serde_json::{Value, json};

use crate::error::ServiceError;
use crate::state::keyring::ServiceKey;

/// A part of a token to be signed.
#[derive(Clone, Debug, PartialEq)]
pub enum TokenPart {
    /// The default: the header of the service's tokens, or no claims.
    Usual,
    /// This JSON.
    Json(Value),
    /// Exactly this text, JSON or not.
    Raw(String),
}

impl TokenPart {
    fn text(self, usual: impl FnOnce() -> String) -> String {
        match self {
            Self::Usual => usual(),
            Self::Json(value) => value.to_string(),
            Self::Raw(text) => text,
        }
    }
}

impl From<Value> for TokenPart {
    fn from(value: Value) -> Self {
        Self::Json(value)
    }
}

/// The body of `POST /_emulator/tokens`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewToken {
    header: Option<Value>,
    header_raw: Option<String>,
    claims: Option<Value>,
    claims_raw: Option<String>,
}

impl NewToken {
    /// Header and claims. Each may be given in one form only.
    pub fn parts(self) -> Result<(TokenPart, TokenPart), ServiceError> {
        let part = |json, raw| match (json, raw) {
            (None, None) => Ok(TokenPart::Usual),
            (Some(json), None) => Ok(TokenPart::Json(json)),
            (None, Some(raw)) => Ok(TokenPart::Raw(raw)),
            (Some(_), Some(_)) => Err(ServiceError::bad_request(
                "give each part as JSON or raw, not both",
            )),
        };
        Ok((
            part(self.header, self.header_raw)?,
            part(self.claims, self.claims_raw)?,
        ))
    }
}

/// Signs a token with this key.
pub fn sign(key: &ServiceKey, header: TokenPart, claims: TokenPart) -> String {
    let header = header.text(|| key.header());
    let claims = claims.text(|| json!({}).to_string());
    key.key.sign(header.as_bytes(), claims.as_bytes())
}
