//! Tokens without a key id: rotation of the service's current key, and forged tokens.

mod again;

use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::*;
use crate::budget::Budget;
use crate::key::SigningKey;
use crate::token::KeySet;
use crate::token::keys::Origin;
use crate::token::testing::{Service, cache, key_pair, long_budget, rules};

/// While a key is this new, no newer one is fetched.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(30);

/// The service's current key pair, which a test may replace.
struct Current(Mutex<(SigningKey, Keys)>);

impl Current {
    fn new() -> Current {
        Current(Mutex::new(Current::pair()))
    }

    fn pair() -> (SigningKey, Keys) {
        let (private, public) = key_pair();
        (private, Arc::new(KeySet::requested(public)))
    }

    fn rotate(&self) {
        *self.0.lock().unwrap() = Current::pair();
    }

    fn public(&self) -> Keys {
        self.0.lock().unwrap().1.clone()
    }

    /// A token without a key id.
    fn sign(&self, claims: Value) -> String {
        let encode = |part: &Value| URL_SAFE_NO_PAD.encode(part.to_string());
        let signed = format!("{}.{}", encode(&json!({"alg": "ES256"})), encode(&claims));
        let signature = self.0.lock().unwrap().0.sign(signed.as_bytes()).unwrap();
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }
}

/// The token with an invalid signature.
fn forged(token: &str) -> String {
    let (start, _) = token.rsplit_once('.').unwrap();
    format!("{start}.{}", "Q".repeat(86))
}

fn usual() -> Value {
    json!({"aud": "app-1"})
}

fn verify_with<F: Fn(&str, &Budget) -> Result<Keys>>(
    token: &str,
    keys: &KeyCache,
    service: &Service<F>,
) -> Result<Verified> {
    verify_for("app-1", token, keys, &Verdicts::new(0), service)
}

fn verify_for<F: Fn(&str, &Budget) -> Result<Keys>>(
    client_id: &str,
    token: &str,
    keys: &KeyCache,
    verdicts: &Verdicts,
    service: &Service<F>,
) -> Result<Verified> {
    let expected = Expected {
        username: None,
        rules: &rules(client_id),
    };
    service.with_lookup(Origin::Presented, &long_budget(), |lookup| {
        verify(token, &expected, keys, verdicts, lookup, |_| Ok(()))
    })
}

#[test]
fn a_token_without_kid_is_verified_after_a_rotation() {
    let (keys, current) = (cache(), Current::new());
    let service = Service::new(|_: &str, _: &Budget| Ok(current.public()));
    verify_with(&current.sign(usual()), &keys, &service).unwrap();
    current.rotate();
    let new = current.sign(usual());
    // The key is new: forged tokens must not cause a request each.
    let error = verify_with(&new, &keys, &service).err().unwrap();
    assert_eq!(error.code(), "invalid_signature");
    assert_eq!(service.count(), 1);
    keys.pass(PAUSE);
    verify_with(&new, &keys, &service).unwrap();
    verify_with(&new, &keys, &service).unwrap();
    assert_eq!(service.count(), 2);
}

#[test]
fn a_forged_token_is_reported_as_forged_whatever_its_claims_without_a_request() {
    let (keys, current) = (cache(), Current::new());
    let service = Service::new(|_: &str, _: &Budget| Ok(current.public()));
    verify_with(&current.sign(usual()), &keys, &service).unwrap();
    // The key is old enough for a request for a newer one.
    keys.pass(PAUSE);
    for (claims, code) in [
        (json!({"aud": "app-1", "exp": 1}), "token_expired"),
        (json!({"aud": "app-2"}), "audience_mismatch"),
    ] {
        let token = current.sign(claims);
        let error = verify_with(&token, &keys, &service).err().unwrap();
        assert_eq!(error.code(), code);
        let error = verify_with(&forged(&token), &keys, &service).err().unwrap();
        assert_eq!(error.code(), "invalid_signature");
    }
    assert_eq!(service.count(), 1);
}

#[test]
fn a_flood_of_forged_tokens_without_kid_makes_few_fetches() {
    let (keys, current) = (cache(), Current::new());
    let service = Service::new(|_: &str, _: &Budget| Ok(current.public()));
    let good = current.sign(usual());
    verify_with(&good, &keys, &service).unwrap();
    let forged = forged(&good);
    let mut codes = Vec::new();
    for _ in 0..100 {
        keys.pass(PAUSE);
        let error = verify_with(&forged, &keys, &service).err().unwrap();
        codes.push(error.code().to_owned());
    }
    assert!(service.count() <= 10);
    // After the limit is reached, a newer key may have signed the token.
    let forged = codes.iter().take_while(|code| *code == "invalid_signature");
    let forged = forged.count();
    assert!(forged >= 4 && forged < codes.len(), "{codes:?}");
    assert!(
        codes[forged..]
            .iter()
            .all(|code| code == "unknown_key_throttled")
    );
    verify_with(&good, &keys, &service).unwrap();
}
