//! Transactions.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{Answer, App, control_api, nonce, send};

fn hash(parts: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, parts.concat().as_bytes()))
}

fn claims(app: &App, payload: &str) -> Value {
    let mut claims = app.claims("tx.create");
    claims["payload_hash"] = json!(hash(&[payload]));
    claims
}

fn create_with(app: &App, claims: &Value, body: Value) -> Answer {
    app.call_with("POST", "/tx", Some(&app.sign(claims)), body)
}

fn create(app: &App, payload: &str, username: Option<&str>) -> String {
    let body = json!({"client_id": app.client_id, "tx_type": "text", "tx_payload": payload, "nonce": "n1", "username": username});
    let answer = create_with(app, &claims(app, payload), body).ok();
    answer["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_confirmation_signs_payload_and_both_nonces() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let user = app.add_user("alice");
    let id = create(&app, "Zahle 10 €", Some("alice"));
    let claims = app.verified(&emulator.confirm_transaction(&id).unwrap());
    assert_eq!(
        (&claims["nonce"], &claims["udata"], &claims["sub"]),
        (&json!("n1"), &json!("alice"), &user["id"])
    );
    let server_nonce = claims["server_nonce"].as_str().unwrap();
    assert!(!server_nonce.is_empty());
    assert_eq!(claims["tx_hash"], hash(&["Zahle 10 €", "n1", server_nonce]));
}

#[test]
fn the_python_sdks_form_is_accepted() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    let claims = json!({"scope": "tx.create", "nonce": nonce(), "iat": emulator.now(), "payload_hash": hash(&["pay"])});
    let headers = [
        ("Content-type", "application/json".to_owned()),
        ("Authorization", format!("Bearer {}", app.sign(&claims))),
    ];
    let body =
        json!({"client_id": app.client_id, "tx_payload": "pay", "nonce": "another"}).to_string();
    let answer = send(emulator.base_url(), "POST", "/tx", &headers, &body)
        .unwrap()
        .ok();
    let id = answer["id"].as_str().unwrap();
    assert!(answer["url"].as_str().unwrap().ends_with(id));
    assert_eq!(
        emulator.confirm_transaction(id).unwrap_err().code,
        "bad_request",
        "no user is named"
    );
    let token = emulator.confirm_transaction_as(id, "alice").unwrap();
    assert_eq!(app.verified(&token)["nonce"], "another");
}

#[test]
fn a_token_for_another_payload_or_user_is_not_allowed() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    app.add_user("bob");
    let body = json!({"tx_payload": "pay 10", "nonce": "n", "username": "alice"});
    let refused = |claims: Value| create_with(&app, &claims, body.clone()).refusal();
    assert_eq!(refused(claims(&app, "pay 11")), "403 operation_not_allowed");
    assert_eq!(
        refused(app.claims("tx.create")),
        "403 operation_not_allowed",
        "no payload_hash"
    );
    let mut bound = claims(&app, "pay 10");
    bound["username"] = json!("bob");
    assert_eq!(refused(bound), "403 operation_not_allowed");
    let mut other_scope = claims(&app, "pay 10");
    other_scope["type"] = json!("auth.login");
    assert_eq!(refused(other_scope), "403 operation_not_allowed");
    assert_eq!(
        app.call_with("POST", "/tx", None, body.clone()).refusal(),
        "401 unauthorized"
    );
}

#[test]
fn a_token_bound_to_a_user_binds_the_transaction() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    app.add_user("bob");
    let mut claims = claims(&app, "pay");
    claims["username"] = json!("alice");
    let id =
        create_with(&app, &claims, json!({"tx_payload": "pay", "nonce": "n"})).ok()["id"].clone();
    let id = id.as_str().unwrap();
    assert_eq!(
        emulator.confirm_transaction_as(id, "bob").unwrap_err().code,
        "operation_not_allowed"
    );
    assert!(emulator.confirm_transaction(id).is_ok());
}

#[test]
fn a_transaction_is_confirmed_once_and_in_time() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    let id = create(&app, "pay", Some("alice"));
    emulator.confirm_transaction(&id).unwrap();
    assert_eq!(
        emulator.confirm_transaction(&id).unwrap_err().code,
        "transaction_already_confirmed"
    );
    let id = create(&app, "pay", Some("alice"));
    emulator.advance_clock(Duration::from_secs(601));
    assert_eq!(
        emulator.confirm_transaction(&id).unwrap_err().code,
        "transaction_expired"
    );
    assert_eq!(
        emulator.confirm_transaction("nothing").unwrap_err().code,
        "transaction_not_found"
    );
}

#[test]
fn the_fields_of_a_transaction_are_checked() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let refused = |body: Value| create_with(&app, &claims(&app, "p"), body).refusal();
    assert_eq!(refused(json!({"tx_payload": "p"})), "400 bad_request");
    assert_eq!(refused(json!({"nonce": "n"})), "400 bad_request");
    assert_eq!(
        refused(json!({"tx_payload": "p", "nonce": "n", "tx_type": "video"})),
        "400 bad_request"
    );
    assert_eq!(
        refused(json!({"tx_payload": "p", "nonce": "n", "username": "nobody"})),
        "404 user_not_found"
    );
}

#[test]
fn the_control_api_shows_and_confirms_a_transaction() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    let id = create(&app, "pay", None);
    let seen = control_api(&emulator, "GET", &format!("/tx/{id}"), Value::Null).ok();
    assert_eq!(
        (&seen["tx_payload"], &seen["confirmed"]),
        (&json!("pay"), &json!(false))
    );
    let confirm = || {
        control_api(
            &emulator,
            "POST",
            &format!("/tx/{id}/confirm"),
            json!({"username": "alice"}),
        )
    };
    assert_eq!(
        app.verified(confirm().ok()["jwt"].as_str().unwrap())["tx_id"],
        id
    );
    assert_eq!(confirm().refusal(), "400 transaction_already_confirmed");
}
