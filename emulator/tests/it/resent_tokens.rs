//! LoginID's browser SDKs send the token of one call in all later ones. A call that completes what an `init`
//! began, and a call that needs no token, take a token again that was accepted for the same user.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{Answer, App, control_api};

/// A completion that fails, after the token was accepted: it names no ceremony.
fn complete(app: &App, token: &str, username: &str) -> String {
    let body = json!({"username": username, "assertion_payload": {
        "challenge": "x", "credential_id": "AA", "client_data": "AA", "authenticator_data": "AA", "signature": "AA",
    }});
    refusal(app.call_with("POST", "/authenticate/fido2/complete", Some(token), body))
}

fn init_tx(app: &App, token: &str, username: &str) -> String {
    let body = json!({"username": username, "tx_payload": "x", "nonce": "n"});
    refusal(app.call_with("POST", "/tx/init", Some(token), body))
}

fn log_in(app: &App, token: &str, username: &str) -> String {
    let body = json!({"username": username, "password": "correct horse"});
    let path = "/authenticate/password";
    refusal(app.call_with("POST", path, Some(token), body))
}

fn refusal(answer: Answer) -> String {
    if answer.status == 200 {
        "200".to_owned()
    } else {
        answer.refusal()
    }
}

fn password(app: &App, username: &str) {
    let body = json!({"username": username, "password": "correct horse", "password_confirmation": "correct horse"});
    app.post("/register/password", "auth.register", body).ok();
}

/// An emulator with the users alice and bob.
fn start() -> (Emulator, App) {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    password(&app, "alice");
    password(&app, "bob");
    (emulator, app)
}

#[test]
fn a_completion_and_an_open_call_take_an_accepted_token_again() {
    let (emulator, app) = start();
    let token = app.token("auth.login");
    assert_eq!(log_in(&app, &token, "alice"), "200");
    assert_eq!(emulator.resent_token_count(), 0);
    emulator.clear_requests();
    for _ in 0..2 {
        assert_eq!(complete(&app, &token, "alice"), "400 invalid_challenge");
        // Not a matter of the token: alice has no passkey.
        assert_eq!(init_tx(&app, &token, "alice"), "404 credential_not_found");
    }
    let list = control_api(&emulator, "GET", "/requests", Value::Null).ok();
    assert_eq!(
        (&list["count"], &list["resent_tokens"]),
        (&json!(4), &json!(4))
    );
    for request in list["requests"].as_array().unwrap() {
        assert_eq!(request["resent_token"], true, "{request}");
    }
    // A test that clears the list between its steps still sees at its end whether a token was resent.
    control_api(&emulator, "DELETE", "/requests", Value::Null).ok();
    assert_eq!(emulator.resent_token_count(), 4);
    control_api(&emulator, "PUT", "/requests", json!({"recording": false})).ok();
    assert_eq!(complete(&app, &token, "alice"), "400 invalid_challenge");
    assert_eq!(
        emulator.resent_token_count(),
        5,
        "counting goes on without recording"
    );
    emulator.reset();
    assert_eq!(emulator.resent_token_count(), 0);
}

#[test]
fn the_token_of_another_user_is_refused() {
    let (emulator, app) = start();
    let token = app.token("auth.login");
    assert_eq!(log_in(&app, &token, "alice"), "200");
    assert_eq!(complete(&app, &token, "bob"), "401 unauthorized");
    assert_eq!(init_tx(&app, &token, "bob"), "401 unauthorized");
    assert_eq!(complete(&app, &token, "alice"), "400 invalid_challenge");
    assert_eq!(emulator.resent_token_count(), 1);
}

#[test]
fn a_call_with_a_scope_needs_a_new_token() {
    let (emulator, app) = start();
    let token = app.token("auth.login");
    assert_eq!(log_in(&app, &token, "alice"), "200");
    assert_eq!(log_in(&app, &token, "alice"), "401 unauthorized");
    let managed = app.token("users.retrieve");
    let retrieve = |token: &str| {
        let body = json!({"username": "alice"});
        refusal(app.call_with("POST", "/manage/users/retrieve", Some(token), body))
    };
    assert_eq!(retrieve(&managed), "200");
    assert_eq!(retrieve(&managed), "401 unauthorized");
    assert_eq!(
        init_tx(&app, &managed, "alice"),
        "401 unauthorized",
        "no page has such a token"
    );
    assert_eq!(emulator.resent_token_count(), 0);
}

