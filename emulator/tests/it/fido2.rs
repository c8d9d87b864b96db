//! Registration and log-in with an authenticator, real signatures throughout.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use loginid_emulator::{Emulator, NewApplication};
use loginid_test_authenticator::{Error, SoftAuthenticator};
use serde_json::{Value, json};

use crate::support::{Answer, App};

pub const ORIGIN: &str = "https://localhost";

/// What the service asks a new user's device for.
fn register_init(app: &App, username: &str, options: Value) -> Value {
    let body = json!({"username": username, "options": options});
    app.post("/register/fido2/init", "auth.register", body).ok()
}

fn register_complete(app: &App, username: &str, payload: &Value) -> Answer {
    let body = json!({"username": username, "attestation_payload": payload, "options": {"credential_name": "mine"}});
    app.post("/register/fido2/complete", "auth.register", body)
}

/// Registers a user and gives the device the key is on.
pub fn register(app: &App, username: &str) -> SoftAuthenticator {
    let mut device = SoftAuthenticator::platform();
    let asked = register_init(app, username, Value::Null);
    let made = device
        .register(&asked["attestation_payload"], ORIGIN)
        .unwrap();
    register_complete(app, username, &made).ok();
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

fn uuid_of_the_key(app: &App, username: &str) -> Value {
    let list = app
        .post(
            "/credentials/list",
            "credentials.list",
            json!({"username": username}),
        )
        .ok();
    list["credentials"][0]["uuid"].clone()
}

/// The text with its first letter changed.
fn spoiled(text: &Value) -> Value {
    let text = text.as_str().unwrap();
    let other = if text.starts_with('A') { "B" } else { "A" };
    json!(format!("{other}{}", &text[1..]))
}

#[test]
fn the_device_is_asked_for_a_key_as_documented() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let answer = register_init(&app, "alice", Value::Null);
    assert_eq!(answer.get("register_session"), None);
    let payload = &answer["attestation_payload"];
    assert_eq!(payload["rp"]["id"], "localhost");
    assert_eq!(
        (&payload["user"]["name"], &payload["user"]["displayName"]),
        (&json!("alice"), &json!("alice"))
    );
    assert_eq!(
        payload["pubKeyCredParams"],
        json!([{"type": "public-key", "alg": -7}])
    );
    assert_eq!(payload["excludeCredentials"], json!([]));
    assert_eq!(
        payload["authenticatorSelection"],
        json!({"authenticatorAttachment": "platform", "userVerification": "required"})
    );
    assert_eq!(payload["challenge"].as_str().unwrap().len(), 43);
    for field in ["credential_uuid", "attestation"] {
        assert!(payload[field].is_string(), "{payload}");
    }

    let options = json!({"display_name": "Alice L.", "override_name": "al", "roaming_authenticator": true, "register_session": true});
    let answer = register_init(&app, "alice", options);
    assert_eq!(answer["register_session"], true);
    let payload = &answer["attestation_payload"];
    assert_eq!(
        (&payload["user"]["name"], &payload["user"]["displayName"]),
        (&json!("al"), &json!("Alice L."))
    );
    assert_eq!(
        payload["authenticatorSelection"]["authenticatorAttachment"],
        "cross-platform"
    );
}

#[test]
fn a_user_registers_and_logs_in_with_the_same_device() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = SoftAuthenticator::platform();
    let asked = register_init(&app, "alice", Value::Null);
    let payload = &asked["attestation_payload"];
    let registered =
        register_complete(&app, "alice", &device.register(payload, ORIGIN).unwrap()).ok();
    assert_eq!(registered["is_authenticated"], true);
    assert_eq!(
        registered["credential"],
        json!({"uuid": payload["credential_uuid"], "type": "fido2", "name": "mine"})
    );
    let claims = app.verified(registered["jwt"].as_str().unwrap());
    assert_eq!(
        (&claims["udata"], &claims["action"]),
        (&json!("alice"), &json!("register"))
    );

    let asked = login_init(&app, "alice");
    assert_eq!(
        (&asked["rpId"], &asked["userVerification"]),
        (&json!("localhost"), &json!("required"))
    );
    assert_eq!(
        asked["allowCredentials"][0]["transports"],
        json!(["internal"])
    );
    for _ in 0..3 {
        let response = login(&app, "alice", &mut device).ok();
        assert_eq!(response["credential"]["uuid"], payload["credential_uuid"]);
        assert_eq!(
            app.verified(response["jwt"].as_str().unwrap())["action"],
            "login"
        );
    }
}

#[test]
fn roaming_keys_are_asked_for_and_found_again() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let asked = register_init(&app, "alice", json!({"roaming_authenticator": true}));
    let payload = &asked["attestation_payload"];
    assert_eq!(
        SoftAuthenticator::platform().register(payload, ORIGIN),
        Err(Error::Attachment)
    );
    let mut key = SoftAuthenticator::roaming();
    register_complete(&app, "alice", &key.register(payload, ORIGIN).unwrap()).ok();
    assert_eq!(
        login_init(&app, "alice")["allowCredentials"][0]["transports"],
        json!(["usb", "nfc", "ble"])
    );
    login(&app, "alice", &mut key).ok();
}

