//! The key set.

use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use crate::encoding::base64url;
use crate::state::keyring::ServiceKey;

/// The public keys of the service, as a JSON Web Key Set.
pub async fn list(call: Call) -> Reply {
    let keys = call.state.v2.keys();
    let keys: Vec<_> = keys.iter().map(|key| jwk(key)).collect();
    Ok(Answer::Json(json!({"keys": keys})))
}

fn jwk(key: &ServiceKey) -> Value {
    // An uncompressed point: one byte, then both coordinates in 32 bytes each.
    let (x, y) = key.key.public_point()[1..].split_at(32);
    json!({
        "kty": "EC",
        "use": "sig",
        "key_ops": ["verify"],
        "alg": "ES256",
        "kid": key.kid,
        "crv": "P-256",
        "x": base64url(x),
        "y": base64url(y),
    })
}
