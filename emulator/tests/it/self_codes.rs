//! Codes that a user makes on a device with a key, and logins that want no wait or no token.

use loginid_emulator::Emulator;
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json};

use crate::fido2::{ORIGIN, login_init, register};
use crate::support::{Answer, App};

const ADD: &str = "add_credential";
const LOGIN: &str = "temporary_authentication";

fn init(app: &App, kind: &str, username: &str, purpose: &str) -> Answer {
    let body = json!({"username": username, "purpose": purpose});
    let path = format!("/codes/{kind}/generate/fido2/init");
    app.post(&path, "codes.generate", body)
}

fn complete(app: &App, kind: &str, username: &str, signed: &Value) -> Answer {
    let body = json!({"username": username, "assertion_payload": signed, "no_jwt": false});
    let path = format!("/codes/{kind}/generate/fido2/complete");
    // Without a token, as a page whose backend gave it one for the other call only.
    app.call_with("POST", &path, None, body)
}

fn sign(device: &mut SoftAuthenticator, init: &Value) -> Value {
    device.login(&init["assertion_payload"], ORIGIN).unwrap()
}

fn wait(app: &App, code: &Value, more: Value) -> Answer {
    let mut body =
        json!({"username": "alice", "authentication_code": {"code": code, "type": "short"}});
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    app.post("/authenticate/code/wait", "auth.temporary", body)
}

#[test]
fn a_signature_makes_an_authorized_code_and_logs_in() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let begun = init(&app, "short", "alice", LOGIN).ok();
    let response = complete(&app, "short", "alice", &sign(&mut device, &begun)).ok();
    let code = &response["code_data"];
    assert_eq!(code["is_authorized"], true);
    assert!(code["expire_at"].is_string(), "{code}");
    assert_eq!(response["is_authenticated"], true);
    assert_eq!(response["credential"]["type"], "fido2");
    let claims = app.verified(response["jwt"].as_str().unwrap());
    assert_eq!(
        (&claims["udata"], &claims["action"]),
        (&json!("alice"), &json!("login"))
    );
    wait(&app, &code["code"], json!({})).ok();

    // A code for a new device.
    let begun = init(&app, "long", "alice", ADD).ok();
    let response = complete(&app, "long", "alice", &sign(&mut device, &begun)).ok();
    let body = json!({"username": "alice",
        "authentication_code": {"code": response["code_data"]["code"], "type": "long"}});
    app.post("/credentials/fido2/init/code", "credentials.add", body)
        .ok();
}

#[test]
fn a_challenge_makes_one_code_of_its_type_for_its_user() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let (mut device, mut other) = (register(&app, "alice"), register(&app, "bob"));
    let invalid = "400 invalid_challenge";

    let begun = init(&app, "short", "alice", LOGIN).ok();
    let signed = sign(&mut device, &begun);
    complete(&app, "short", "alice", &signed).ok();
    assert_eq!(complete(&app, "short", "alice", &signed).refusal(), invalid);

    let begun = init(&app, "short", "alice", LOGIN).ok();
    let signed = sign(&mut device, &begun);
    assert_eq!(
        complete(&app, "phrase", "alice", &signed).refusal(),
        invalid
    );

    let begun = init(&app, "short", "bob", LOGIN).ok();
    let signed = sign(&mut other, &begun);
    assert_eq!(complete(&app, "short", "alice", &signed).refusal(), invalid);

    // A login's challenge makes no code, and a code's challenge does not log in.
    let signed = device.login(&login_init(&app, "alice"), ORIGIN).unwrap();
    assert_eq!(complete(&app, "short", "alice", &signed).refusal(), invalid);
    let begun = init(&app, "short", "alice", LOGIN).ok();
    let body = json!({"username": "alice", "assertion_payload": sign(&mut device, &begun)});
    let login = app.post("/authenticate/fido2/complete", "auth.login", body);
    assert_eq!(login.refusal(), invalid);
}

#[test]
fn a_bad_request_or_signature_makes_no_code() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = register(&app, "alice");
    app.add_user("keyless");
    assert_eq!(
        init(&app, "other", "alice", LOGIN).refusal(),
        "400 bad_request"
    );
    assert_eq!(
        init(&app, "short", "alice", "other").refusal(),
        "400 bad_request"
    );
    let refusal = init(&app, "short", "keyless", LOGIN).refusal();
    assert_eq!(refusal, "404 credential_not_found");
    let path = "/codes/short/generate/fido2/init";
    let body = json!({"username": "alice", "purpose": LOGIN});
    assert_eq!(
        app.call_with("POST", path, None, body.clone()).refusal(),
        "401 unauthorized"
    );
    assert_eq!(
        app.post(path, "auth.login", body).refusal(),
        "403 operation_not_allowed"
    );

    let begun = init(&app, "short", "alice", LOGIN).ok();
    let mut signed = sign(&mut device, &begun);
    let before = sign(&mut device, &init(&app, "short", "alice", LOGIN).ok());
    signed["signature"] = before["signature"].clone();
    let refusal = complete(&app, "short", "alice", &signed).refusal();
    assert_eq!(refusal, "401 failed_to_authenticate");
}

#[test]
fn no_wait_answers_at_once() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    let body = json!({"username": "alice", "purpose": LOGIN, "authorize": false});
    let code = app
        .post("/codes/short/generate", "codes.generate", body)
        .ok()["code"]
        .clone();
    let no_wait = || wait(&app, &code, json!({"no_wait": true}));
    assert_eq!(no_wait().refusal(), "400 code_not_authorized");
    let body = json!({"username": "alice", "purpose": LOGIN, "code": code});
    app.post("/codes/short/authorize", "codes.authorize", body)
        .ok();
    assert_eq!(
        wait(&app, &code, json!({"no_wait": 1})).refusal(),
        "400 bad_request"
    );
    assert_eq!(no_wait().ok()["is_authenticated"], true);
}

#[test]
fn no_jwt_logs_in_without_a_token() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let register = |more: Value| {
        let mut body = json!({"username": "alice", "password": "correct horse", "password_confirmation": "correct horse"});
        body["no_jwt"] = more;
        app.post("/register/password", "auth.register", body)
    };
    // A bad flag has no effect.
    assert_eq!(register(json!("yes")).refusal(), "400 bad_request");
    let response = register(json!(true)).ok();
    assert_eq!(
        (response.get("jwt"), &response["is_authenticated"]),
        (None, &json!(true))
    );
    assert_eq!(response["user"]["username"], "alice");
    let body = json!({"username": "alice", "password": "correct horse", "no_jwt": false});
    let response = app.post("/authenticate/password", "auth.login", body).ok();
    assert!(response["jwt"].is_string());
    let id = &response["credential"]["id"];
    assert!(
        id.is_string() && *id == response["credential"]["uuid"],
        "{response}"
    );
}
