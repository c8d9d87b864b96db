//! What the control API does to the current service, and what both services share.

use loginid_emulator::{Emulator, Fault, FaultKind};
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json};

use super::{V2App, control_v2, refusal, token};
use crate::events::Follower;
use crate::support::control_api;

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
fn refusals_are_recorded_and_sent_as_events_with_the_code_of_the_answer() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let mut follower = Follower::new(&emulator, None);
    let user = json!({"username": "alice", "usernameType": "other"});
    emulator.v2().login("alice").unwrap();
    let begun = app
        .post("/mfa/begin", json!({"user": user, "deviceInfo": {}}))
        .ok();
    let body = json!({"otp": "no code"});
    app.call("POST", "/mfa/otp/verify", begun["session"].as_str(), body);
    app.call("PUT", "/version", None, Value::Null);
    let path = format!("/profile/{}", app.id);
    app.backend("DELETE", &path, Value::Null);
    let expected = [
        ("v2_begin_mfa", 200, Value::Null),
        ("v2_verify_mfa_otp", 401, json!("additional_auth_required")),
        ("", 405, json!("bad_request")),
        ("v2_delete_user", 404, json!("not_found")),
    ];
    let recorded = emulator.requests();
    assert_eq!(recorded.len(), expected.len());
    for (request, (operation, status, code)) in recorded.iter().zip(expected) {
        assert_eq!(request.operation.unwrap_or_default(), operation);
        assert_eq!(
            (request.status, json!(request.code)),
            (Some(status), code.clone())
        );
        let (name, _, event) = follower.next();
        assert_eq!(name, "request");
        assert_eq!(event["operation"].as_str().unwrap_or_default(), operation);
        assert_eq!((&event["status"], &event["code"]), (&json!(status), &code));
    }
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

#[test]
fn an_export_is_imported_as_it_is() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let mut device = SoftAuthenticator::platform();
    app.sign_up("alice", &mut device);
    let added = V2App::added(
        &emulator,
        json!({"protected": true, "rp_id": "shop.example"}),
    );
    emulator.v2().login_to(Some(&added.id), "bob").unwrap();
    let limited = [None, Some(added.id.as_str())]
        .map(|id| emulator.v2().add_api_key(id, &["passkey:read"]).unwrap());
    let exported = control_api(&emulator, "GET", "/state", Value::Null).ok();
    assert_eq!(exported["v2"]["users"].as_array().unwrap().len(), 2);

    let other = Emulator::start();
    other.v2().login("gone").unwrap();
    control_api(&other, "PUT", "/state", exported.clone()).ok();
    assert_eq!(
        control_api(&other, "GET", "/state", Value::Null).ok()["v2"],
        exported["v2"]
    );
    // The key of the device and that of the backend still work.
    V2App::of(&other).log_in("alice", &mut device).ok();
    let body = json!({"grants": ["passkey:read"], "username": "bob"});
    let moved = V2App {
        control: other.control(),
        ..added
    };
    moved.backend("POST", "/mgmt/grant", body).ok();
    let again = moved.reg_init_with("eve", None);
    assert_eq!(refusal(&again), "401 unauthorized", "still protected");
    // Added keys have the scopes that they had.
    for (app, api_key) in [V2App::of(&other), moved].into_iter().zip(limited) {
        let app = V2App { api_key, ..app };
        let grant = |scope: &str| app.backend("POST", "/mgmt/grant", json!({"grants": [scope]}));
        grant("passkey:read").ok();
        assert_eq!(refusal(&grant("passkey:write")), "403 forbidden");
    }

    for wrong in [
        json!({"users": [{"username": "a"}, {"username": "a"}]}),
        json!({"users": [{"username": "a", "id": "x"}, {"username": "b", "id": "x"}]}),
        json!({"users": [{"username": "a", "application_id": "none"}]}),
        json!({"users": [{"username": "a", "passkeys": [{"credential_id": "="}]}]}),
        json!({"users": [{"username": "a", "passkeys": [{"id": "x"}, {"id": "x"}]}]}),
        json!({"applications": [{"application_id": "a.b"}]}),
        json!({"applications": [{"application_id": "a"}, {"application_id": "A"}]}),
        json!({"api_keys": [{"api_key": "k", "scopes": ["all"]}]}),
        json!({"api_keys": [{"api_key": "k:", "scopes": []}]}),
        json!({"api_keys": [{"api_key": other.v2().api_key(), "scopes": []}]}),
        json!({"applications": [{"application_id": "a", "api_key": "k", "api_keys": [{"api_key": "k", "scopes": []}]}]}),
        json!({"typo": []}),
    ] {
        let answer = control_api(&other, "PUT", "/state", json!({"v2": wrong}));
        assert_eq!(answer.refusal(), "400 invalid_seed", "{answer:?}");
    }
    assert_eq!(
        control_api(&other, "GET", "/state", Value::Null).ok()["v2"]["api_keys"],
        exported["v2"]["api_keys"],
        "nothing was replaced"
    );
    assert_eq!(other.v2().users(None).unwrap().len(), 1);
}

