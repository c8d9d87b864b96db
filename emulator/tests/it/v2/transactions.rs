//! Transactions.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use loginid_emulator::Emulator;
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json};

use super::tokens::verified;
use super::{ORIGIN, V2App, control_v2, refusal, text, token};

fn init(app: &V2App, username: &str) -> crate::support::Answer {
    let body = json!({"username": username, "txPayload": "pay 5", "nonce": "n1", "txType": "raw"});
    app.post("/tx/init", body)
}

fn complete(begun: &Value, device: &mut SoftAuthenticator) -> Value {
    let signed = device.signed(&begun["assertionOptions"], ORIGIN).unwrap();
    json!({
        "session": begun["session"],
        "keyHandle": signed["id"],
        "clientData": signed["response"]["clientDataJSON"],
        "authenticatorData": signed["response"]["authenticatorData"],
        "signature": signed["response"]["signature"],
    })
}

/// The hash that a backend computes from what it knows.
fn check_hash(claims: &Value, payload: &str, nonce: &str) {
    let text = format!("{payload}{nonce}{}", text(claims, "lNonce"));
    let hash = URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()));
    assert_eq!(
        (&claims["txHash"], &claims["nonce"]),
        (&json!(hash), &json!(nonce))
    );
}

#[test]
fn a_user_confirms_a_transaction() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let mut device = SoftAuthenticator::platform();
    let signed_up = app.sign_up("alice", &mut device);
    let begun = init(&app, "alice").ok();
    assert!(!text(&begun, "txId").is_empty());
    let answer = app.post("/tx/complete", complete(&begun, &mut device)).ok();
    assert_eq!(answer["credentialId"], signed_up["passkeyId"]);
    let claims = verified(&app, text(&answer, "token"));
    check_hash(&claims, "pay 5", "n1");
    assert_eq!(
        (&claims["username"], claims.get("tokenType")),
        (&json!("alice"), None)
    );
    // In 2024 it had the name of a log-in's token, but it is none.
    assert_eq!(
        (&answer["jwtAccess"], &answer["txId"]),
        (&answer["token"], &begun["txId"])
    );
    assert_eq!(
        refusal(&app.post("/tx/complete", complete(&begun, &mut device))),
        "400 bad_request",
        "confirmed once"
    );
    // It is no login.
    let verify = json!({"jwtAccess": answer["token"]});
    assert_eq!(
        refusal(&app.backend("POST", "/mgmt/token/verify", verify)),
        "401 unauthorized"
    );
    let list = app.with_token(text(&answer, "token"), "GET", "/passkeys", Value::Null);
    assert_eq!(refusal(&list), "401 unauthorized");
}

#[test]
fn only_the_user_of_a_transaction_confirms_it() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let (mut alice, mut bob) = (SoftAuthenticator::platform(), SoftAuthenticator::platform());
    app.sign_up("alice", &mut alice);
    app.sign_up("bob", &mut bob);
    let begun = init(&app, "alice").ok();
    let mut body = complete(&init(&app, "bob").ok(), &mut bob);
    body["session"] = begun["session"].clone();
    assert_eq!(refusal(&app.post("/tx/complete", body)), "403 forbidden");
    assert_eq!(refusal(&init(&app, "nobody")), "404 not_found");
    for (member, value) in [
        ("txType", json!("text")),
        ("txPayload", json!("")),
        ("nonce", Value::Null),
    ] {
        let mut body =
            json!({"username": "alice", "txPayload": "pay 5", "nonce": "n1", "txType": "raw"});
        body[member] = value;
        assert_eq!(
            refusal(&app.post("/tx/init", body)),
            "400 bad_request",
            "{member}"
        );
    }
}

#[test]
fn the_control_api_confirms_for_a_user() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let body = json!({"username": "alice", "txPayload": "pay 7", "nonce": "n2"});
    let answer = control_v2(&emulator, "POST", "/tx/confirm", body).ok();
    let claims = verified(&app, text(&answer, "token"));
    check_hash(&claims, "pay 7", "n2");
    let login = emulator.v2().login("alice").unwrap();
    assert_eq!(claims["sub"], verified(&app, &token(&login))["sub"]);
}