#[test]
fn a_completion_wants_the_scope_of_its_init() {
    let (_emulator, app) = start();
    let token = app.token("auth.register");
    assert_eq!(complete(&app, &token, "alice"), "403 operation_not_allowed");
    assert_eq!(
        complete(&app, &token, "alice"),
        "401 unauthorized",
        "it was not accepted"
    );
    let body = json!({"username": "carol", "password": "correct horse", "password_confirmation": "correct horse"});
    let token = app.token("auth.register");
    app.call_with("POST", "/register/password", Some(&token), body)
        .ok();
    assert_eq!(complete(&app, &token, "carol"), "403 operation_not_allowed");
}

#[test]
fn only_the_very_same_token_is_taken() {
    let (_emulator, app) = start();
    let mut claims = app.claims("auth.login");
    let token = app.sign(&claims);
    assert_eq!(log_in(&app, &token, "alice"), "200");
    // ES256 signatures are random, so the same claims make another token.
    claims["iat"] = json!(app.control.now() - 1);
    assert_eq!(
        complete(&app, &app.sign(&claims), "alice"),
        "401 unauthorized"
    );
    let other = control_api(&app.control, "POST", "/applications", json!({})).ok();
    let other = App {
        client_id: other["client_id"].as_str().unwrap().to_owned(),
        ..app.clone()
    };
    let body = json!({"client_id": other.client_id, "username": "alice", "tx_id": "x"});
    let answer = other.call_with("POST", "/tx/init", Some(&token), body);
    assert_eq!(refusal(answer), "401 unauthorized");
    app.control
        .advance_clock(std::time::Duration::from_secs(310));
    assert_eq!(
        complete(&app, &token, "alice"),
        "401 unauthorized",
        "it is too old"
    );
}

#[test]
fn the_token_of_a_transaction_belongs_to_the_first_user_who_confirms_it() {
    use crate::fido2::register;
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    register(&app, "alice");
    register(&app, "bob");
    let mut claims = app.claims("tx.create");
    claims["payload_hash"] = json!(payload_hash("pay 5"));
    let token = app.sign(&claims);
    // As the browser SDK sends it: without a username.
    let body = json!({"tx_payload": "pay 5", "nonce": "n"});
    let created = app
        .call_with("POST", "/tx", Some(&token), body.clone())
        .ok();
    let again = app.call_with("POST", "/tx", Some(&token), body);
    assert_eq!(again.refusal(), "401 unauthorized");
    let init = |username: &str| {
        let body = json!({"username": username, "tx_id": created["id"], "nonce": "n"});
        refusal(app.call_with("POST", "/tx/init", Some(&token), body))
    };
    // Another token with the same nonce claims it for nobody.
    let other = app.sign(&claims);
    assert_eq!(init_tx(&app, &other, "bob"), "401 unauthorized");
    assert_eq!(init("alice"), "200");
    assert_eq!(init("bob"), "401 unauthorized");
    assert_eq!(init("alice"), "200");
    assert_eq!(emulator.resent_token_count(), 2);
}

fn payload_hash(payload: &str) -> String {
    use base64::Engine;
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, payload.as_bytes());
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(digest)
}

#[test]
fn no_token_is_taken_again_after_a_reset() {
    let (emulator, app) = start();
    let token = app.token("auth.login");
    assert_eq!(log_in(&app, &token, "alice"), "200");
    assert_eq!(complete(&app, &token, "alice"), "400 invalid_challenge");
    emulator.reset();
    password(&app, "alice");
    assert_eq!(complete(&app, &token, "alice"), "401 unauthorized");
    assert_eq!(init_tx(&app, &token, "alice"), "401 unauthorized");
    assert_eq!(emulator.resent_token_count(), 0);
}
