//! Registration and login with an authenticator, with real signatures.

mod algorithms;
mod login;
mod registration;

use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json};

use crate::support::{Answer, App};

pub const ORIGIN: &str = "https://localhost";

/// The options for a new user's device.
fn register_init(app: &App, username: &str, options: Value) -> Value {
    let body = json!({"username": username, "options": options});
    app.post("/register/fido2/init", "auth.register", body).ok()
}

fn register_complete(app: &App, username: &str, payload: &Value) -> Answer {
    let body = json!({"username": username, "attestation_payload": payload, "options": {"credential_name": "mine"}});
    app.post("/register/fido2/complete", "auth.register", body)
}

/// Registers a user and returns the device with the key.
pub fn register(app: &App, username: &str) -> SoftAuthenticator {
    register_with(app, username, SoftAuthenticator::platform())
}

fn register_with(app: &App, username: &str, mut device: SoftAuthenticator) -> SoftAuthenticator {
    let init_answer = register_init(app, username, Value::Null);
    let attestation = device
        .register(&init_answer["attestation_payload"], ORIGIN)
        .unwrap();
    register_complete(app, username, &attestation).ok();
    device
}

pub fn login_init(app: &App, username: &str) -> Value {
    let answer = app.post(
        "/authenticate/fido2/init",
        "auth.login",
        json!({"username": username}),
    );
    answer.ok()["assertion_payload"].clone()
}

pub fn login_complete(app: &App, username: &str, payload: &Value) -> Answer {
    let body = json!({"username": username, "assertion_payload": payload});
    app.post("/authenticate/fido2/complete", "auth.login", body)
}

pub fn login(app: &App, username: &str, device: &mut SoftAuthenticator) -> Answer {
    let signed = device.login(&login_init(app, username), ORIGIN).unwrap();
    login_complete(app, username, &signed)
}

/// The text with its first letter changed.
fn changed(text: &Value) -> Value {
    let text = text.as_str().unwrap();
    let other = if text.starts_with('A') { "B" } else { "A" };
    json!(format!("{other}{}", &text[1..]))
}
