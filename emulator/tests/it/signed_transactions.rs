//! Transactions confirmed with an authenticator: it signs the transaction's hash.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use loginid_emulator::{Emulator, NewApplication};
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json};

use crate::fido2::{ORIGIN, login_init, register};
use crate::support::{Answer, App};

fn hash(parts: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, parts.concat().as_bytes()))
}

/// Neither call has a scope: they are sent without a token.
fn init(app: &App, username: &str, what: Value) -> Answer {
    let mut body = json!({"client_id": app.client_id, "username": username, "tx_type": "text", "nonce": "init"});
    for (name, value) in what.as_object().unwrap() {
        body[name] = value.clone();
    }
    app.call_with("POST", "/tx/init", None, body)
}

fn complete(app: &App, username: &str, init_answer: &Value, signed: &Value) -> Answer {
    let mut body = signed.clone();
    body["client_id"] = json!(app.client_id);
    body["username"] = json!(username);
    body["tx_id"] = init_answer["tx_id"].clone();
    app.call_with("POST", "/tx/complete", None, body)
}

fn create(app: &App, payload: &str) -> Value {
    let mut claims = app.claims("tx.create");
    claims["payload_hash"] = json!(hash(&[payload]));
    let body = json!({"tx_payload": payload, "nonce": "created"});
    app.call_with("POST", "/tx", Some(&app.sign(&claims)), body)
        .ok()["id"]
        .clone()
}

fn sign(device: &mut SoftAuthenticator, init_answer: &Value) -> Value {
    device
        .confirm(&init_answer["assertion_options"], ORIGIN)
        .unwrap()
}

#[test]
fn the_device_signs_the_hash_of_payload_and_nonces() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let init_answer = init(&app, "alice", json!({"tx_payload": "pay 10"})).ok();
    assert_eq!(init_answer["assertion_options"]["rpId"], "localhost");
    let answer = complete(
        &app,
        "alice",
        &init_answer,
        &sign(&mut device, &init_answer),
    )
    .ok();
    let claims = app.verified(answer["jwt"].as_str().unwrap());
    let server_nonce = claims["server_nonce"].as_str().unwrap();
    assert_eq!(claims["tx_hash"], hash(&["pay 10", "init", server_nonce]));
    assert_eq!(
        init_answer["assertion_options"]["challenge"],
        claims["tx_hash"]
    );
    assert_eq!(
        (&claims["udata"], &claims["nonce"]),
        (&json!("alice"), &json!("init"))
    );
}

#[test]
fn a_transaction_created_before_keeps_its_nonce() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let id = create(&app, "pay 20");
    let init_answer = init(&app, "alice", json!({"tx_id": id})).ok();
    assert_eq!(init_answer["tx_id"], id);
    let signed = sign(&mut device, &init_answer);
    let answer = complete(&app, "alice", &init_answer, &signed).ok();
    let claims = app.verified(answer["jwt"].as_str().unwrap());
    assert_eq!(claims["nonce"], "created");
    assert_eq!(
        claims["tx_hash"],
        hash(&[
            "pay 20",
            "created",
            claims["server_nonce"].as_str().unwrap()
        ])
    );
    assert_eq!(
        complete(&app, "alice", &init_answer, &signed).refusal(),
        "400 transaction_already_confirmed"
    );
    assert_eq!(
        init(&app, "alice", json!({"tx_id": id})).refusal(),
        "400 transaction_already_confirmed"
    );
}