#[test]
fn what_is_added_is_removed_again() {
    let emulator = Emulator::start();
    let v2 = emulator.v2();
    let app = V2App::of(&emulator);

    // Users and passkeys.
    v2.add_user(None, "alice").unwrap();
    assert_eq!(v2.add_user(None, "alice").unwrap_err().code, "bad_request");
    v2.login("alice").unwrap();
    let passkey = v2.users(None).unwrap()[0]["passkeys"][0]["id"].clone();
    let passkey = passkey.as_str().unwrap();
    let user = v2.remove_passkey(None, "alice", passkey).unwrap();
    assert_eq!(user["passkeys"], json!([]));
    let again = v2.remove_passkey(None, "alice", passkey).unwrap_err();
    assert_eq!(again.code, "passkey_not_found");
    v2.remove_user(None, "alice").unwrap();
    let again = v2.remove_user(None, "alice").unwrap_err();
    assert_eq!(again.status, 404);

    // API keys.
    let key = v2.add_api_key(None, &["passkey:read"]).unwrap();
    let keys = v2.api_keys(None).unwrap();
    assert_eq!(keys[1]["api_key"], key.as_str());
    assert_eq!(
        (&keys[0]["is_first"], &keys[1]["is_first"]),
        (&json!(true), &json!(false))
    );
    let with_key = V2App {
        api_key: key.clone(),
        ..app.clone()
    };
    let body = json!({"grants": ["passkey:read"]});
    with_key.backend("POST", "/mgmt/grant", body.clone()).ok();
    v2.remove_api_key(None, &key).unwrap();
    assert_eq!(
        refusal(&with_key.backend("POST", "/mgmt/grant", body)),
        "401 unauthorized"
    );
    assert_eq!(
        v2.remove_api_key(None, &key).unwrap_err().code,
        "api_key_not_found"
    );
    assert_eq!(
        v2.remove_api_key(None, v2.api_key()).unwrap_err().code,
        "bad_request"
    );

    // Keys.
    let token = token(&v2.login("alice").unwrap());
    let kid = v2.keys()[0]["kid"].as_str().unwrap().to_owned();
    assert_eq!(v2.retire_key(&kid).unwrap_err().code, "bad_request");
    v2.rotate_keys();
    app.with_token(&token, "GET", "/passkeys", Value::Null).ok();
    v2.retire_key(&kid).unwrap();
    assert_eq!(v2.keys().len(), 1);
    let list = app.with_token(&token, "GET", "/passkeys", Value::Null);
    assert_eq!(refusal(&list), "401 unauthorized");
    assert_eq!(v2.retire_key(&kid).unwrap_err().code, "key_not_found");

    // Applications.
    let added = V2App::added(&emulator, json!({}));
    v2.login_to(Some(&added.id), "alice").unwrap();
    v2.remove_application(&added.id).unwrap();
    let version = added.call("GET", "/version", None, Value::Null);
    assert_eq!(refusal(&version), "404 not_found");
    assert_eq!(v2.users(None).unwrap().len(), 1, "the other alice stays");
    assert_eq!(
        v2.remove_application(&added.id).unwrap_err().code,
        "application_not_found"
    );
    assert_eq!(
        v2.remove_application(v2.application_id()).unwrap_err().code,
        "bad_request"
    );
}

#[test]
fn good_codes_are_listed_until_they_are_used() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    emulator.v2().add_user(None, "alice").unwrap();
    let user = json!({"user": {"username": "alice", "usernameType": "other"}});
    let codes = || emulator.v2().codes(None).unwrap();
    assert!(codes().is_empty());
    app.post("/auth/otp/sms", user.clone());
    let code = codes()[0].clone();
    assert_eq!(
        (&code["username"], &code["purpose"], &code["channel"]),
        (&json!("alice"), &json!("sign_in"), &json!("sms"))
    );
    let mut body = user;
    body["authCode"] = code["code"].clone();
    body["deviceInfo"] = json!({});
    app.post("/auth/otp/verify", body).ok();
    assert!(codes().is_empty(), "it was used");
}
