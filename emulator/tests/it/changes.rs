//! What the control API changes, as the service sees it.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{App, control_api, get};

#[test]
fn a_denied_transaction_cannot_be_confirmed() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("ada");
    let id = app.create_tx("pay 5", Some("ada"));
    let denied = control_api(&emulator, "POST", &format!("/tx/{id}/deny"), Value::Null).ok();
    assert_eq!(
        (&denied["denied"], &denied["confirmed"]),
        (&json!(true), &json!(false))
    );
    for path in ["deny", "confirm"] {
        let answer = control_api(&emulator, "POST", &format!("/tx/{id}/{path}"), Value::Null);
        assert_eq!(answer.refusal(), "400 transaction_denied");
    }
    let confirmed = app.create_tx("pay 6", Some("ada"));
    emulator.confirm_transaction(&confirmed).unwrap();
    let answer = control_api(
        &emulator,
        "POST",
        &format!("/tx/{confirmed}/deny"),
        Value::Null,
    );
    assert_eq!(answer.refusal(), "400 transaction_already_confirmed");
    let listed = control_api(&emulator, "GET", "/tx", Value::Null).ok();
    let ids: Vec<_> = listed["transactions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|tx| &tx["id"])
        .collect();
    assert_eq!(ids, [&json!(id), &json!(confirmed)]);
}

#[test]
fn users_of_the_control_api_are_users_of_the_service() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let retrieve = |name: &str| {
        app.post(
            "/manage/users/retrieve",
            "users.retrieve",
            json!({"username": name}),
        )
    };
    control_api(&emulator, "POST", "/users", json!({"username": "ada"})).ok();
    assert_eq!(retrieve("ada").ok()["client_id"], app.client_id);
    let again = control_api(&emulator, "POST", "/users", json!({"username": "ada"}));
    assert_eq!(again.status, 400);
    let foreign = json!({"username": "eve", "client_id": "none"});
    let answer = control_api(&emulator, "POST", "/users", foreign);
    assert_eq!(answer.refusal(), "404 application_not_found");

    control_api(&emulator, "POST", "/users/ada/deactivate", Value::Null).ok();
    assert_eq!(retrieve("ada").ok()["status"], "inactive");
    let login = control_api(&emulator, "POST", "/users/ada/login", Value::Null);
    assert_eq!(login.status, 403);

    control_api(&emulator, "POST", "/users", json!({"username": "adam"})).ok();
    control_api(&emulator, "POST", "/users", json!({"username": "eve"})).ok();
    let found = control_api(&emulator, "GET", "/users?q=ada", Value::Null).ok();
    assert_eq!(found["users"].as_array().unwrap().len(), 2);
    control_api(&emulator, "DELETE", "/users/ada", Value::Null).ok();
    assert_eq!(retrieve("ada").refusal(), "404 user_not_found");
}

#[test]
fn a_removed_application_and_a_retired_key_are_gone() {
    let emulator = Emulator::start();
    let answer = control_api(
        &emulator,
        "POST",
        "/applications",
        json!({"client_id": "other"}),
    );
    let other = App {
        client_id: "other".to_owned(),
        private_key: answer.ok()["private_key"].as_str().map(str::to_owned),
        ..App::of(&emulator)
    };
    other.add_user("ada");
    control_api(&emulator, "DELETE", "/applications/other", Value::Null).ok();
    let refused = other.post("/manage/users", "users.create", json!({"username": "eve"}));
    assert_eq!(refused.status, 401);
    let default = format!("/applications/{}", emulator.client_id());
    let answer = control_api(&emulator, "DELETE", &default, Value::Null);
    assert_eq!(answer.refusal(), "400 bad_request");

    let old = emulator.info().kid;
    let answer = control_api(&emulator, "DELETE", &format!("/keys/{old}"), Value::Null);
    assert_eq!(answer.refusal(), "400 bad_request");
    emulator.rotate_keys();
    assert_eq!(
        get(emulator.base_url(), &format!("/certs?kid={old}")).status,
        200
    );
    control_api(&emulator, "DELETE", &format!("/keys/{old}"), Value::Null).ok();
    assert_eq!(
        get(emulator.base_url(), &format!("/certs?kid={old}")).status,
        404
    );
    let answer = control_api(&emulator, "DELETE", &format!("/keys/{old}"), Value::Null);
    assert_eq!(answer.refusal(), "404 key_not_found");
}

#[test]
fn an_expired_code_is_refused() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("ada");
    let new = json!({"type": "phrase", "purpose": "temporary_authentication", "authorize": true});
    let code = control_api(&emulator, "POST", "/users/ada/codes", new).ok();
    let name =
        json!({"type": "phrase", "purpose": "temporary_authentication", "code": code["code"]});
    control_api(&emulator, "POST", "/users/ada/codes/expire", name.clone()).ok();
    let again = control_api(&emulator, "POST", "/users/ada/codes/expire", name);
    assert_eq!(again.refusal(), "400 verification_code_expired");
    let body =
        json!({"username": "ada", "authentication_code": {"type": "phrase", "code": code["code"]}});
    let answer = app.post("/authenticate/code/wait", "auth.temporary", body);
    assert_eq!(answer.refusal(), "400 verification_code_expired");
}