#[test]
fn only_a_fresh_signature_over_this_transaction_confirms_it() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let id = create(&app, "pay 30");
    let ask = || init(&app, "alice", json!({"tx_id": id})).ok();

    let earlier = sign(&mut device, &ask());
    let init_answer = ask();
    assert_eq!(
        complete(&app, "alice", &init_answer, &earlier).refusal(),
        "400 invalid_challenge",
        "a newer init has replaced the challenge"
    );

    let mut init_answer = ask();
    let good = sign(&mut device, &init_answer);
    let mut signed = good.clone();
    signed["sign_data"] = earlier["sign_data"].clone();
    assert_eq!(
        complete(&app, "alice", &init_answer, &signed).refusal(),
        "401 failed_to_authenticate",
        "signed something else"
    );
    assert_eq!(
        complete(&app, "alice", &init_answer, &good).refusal(),
        "400 invalid_challenge",
        "used up by the attempt"
    );

    // The assertion of a login does not confirm a transaction.
    init_answer = ask();
    let mut options = login_init(&app, "alice");
    let of_login = device.confirm(&options, ORIGIN).unwrap();
    assert_eq!(
        complete(&app, "alice", &init_answer, &of_login).refusal(),
        "400 invalid_challenge"
    );
    init_answer = ask();
    options["challenge"] = init_answer["assertion_options"]["challenge"].clone();
    let elsewhere = device.confirm(&options, "https://evil.localhost").unwrap();
    assert_eq!(
        complete(&app, "alice", &init_answer, &elsewhere).refusal(),
        "401 failed_to_authenticate",
        "another origin"
    );
    init_answer = ask();
    complete(
        &app,
        "alice",
        &init_answer,
        &sign(&mut device, &init_answer),
    )
    .ok();
}

#[test]
fn only_the_user_who_was_asked_confirms_a_transaction() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let mut bobs = register(&app, "bob");
    let init_answer = init(&app, "alice", json!({"tx_payload": "p"})).ok();
    let options = json!({"assertion_options": {
        "challenge": init_answer["assertion_options"]["challenge"], "rpId": "localhost",
        "allowCredentials": login_init(&app, "bob")["allowCredentials"], "userVerification": "required"}});
    let signed = sign(&mut bobs, &options);
    assert_eq!(
        complete(&app, "bob", &init_answer, &signed).refusal(),
        "403 operation_not_allowed"
    );
    assert_eq!(
        complete(&app, "alice", &init_answer, &signed).refusal(),
        "401 failed_to_authenticate"
    );
    assert_eq!(
        init(&app, "bob", json!({"tx_id": init_answer["tx_id"]})).refusal(),
        "403 operation_not_allowed"
    );

    let init_answer = init(&app, "alice", json!({"tx_payload": "p"})).ok();
    emulator.advance_clock(Duration::from_secs(601));
    assert_eq!(
        complete(
            &app,
            "alice",
            &init_answer,
            &sign(&mut device, &init_answer)
        )
        .refusal(),
        "400 transaction_expired"
    );
}

#[test]
fn a_transaction_belongs_to_its_application() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    register(&app, "alice");
    let added = emulator.add_application(NewApplication::default()).unwrap();
    let other = App {
        client_id: added.client_id,
        private_key: added.private_key,
        ..app.clone()
    };
    assert_eq!(
        init(&other, "alice", json!({"tx_id": create(&app, "p")})).refusal(),
        "404 transaction_not_found"
    );
}

#[test]
fn init_needs_all_its_fields_and_a_user_with_a_key() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("keyless");
    register(&app, "alice");
    let id = create(&app, "p");
    assert_eq!(init(&app, "alice", json!({})).refusal(), "400 bad_request");
    assert_eq!(
        init(&app, "alice", json!({"tx_id": id, "tx_payload": "p"})).refusal(),
        "400 bad_request"
    );
    assert_eq!(
        init(&app, "alice", json!({"tx_id": id, "nonce": ""})).refusal(),
        "400 bad_request"
    );
    assert_eq!(
        init(&app, "alice", json!({"tx_id": id, "tx_type": "x"})).refusal(),
        "400 bad_request"
    );
    assert_eq!(
        init(&app, "alice", json!({"tx_id": "x"})).refusal(),
        "404 transaction_not_found"
    );
    assert_eq!(
        init(&app, "keyless", json!({"tx_id": id})).refusal(),
        "404 credential_not_found"
    );
    let body = json!({"username": "alice", "tx_id": id, "nonce": "n"});
    let scoped = app.post("/tx/init", "auth.login", body.clone());
    assert_eq!(
        scoped.refusal(),
        "403 operation_not_allowed",
        "there is no scope for this"
    );
    let mut claims = app.claims("");
    claims["type"] = Value::Null;
    app.call_with("POST", "/tx/init", Some(&app.sign(&claims)), body)
        .ok();
}
