//! Transactions as LoginID's browser SDKs make them: under `/api`, from applications with and without a key.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use loginid_emulator::{Emulator, Fault, FaultKind, NewApplication};
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json};

use crate::fido2::{ORIGIN, register};
use crate::support::{Answer, App, send};

fn hash(parts: &[&str]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, parts.concat().as_bytes()))
}

fn public(emulator: &Emulator) -> App {
    let new = NewApplication {
        keyless: true,
        ..NewApplication::default()
    };
    App {
        client_id: emulator.add_application(new).unwrap().client_id,
        private_key: None,
        ..App::of(emulator)
    }
}

/// As a page does: the application is in the body only.
fn post(app: &App, path: &str, token: Option<&str>, mut body: Value) -> Answer {
    body["client_id"] = json!(app.client_id);
    let mut headers = vec![("Content-Type", "application/json".to_owned())];
    headers.extend(token.map(|token| ("Authorization", format!("Bearer {token}"))));
    send(
        app.control.base_url(),
        "POST",
        path,
        &headers,
        &body.to_string(),
    )
    .unwrap()
}

/// Creates and confirms a transaction. Returns the claims of its token.
fn confirm(app: &App, device: &mut SoftAuthenticator, token: Option<&str>, create: Value) -> Value {
    let id = post(app, "/api/tx", token, create).ok()["id"].clone();
    let body = json!({"username": "alice", "tx_id": id});
    let options = post(app, "/api/tx/init", token, body).ok();
    let mut signed = device
        .confirm(&options["assertion_options"], ORIGIN)
        .unwrap();
    (signed["username"], signed["tx_id"]) = (json!("alice"), id.clone());
    let answer = post(app, "/api/tx/complete", token, signed).ok();
    let claims = app.verified(answer["jwt"].as_str().unwrap());
    assert_eq!((&claims["tx_id"], &claims["udata"]), (&id, &json!("alice")));
    claims
}

#[test]
fn a_page_of_an_application_with_a_key_sends_its_token_in_all_three_calls() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let mut claims = app.claims("tx.create");
    claims["payload_hash"] = json!(hash(&["pay 10"]));
    let token = app.sign(&claims);
    let create = json!({"tx_payload": "pay 10", "nonce": "n"});
    let claims = confirm(&app, &mut device, Some(&token), create);
    let server_nonce = claims["server_nonce"].as_str().unwrap();
    assert_eq!(claims["nonce"], "n");
    assert_eq!(claims["tx_hash"], hash(&["pay 10", "n", server_nonce]));
    assert_eq!(emulator.resent_token_count(), 2);
    let refusal = post(&app, "/api/tx", None, json!({"tx_payload": "pay 10"})).refusal();
    assert_eq!(refusal, "401 unauthorized");
}

#[test]
fn a_public_application_creates_transactions_without_a_token() {
    let emulator = Emulator::start();
    let app = public(&emulator);
    let mut device = register(&app, "alice");
    let create = json!({"tx_payload": "pay 10", "nonce": "n"});
    assert_eq!(confirm(&app, &mut device, None, create)["nonce"], "n");
}

#[test]
fn a_transaction_may_have_no_nonce() {
    let emulator = Emulator::start();
    let app = public(&emulator);
    let mut device = register(&app, "alice");
    let claims = confirm(&app, &mut device, None, json!({"tx_payload": "pay 10"}));
    let server_nonce = claims["server_nonce"].as_str().unwrap();
    assert_eq!(claims.get("nonce"), None);
    assert_eq!(claims["tx_hash"], hash(&["pay 10", server_nonce]));
    // Another form of a text is not taken for none.
    for nonce in [json!(""), json!(7)] {
        let body = json!({"tx_payload": "pay 10", "nonce": nonce});
        assert_eq!(post(&app, "/tx", None, body).refusal(), "400 bad_request");
    }
}

#[test]
fn a_fault_of_a_transaction_applies_under_api_too() {
    let emulator = Emulator::start();
    let app = public(&emulator);
    let busy = FaultKind::Status {
        code: 503,
        body: String::new(),
        content_type: None,
        headers: Vec::new(),
        carried_out: false,
    };
    emulator.inject(Fault::new(busy).on("POST", "/tx"));
    for path in ["/tx", "/api/tx", "/api/native/tx"] {
        assert_eq!(
            post(&app, path, None, json!({"tx_payload": "p"})).status,
            503,
            "{path}"
        );
    }
    emulator.clear_faults();
    for path in [
        "/api/certs",
        "/api/manage/users",
        "/api/txx",
        "/api/native/api/tx",
    ] {
        assert_eq!(
            post(&app, path, None, json!({})).refusal(),
            "404 not_found",
            "{path}"
        );
    }
}
