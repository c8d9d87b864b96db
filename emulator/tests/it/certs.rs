//! The service's own keys and the tokens it signs.

use loginid_emulator::{Emulator, TokenPart};
use serde_json::json;

use crate::support::{App, get};

#[test]
fn the_current_key_is_served_with_and_without_its_id() {
    let emulator = Emulator::start();
    let kid = emulator.info().kid;
    for path in [
        "/certs".to_owned(),
        format!("/certs?kid={kid}"),
        format!("/api/native/certs?kid={kid}"),
        // From JavaScript, for a token without a kid.
        "/certs?kid=".to_owned(),
        "/certs?kid=undefined".to_owned(),
    ] {
        let answer = get(emulator.base_url(), &path);
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            answer.headers.contains("content-type: text/plain"),
            "{answer:?}"
        );
        assert_eq!(answer.body, emulator.public_key());
        assert!(
            answer.body.starts_with("-----BEGIN PUBLIC KEY-----\n")
                && answer.body.ends_with("-----END PUBLIC KEY-----\n")
        );
    }
    for kid in ["Undefined", "null", "..%2f"] {
        assert_eq!(
            get(emulator.base_url(), &format!("/certs?kid={kid}")).refusal(),
            "404 key_not_found"
        );
    }
}

#[test]
fn older_keys_are_served_until_they_are_retired() {
    let emulator = Emulator::start();
    let (old, old_pem) = (emulator.info().kid, emulator.public_key());
    let new = emulator.rotate_keys();
    assert_ne!(old, new);
    assert_eq!(emulator.info().kid, new);
    assert_eq!(
        get(emulator.base_url(), &format!("/certs?kid={old}")).body,
        old_pem
    );
    assert_ne!(get(emulator.base_url(), "/certs").body, old_pem);
    emulator.rotate_and_retire_keys();
    for kid in [old, new] {
        assert_eq!(
            get(emulator.base_url(), &format!("/certs?kid={kid}")).status,
            404
        );
    }
}

#[test]
fn a_login_token_carries_the_documented_claims() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let user = app.add_user("alice");
    let response = emulator.login("alice").unwrap();
    assert_eq!(response["is_authenticated"], true);
    assert_eq!(
        response["client"],
        json!({"id": app.client_id, "type": "directweb"})
    );
    let namespace = &user["namespace_id"];
    assert_eq!(
        response["user"],
        json!({"id": user["id"], "username": "alice", "namespace_id": namespace})
    );

    let claims = app.verified(response["jwt"].as_str().unwrap());
    let iat = claims["iat"].as_i64().unwrap();
    assert!((iat - emulator.now()).abs() < 5);
    assert_eq!(
        claims,
        json!({"sub": user["id"], "nid": namespace, "iss": "loginid.io", "aud": app.client_id, "udata": "alice",
               "action": "login", "iat": iat, "exp": iat + 3600})
    );
}

#[test]
fn arbitrary_tokens_are_signed_byte_for_byte() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let token = emulator.sign_token(
        TokenPart::Usual,
        json!({"aud": app.client_id, "exp": 4e9 as i64}).into(),
    );
    assert_eq!(app.verified(&token)["aud"], app.client_id.as_str());
    let raw = emulator.sign_token(
        TokenPart::Raw("{\"alg\":1}".to_owned()),
        TokenPart::Raw("a\0b".to_owned()),
    );
    let parts: Vec<&str> = raw.split('.').collect();
    assert_eq!(&parts[..2], ["eyJhbGciOjF9", "YQBi"]);
    assert_eq!(parts[2].len(), 86);
}
