//! Further credentials: with a code, by force, and recovery codes.

use loginid_emulator::Emulator;
use loginid_test_authenticator::{Error, SoftAuthenticator};
use serde_json::{Value, json};

use crate::fido2::{ORIGIN, login, register};
use crate::support::{Answer, App};

fn code(app: &App, purpose: &str, authorize: bool) -> Value {
    let body = json!({"username": "alice", "purpose": purpose, "authorize": authorize});
    app.post("/codes/short/generate", "codes.generate", body)
        .ok()["code"]
        .clone()
}

fn init_with(app: &App, username: &str, code: &Value) -> Answer {
    let body =
        json!({"username": username, "authentication_code": {"code": code, "type": "short"}});
    app.post("/credentials/fido2/init/code", "credentials.add", body)
}

fn init_by_force(app: &App, user: Value) -> Answer {
    app.post(
        "/credentials/fido2/init/force",
        "credentials.force_add",
        user,
    )
}

fn complete(app: &App, username: &str, payload: &Value) -> Answer {
    let body = json!({"username": username, "attestation_payload": payload});
    app.post("/credentials/fido2/complete", "credentials.add", body)
}

#[test]
fn a_second_device_is_added_with_an_authorized_code() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut first = register(&app, "alice");
    let init_answer = init_with(&app, "alice", &code(&app, "add_credential", true)).ok();
    let payload = &init_answer["attestation_payload"];
    assert_eq!(payload["excludeCredentials"].as_array().unwrap().len(), 1);
    assert_eq!(
        first.register(payload, ORIGIN),
        Err(Error::Excluded),
        "not the device that is there already"
    );
    let mut second = SoftAuthenticator::platform();
    let added = complete(&app, "alice", &second.register(payload, ORIGIN).unwrap()).ok();
    assert_eq!(
        (&added["credential"]["type"], &added["user"]["username"]),
        (&json!("fido2"), &json!("alice"))
    );
    assert_eq!(
        app.verified(added["jwt"].as_str().unwrap())["action"],
        "add_credential"
    );
    login(&app, "alice", &mut second).ok();
    login(&app, "alice", &mut first).ok();
}

#[test]
fn a_code_adds_a_credential_only_if_authorized_unused_and_for_that_purpose() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    register(&app, "alice");
    app.add_user("bob");
    let pending = code(&app, "add_credential", false);
    assert_eq!(
        init_with(&app, "alice", &pending).refusal(),
        "400 code_not_authorized"
    );
    let login_code = code(&app, "temporary_authentication", true);
    assert_eq!(
        init_with(&app, "alice", &login_code).refusal(),
        "400 invalid_verification_code"
    );
    let good = code(&app, "add_credential", true);
    assert_eq!(
        init_with(&app, "bob", &good).refusal(),
        "400 invalid_verification_code"
    );
    init_with(&app, "alice", &good).ok();
    assert_eq!(
        init_with(&app, "alice", &good).refusal(),
        "400 invalid_verification_code",
        "used up"
    );
}

#[test]
fn a_management_application_forces_a_credential() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let id = app.add_user("alice")["id"].clone();
    let options =
        json!({"user_id": id, "options": {"roaming_authenticator": true, "display_name": "A"}});
    let payload = init_by_force(&app, options).ok()["attestation_payload"].clone();
    assert_eq!(
        (&payload["user"]["name"], &payload["user"]["displayName"]),
        (&json!("alice"), &json!("A"))
    );
    let mut key = SoftAuthenticator::roaming();
    complete(&app, "alice", &key.register(&payload, ORIGIN).unwrap()).ok();
    login(&app, "alice", &mut key).ok();
}

#[test]
fn an_addition_is_bound_to_its_user_and_ceremony() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    app.add_user("bob");
    let attestation = |user: &str| {
        let init_answer = init_by_force(&app, json!({"username": user})).ok();
        SoftAuthenticator::platform()
            .register(&init_answer["attestation_payload"], ORIGIN)
            .unwrap()
    };
    assert_eq!(
        complete(&app, "bob", &attestation("alice")).refusal(),
        "400 invalid_challenge",
        "another user"
    );
    let body = json!({"username": "alice", "attestation_payload": attestation("alice")});
    let elsewhere = app.post("/register/fido2/complete", "auth.register", body);
    assert_eq!(
        elsewhere.refusal(),
        "400 invalid_challenge",
        "another ceremony"
    );
    let mut again = attestation("alice");
    complete(&app, "alice", &again).ok();
    assert_eq!(
        complete(&app, "alice", &again).refusal(),
        "400 invalid_challenge",
        "replayed"
    );
    again["challenge"] = json!("AAAA");
    assert_eq!(
        complete(&app, "alice", &again).refusal(),
        "400 invalid_challenge",
        "never issued"
    );
}

#[test]
fn a_new_recovery_code_replaces_the_old_one() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    let generate = || {
        app.post(
            "/credentials/recovery-code",
            "credentials.add_recovery",
            json!({"username": "alice"}),
        )
        .ok()
    };
    let (first, second) = (generate(), generate());
    assert_ne!(first["code"], second["code"]);
    assert_eq!(first["code"].as_str().unwrap().split(' ').count(), 12);
    assert!(first["created_at"].as_str().unwrap().ends_with('Z'));
    let list = app
        .post(
            "/credentials/list",
            "credentials.list",
            json!({"username": "alice"}),
        )
        .ok();
    let shown: Vec<_> = list["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| (&c["type"], &c["status"]))
        .collect();
    let kind = &json!("recovery_code");
    assert_eq!(shown, [(kind, &json!("revoked")), (kind, &json!("active"))]);
    assert!(!list.to_string().contains(second["code"].as_str().unwrap()));
}