#[test]
fn the_official_sdks_tokens_complete_what_was_begun() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let mut complete = |token: Option<String>| {
        let signed = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
        let body = json!({"username": "alice", "assertion_payload": signed});
        app.call_with(
            "POST",
            "/authenticate/fido2/complete",
            token.as_deref(),
            body,
        )
    };
    complete(None).ok();
    let mut claims = app.claims("auth.login");
    claims["type"] = Value::Null;
    complete(Some(app.sign(&claims))).ok();
    assert_eq!(
        complete(Some(app.token("auth.register"))).refusal(),
        "403 operation_not_allowed"
    );
    assert_eq!(
        complete(Some(app.sign(&claims))).refusal(),
        "401 unauthorized",
        "a token that comes is checked"
    );
}

#[test]
fn a_name_that_is_taken_is_not_registered_again() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("bob");
    let init = |name: &str| {
        app.post(
            "/register/fido2/init",
            "auth.register",
            json!({"username": name}),
        )
    };
    assert_eq!(init("bob").refusal(), "400 user_already_exists");
    // Taken between init and complete.
    let asked = register_init(&app, "alice", Value::Null);
    app.add_user("alice");
    let made = SoftAuthenticator::platform()
        .register(&asked["attestation_payload"], ORIGIN)
        .unwrap();
    assert_eq!(
        register_complete(&app, "alice", &made).refusal(),
        "400 user_already_exists"
    );
}

#[test]
fn a_registration_is_taken_for_its_user_its_challenge_and_in_time_only() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let made = |name: &str| {
        let asked = register_init(&app, name, Value::Null);
        SoftAuthenticator::platform()
            .register(&asked["attestation_payload"], ORIGIN)
            .unwrap()
    };
    let refused = |name: &str, payload: &Value| register_complete(&app, name, payload).refusal();
    assert_eq!(
        refused("bob", &made("alice")),
        "400 invalid_challenge",
        "another user"
    );
    let mut other = made("alice");
    other["challenge"] = made("alice")["challenge"].clone();
    assert_eq!(
        refused("alice", &other),
        "400 invalid_attestation",
        "another challenge than was signed"
    );
    let mut other = made("alice");
    other["credential_uuid"] = made("alice")["credential_uuid"].clone();
    assert_eq!(refused("alice", &other), "400 invalid_attestation");
    let mut other = made("alice");
    other["credential_id"] = spoiled(&other["credential_id"]);
    assert_eq!(refused("alice", &other), "400 invalid_attestation");
    let mut other = made("alice");
    other["client_data"] = json!("e30");
    assert_eq!(refused("alice", &other), "400 invalid_attestation");
    let mut other = made("alice");
    other["attestation_data"] = json!("not base64!");
    assert_eq!(refused("alice", &other), "400 bad_request");

    let late = made("alice");
    emulator.advance_clock(Duration::from_secs(121));
    assert_eq!(refused("alice", &late), "400 invalid_challenge", "too late");
    let good = made("alice");
    register_complete(&app, "alice", &good).ok();
    assert_eq!(
        refused("alice", &good),
        "400 invalid_challenge",
        "used before"
    );
}

#[test]
fn a_device_that_did_not_verify_its_user_is_refused() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let asked = register_init(&app, "alice", Value::Null);
    let mut made = SoftAuthenticator::platform()
        .register(&asked["attestation_payload"], ORIGIN)
        .unwrap();
    // Without attestation nothing signs the flags, which follow the hash of the relying party id.
    let mut object = URL_SAFE_NO_PAD
        .decode(made["attestation_data"].as_str().unwrap())
        .unwrap();
    let rp_id_hash = digest(&SHA256, b"localhost");
    let flags = object
        .windows(32)
        .position(|window| window == rp_id_hash.as_ref())
        .unwrap()
        + 32;
    assert_eq!(object[flags] & 4, 4);
    object[flags] &= !4;
    made["attestation_data"] = json!(URL_SAFE_NO_PAD.encode(object));
    let answer = register_complete(&app, "alice", &made);
    assert_eq!(answer.refusal(), "400 invalid_attestation");
    assert!(answer.body.contains("not verified"), "{answer:?}");
}

