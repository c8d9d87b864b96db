//! Login with an authenticator.

use std::time::Duration;

use loginid_emulator::{Emulator, NewApplication};
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json};

use super::{
    ORIGIN, changed, login, login_complete, login_init, register, register_complete, register_init,
};
use crate::support::App;

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

#[test]
fn a_user_registers_and_logs_in_with_the_same_device() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = SoftAuthenticator::platform();
    let init_answer = register_init(&app, "alice", Value::Null);
    let payload = &init_answer["attestation_payload"];
    let registered =
        register_complete(&app, "alice", &device.register(payload, ORIGIN).unwrap()).ok();
    assert_eq!(registered["is_authenticated"], true);
    let uuid = &payload["credential_uuid"];
    assert_eq!(
        registered["credential"],
        json!({"id": uuid, "uuid": uuid, "type": "fido2", "name": "mine"})
    );
    let claims = app.verified(registered["jwt"].as_str().unwrap());
    assert_eq!(
        (&claims["udata"], &claims["action"]),
        (&json!("alice"), &json!("register"))
    );

    let init_answer = login_init(&app, "alice");
    assert_eq!(
        (&init_answer["rpId"], &init_answer["userVerification"]),
        (&json!("localhost"), &json!("required"))
    );
    assert_eq!(
        init_answer["allowCredentials"][0]["transports"],
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
fn the_official_sdks_tokens_complete_a_log_in() {
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
fn a_wrong_signature_another_origin_or_a_copied_device_is_refused() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let mut copy = device.clone();
    let refused = |payload: &Value| login_complete(&app, "alice", payload).refusal();

    let mut signed = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    signed["authenticator_data"] = changed(&signed["authenticator_data"]);
    assert_eq!(
        refused(&signed),
        "401 failed_to_authenticate",
        "another relying party"
    );
    let mut signed = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    let earlier = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    signed["signature"] = earlier["signature"].clone();
    assert_eq!(
        refused(&signed),
        "401 failed_to_authenticate",
        "a signature over something else"
    );

    emulator
        .add_origin(
            emulator.client_id(),
            "https://app.localhost",
            Some("app.localhost"),
        )
        .unwrap();
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
    // The copy's counter is now behind that of the device.
    let signed = copy.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    let answer = login_complete(&app, "alice", &signed);
    assert_eq!(answer.refusal(), "401 failed_to_authenticate");
    assert!(answer.body.contains("sign count"), "{answer:?}");
}

#[test]
fn an_assertion_is_valid_once_for_its_user_and_expires() {
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

    // Bob's key is not on Alice's allow list.
    let mut init_answer = login_init(&app, "alice");
    init_answer["allowCredentials"] = login_init(&app, "bob")["allowCredentials"].clone();
    let signed = bobs.login(&init_answer, ORIGIN).unwrap();
    assert_eq!(
        login_complete(&app, "alice", &signed).refusal(),
        "401 failed_to_authenticate"
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
        "401 failed_to_authenticate",
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
        "403 account_deactivated"
    );
    let init = |name: &str| {
        app.post(
            "/authenticate/fido2/init",
            "auth.login",
            json!({"username": name}),
        )
        .refusal()
    };
    assert_eq!(init("alice"), "403 account_deactivated");
    assert_eq!(init("nobody"), "404 user_not_found");
}
