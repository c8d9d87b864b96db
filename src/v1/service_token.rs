//! Creates the tokens that authorize calls: service tokens and transaction tokens.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::error::Result;
use crate::json::ObjectWriter;
use crate::key::SigningKey;
use crate::random;
use crate::token::{Subject, now, sha256};

/// `{"alg":"ES256","typ":"JWT"}` encoded, with the dot that follows it.
const HEADER: &str = "eyJhbGciOiJFUzI1NiIsInR5cCI6IkpXVCJ9.";

/// Enough capacity for the claims of a usual token.
const CLAIMS_CAPACITY: usize = 384;

/// A service token: it allows one call of one scope.
pub(super) fn service_token(
    key: &SigningKey,
    client_id: &str,
    scope: &str,
    subject: Subject<'_>,
    nonce: Option<&str>,
) -> Result<String> {
    let mut claims = claims(client_id, scope, nonce)?;
    match subject {
        Subject {
            username: Some(username),
            ..
        } => claims.value("username", username),
        Subject {
            user_id: Some(user_id),
            ..
        } => claims.value("user_id", user_id),
        _ => {}
    }
    sign(key, &claims.finish())
}

/// A transaction token: it allows creating one transaction with this payload.
pub(super) fn transaction_token(
    key: &SigningKey,
    client_id: &str,
    payload: &str,
    username: Option<&str>,
    nonce: Option<&str>,
) -> Result<String> {
    let mut claims = claims(client_id, "tx.create", nonce)?;
    if let Some(username) = username {
        claims.value("username", username);
    }
    claims.value("payload_hash", sha256(&[payload.as_bytes()]));
    sign(key, &claims.finish())
}

/// The claims of both kinds. The official SDKs name the scope `type`, newer
/// documentation `scope`: both are sent.
fn claims(client_id: &str, scope: &str, nonce: Option<&str>) -> Result<ObjectWriter> {
    let mut claims = ObjectWriter::with_capacity(CLAIMS_CAPACITY);
    claims.value("client_id", client_id);
    claims.value("type", scope);
    claims.value("scope", scope);
    match nonce {
        Some(nonce) => claims.value("nonce", nonce),
        None => claims.value("nonce", &random::nonce()?),
    }
    claims.value("iat", now()?.as_secs());
    Ok(claims)
}

fn sign(key: &SigningKey, claims: &str) -> Result<String> {
    // Four characters for three bytes, a dot, and 86 for the signature.
    let mut token = String::with_capacity(HEADER.len() + claims.len().div_ceil(3) * 4 + 87);
    token.push_str(HEADER);
    URL_SAFE_NO_PAD.encode_string(claims, &mut token);
    let signature = key.sign(token.as_bytes())?;
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    Ok(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_fixed_header_is_the_encoded_json() {
        let encoded = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","typ":"JWT"}"#);
        assert_eq!(HEADER, format!("{encoded}."));
    }
}