#[test]
fn a_key_belongs_to_one_user_only() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let device = &mut SoftAuthenticator::platform();
    let asked = register_init(&app, "alice", Value::Null);
    let made = device
        .register(&asked["attestation_payload"], ORIGIN)
        .unwrap();
    register_complete(&app, "alice", &made).ok();
    // Without attestation nothing but the client data names the challenge: the same key answers another.
    let asked = register_init(&app, "bob", Value::Null);
    let payload = &asked["attestation_payload"];
    let mut again = SoftAuthenticator::platform()
        .register(payload, ORIGIN)
        .unwrap();
    again["attestation_data"] = made["attestation_data"].clone();
    again["credential_id"] = made["credential_id"].clone();
    assert_eq!(
        register_complete(&app, "bob", &again).refusal(),
        "400 credential_already_exists"
    );
}

#[test]
fn a_wrong_signature_another_origin_or_a_copied_device_is_refused() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let mut copy = device.clone();
    let refused = |payload: &Value| login_complete(&app, "alice", payload).refusal();

    let mut signed = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    signed["authenticator_data"] = spoiled(&signed["authenticator_data"]);
    assert_eq!(
        refused(&signed),
        "401 authentication_failed",
        "another relying party"
    );
    let mut signed = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    let earlier = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    signed["signature"] = earlier["signature"].clone();
    assert_eq!(
        refused(&signed),
        "401 authentication_failed",
        "a signature over something else"
    );

    emulator.add_origin("https://app.localhost");
    for (origin, expected) in [
        ("https://app.localhost", 200),
        ("http://localhost:3000", 200),
        ("https://evil.localhost", 401),
    ] {
        let signed = device.login(&login_init(&app, "alice"), origin).unwrap();
        assert_eq!(
            login_complete(&app, "alice", &signed).status,
            expected,
            "{origin}"
        );
    }
    // The copy's counter is behind that of the device by now.
    let signed = copy.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    let answer = login_complete(&app, "alice", &signed);
    assert_eq!(answer.refusal(), "401 authentication_failed");
    assert!(answer.body.contains("sign count"), "{answer:?}");
}

#[test]
fn an_assertion_logs_its_user_in_once_and_in_time() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let mut bobs = register(&app, "bob");
    let signed = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    assert_eq!(
        login_complete(&app, "bob", &signed).refusal(),
        "400 invalid_challenge",
        "another user's"
    );
    assert_eq!(
        login_complete(&app, "alice", &signed).refusal(),
        "400 invalid_challenge",
        "used up by the attempt"
    );
    let signed = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    login_complete(&app, "alice", &signed).ok();
    assert_eq!(
        login_complete(&app, "alice", &signed).refusal(),
        "400 invalid_challenge",
        "replayed"
    );
    let signed = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    emulator.advance_clock(Duration::from_secs(121));
    assert_eq!(
        login_complete(&app, "alice", &signed).refusal(),
        "400 invalid_challenge",
        "too late"
    );

    // Bob's key is not on Alice's allow list, whatever challenge it signs.
    let mut asked = login_init(&app, "alice");
    asked["allowCredentials"] = login_init(&app, "bob")["allowCredentials"].clone();
    let signed = bobs.login(&asked, ORIGIN).unwrap();
    assert_eq!(
        login_complete(&app, "alice", &signed).refusal(),
        "401 authentication_failed"
    );
}

#[test]
fn a_challenge_belongs_to_the_application_that_asked() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let added = emulator.add_application(NewApplication::default()).unwrap();
    let other = App {
        client_id: added.client_id,
        private_key: added.private_key,
        ..app.clone()
    };
    let signed = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    assert_eq!(
        login_complete(&other, "alice", &signed).refusal(),
        "400 invalid_challenge"
    );
    login_complete(&app, "alice", &signed).ok();
}

#[test]
fn a_revoked_key_logs_nobody_in() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let signed = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    let body = json!({"username": "alice", "credential": {"uuid": uuid_of_the_key(&app, "alice")}});
    app.post("/credentials/revoke", "credentials.revoke", body)
        .ok();
    assert_eq!(
        login_complete(&app, "alice", &signed).refusal(),
        "401 authentication_failed",
        "revoked in between"
    );
    let init = app.post(
        "/authenticate/fido2/init",
        "auth.login",
        json!({"username": "alice"}),
    );
    assert_eq!(init.refusal(), "404 credential_not_found");
}

#[test]
fn a_deactivated_or_unknown_user_does_not_log_in() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let signed = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    let user = app
        .post(
            "/manage/users/retrieve",
            "users.retrieve",
            json!({"username": "alice"}),
        )
        .ok();
    let path = format!("/manage/users/{}/deactivate", user["id"].as_str().unwrap());
    app.call("PUT", &path, "users.deactivate", Value::Null).ok();
    assert_eq!(
        login_complete(&app, "alice", &signed).refusal(),
        "403 operation_not_allowed"
    );
    let init = |name: &str| {
        app.post(
            "/authenticate/fido2/init",
            "auth.login",
            json!({"username": name}),
        )
        .refusal()
    };
    assert_eq!(init("alice"), "403 operation_not_allowed");
    assert_eq!(init("nobody"), "404 user_not_found");
}
