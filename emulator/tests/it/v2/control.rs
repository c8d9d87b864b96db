//! What the control API does to the current service, and what both services share.

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::{Value, json};

use super::{V2App, control_v2, refusal, token};

#[test]
fn a_reset_keeps_only_the_default_application() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let answer = emulator.v2().login("alice").unwrap();
    let added = V2App::added(&emulator, json!({}));
    let key = emulator.v2().add_api_key(None, &["passkey:read"]).unwrap();
    emulator.reset();
    let list = app.with_token(&token(&answer), "GET", "/passkeys", Value::Null);
    assert_eq!(refusal(&list), "401 unauthorized", "the user is gone");
    let body = json!({"grants": ["passkey:read"]});
    let version = added.call("GET", "/version", None, Value::Null);
    assert_eq!(refusal(&version), "404 not_found");
    let with_key = V2App {
        api_key: key,
        ..app.clone()
    };
    assert_eq!(
        refusal(&with_key.backend("POST", "/mgmt/grant", body.clone())),
        "401 unauthorized"
    );
    app.backend("POST", "/mgmt/grant", body).ok();
}

#[test]
fn faults_and_the_recorder_work_for_both_services() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let token = token(&emulator.v2().login("alice").unwrap());
    assert_eq!(
        emulator.request_count(),
        0,
        "the control API is not recorded"
    );
    let kind = FaultKind::Status {
        code: 503,
        body: String::new(),
        content_type: None,
        headers: Vec::new(),
        carried_out: false,
    };
    emulator.inject(Fault::new(kind).on("GET", "/fido2/v2/passkeys").times(1));
    let list = || app.call("GET", "/passkeys", Some(&token), Value::Null);
    assert_eq!(list().status, 503);
    list().ok();
    app.call("GET", "/passkeys", None, Value::Null);
    let [faulty, good, refused] = emulator.requests().try_into().unwrap();
    assert_eq!((faulty.fault, faulty.carried_out), (Some("status"), false));
    assert_eq!(good.operation, Some("v2_list_passkeys"));
    assert_eq!(
        good.token.unwrap().claims["username"],
        "alice",
        "a token without Bearer is decoded too"
    );
    assert_eq!(
        (refused.status, refused.code),
        (Some(401), Some("unauthorized"))
    );
}

#[test]
fn bad_calls_of_the_control_api_are_refused() {
    let emulator = Emulator::start();
    let refused = |path: &str, body: Value| control_v2(&emulator, "POST", path, body).refusal();
    assert_eq!(
        refused("/api-keys", json!({"scopes": ["x"]})),
        "400 bad_request"
    );
    assert_eq!(refused("/api-keys", json!({})), "400 bad_request");
    assert_eq!(
        refused("/applications", json!({"typo": 1})),
        "400 bad_request"
    );
    assert_eq!(
        refused("/users/alice/login", json!({"application_id": "x"})),
        "404 application_not_found"
    );
    assert_eq!(
        refused("/users/a%0Ab/login", Value::Null),
        "400 bad_request"
    );
    assert_eq!(
        refused("/tx/confirm", json!({"username": "alice"})),
        "400 bad_request"
    );
    assert_eq!(
        refused("/tokens", json!({"claims": {}, "claims_raw": ""})),
        "400 bad_request"
    );
    let all = json!({"scopes": "passkey:read passkey:write"});
    control_v2(&emulator, "POST", "/api-keys", all).ok();
}
