//! LoginID tokens and the key set, checked with another implementation.

use jsonwebtoken::jwk::JwkSet;
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use loginid_emulator::Emulator;
use serde_json::{Value, json};

use super::{V2App, control_v2, refusal, text, token};

/// The claims of a token, verified with the key set.
pub fn verified(app: &V2App, token: &str) -> Value {
    let set = app
        .call("GET", "/.well-known/jwks.json", None, Value::Null)
        .ok();
    let set: JwkSet = serde_json::from_value(set).expect("a key set");
    let header = decode_header(token).unwrap();
    let jwk = set.find(&header.kid.expect("a kid")).expect("the key");
    let mut validation = Validation::new(Algorithm::ES256);
    validation.set_audience(&[&app.id]);
    validation.set_issuer(&[&app.base_url]);
    validation.validate_exp = false;
    decode::<Value>(token, &DecodingKey::from_jwk(jwk).unwrap(), &validation)
        .unwrap()
        .claims
}

#[test]
fn a_loginid_token_has_the_documented_claims() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let answer = emulator.v2().login("alice").unwrap();
    let claims = verified(&app, &token(&answer));
    let iat = claims["iat"].as_i64().unwrap();
    assert!((emulator.now() - iat).abs() < 5);
    assert_eq!(
        claims,
        json!({
            "iss": app.base_url, "aud": app.id, "sub": answer["userId"], "username": "alice",
            "iat": iat, "exp": iat + 600, "credID": answer["passkeyId"],
            "scopes": ["passkey:read", "passkey:write", "auth:write"],
            "tokenType": "jwtAccess", "rpId": "localhost", "verify": "/fido2/v2/mgmt/token/verify",
        })
    );
}

#[test]
fn keys_rotate() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let kids = || {
        let set = app
            .call("GET", "/.well-known/jwks.json", None, Value::Null)
            .ok();
        let keys = set["keys"].as_array().unwrap().clone();
        keys.iter()
            .map(|key| text(key, "kid").to_owned())
            .collect::<Vec<_>>()
    };
    let old = token(&emulator.v2().login("alice").unwrap());
    let first = kids();
    let rotated = control_v2(&emulator, "POST", "/keys/rotate", Value::Null).ok();
    assert_eq!(
        kids(),
        [&first[..], &[text(&rotated, "kid").to_owned()]].concat()
    );
    verified(&app, &old);
    let new = token(&emulator.v2().login("alice").unwrap());
    assert_eq!(
        decode_header(&new).unwrap().kid.as_deref(),
        rotated["kid"].as_str()
    );
    let retired = control_v2(&emulator, "POST", "/keys/rotate", json!({"retire": true})).ok();
    assert_eq!(kids(), [text(&retired, "kid")]);
    // The older service has keys of its own.
    assert_ne!(emulator.info().kid, text(&retired, "kid"));
    let body = json!({"jwtAccess": old});
    assert_eq!(
        refusal(&app.backend("POST", "/mgmt/token/verify", body)),
        "401 unauthorized"
    );
}

#[test]
fn tokens_of_deleted_users_and_of_other_kinds_are_refused() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let answer = emulator.v2().login("alice").unwrap();
    let good = verified(&app, &token(&answer));
    let verify = |claims: &Value| {
        let signed = control_v2(&emulator, "POST", "/tokens", json!({"claims": claims})).ok();
        let body = json!({"jwtAccess": signed["token"]});
        app.backend("POST", "/mgmt/token/verify", body)
    };
    assert_eq!(verify(&good).status, 204);
    for (name, value) in [
        ("iss", json!("http://elsewhere.localhost")),
        ("aud", json!("other")),
        ("exp", json!(1)),
        ("exp", Value::Null),
        ("tokenType", json!("other")),
        ("tokenType", json!("grant")),
        ("sub", json!("other")),
    ] {
        let mut claims = good.clone();
        claims[name] = value;
        assert_eq!(refusal(&verify(&claims)), "401 unauthorized", "{name}");
    }
    let path = format!("/profile/{}", text(&answer, "userId"));
    assert_eq!(app.backend("DELETE", &path, Value::Null).status, 204);
    assert_eq!(refusal(&verify(&good)), "401 unauthorized");
}
