//! Document scans, whose results the control API sets.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{Answer, App, control_api};

fn add_init(app: &App) -> String {
    let body = json!({"username": "alice", "options": {"credential_name": "passport"}});
    let answer = app
        .post("/credentials/authid/init", "credentials.force_add", body)
        .ok();
    assert!(
        answer["iframe_url"]
            .as_str()
            .unwrap()
            .starts_with(app.control.base_url())
    );
    answer["credential_uuid"].as_str().unwrap().to_owned()
}

fn add_complete(app: &App, uuid: &str, activate: bool) -> Answer {
    let body =
        json!({"username": "alice", "credential_uuid": uuid, "activate_credential": activate});
    app.post(
        "/credentials/authid/complete",
        "credentials.force_add",
        body,
    )
}

fn login_init(app: &App, options: Value) -> Answer {
    app.post(
        "/authenticate/authid/init",
        "auth.login",
        json!({"username": "alice", "options": options}),
    )
}

fn login_complete(app: &App, uuid: &str) -> Answer {
    app.post(
        "/authenticate/authid/complete",
        "auth.login",
        json!({"username": "alice", "credential_uuid": uuid}),
    )
}

fn status(app: &App, uuid: &str) -> Value {
    let list = app
        .post(
            "/credentials/list",
            "credentials.list",
            json!({"username": "alice"}),
        )
        .ok();
    let credentials = list["credentials"].as_array().unwrap();
    credentials
        .iter()
        .find(|credential| credential["uuid"] == uuid)
        .unwrap()["status"]
        .clone()
}

/// Alice with a document that passed.
fn alice(emulator: &Emulator) -> (App, String) {
    let app = App::of(emulator);
    app.add_user("alice");
    let uuid = add_init(&app);
    emulator.decide_doc_scan(&uuid, true).unwrap();
    add_complete(&app, &uuid, true).ok();
    (app, uuid)
}

#[test]
fn a_document_that_passed_its_scan_becomes_a_credential() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    let uuid = add_init(&app);
    assert_eq!(status(&app, &uuid), "pending");
    assert_eq!(
        add_complete(&app, &uuid, true).refusal(),
        "400 scan_not_completed"
    );
    let path = format!("/doc-scans/{uuid}");
    let decided = control_api(&emulator, "POST", &path, json!({"passed": true})).ok();
    assert_eq!(decided, json!({"credential_uuid": uuid, "passed": true}));
    assert_eq!(
        control_api(&emulator, "POST", &path, json!({"passed": false})).refusal(),
        "400 scan_already_completed"
    );
    let added = add_complete(&app, &uuid, true).ok();
    assert_eq!(
        added["credential"],
        json!({"id": uuid, "uuid": uuid, "type": "authid", "name": "passport"})
    );
    assert_eq!(
        app.verified(added["jwt"].as_str().unwrap())["action"],
        "add_credential"
    );
    assert_eq!(status(&app, &uuid), "active");
    assert_eq!(
        add_complete(&app, &uuid, true).refusal(),
        "400 credential_already_completed"
    );
}

#[test]
fn a_failed_or_discarded_document_does_not_become_a_credential() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    let uuid = add_init(&app);
    emulator.decide_doc_scan(&uuid, false).unwrap();
    assert_eq!(add_complete(&app, &uuid, true).refusal(), "400 scan_failed");
    let discarded = add_complete(&app, &uuid, false).ok();
    assert_eq!(
        (discarded.get("jwt"), &discarded["is_authenticated"]),
        (None, &json!(false))
    );
    assert_eq!(status(&app, &uuid), "revoked");
    assert_eq!(
        login_init(&app, Value::Null).refusal(),
        "404 credential_not_found"
    );
}

#[test]
fn the_results_of_a_completed_scan_can_be_fetched() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    let uuid = add_init(&app);
    let evaluate = || {
        app.post(
            "/credentials/authid/evaluate",
            "credentials.retrieve_sensitive",
            json!({"username": "alice", "credential_uuid": uuid}),
        )
    };
    assert_eq!(evaluate().refusal(), "400 scan_not_completed");
    emulator.decide_doc_scan(&uuid, true).unwrap();
    let answer = evaluate().ok();
    assert_eq!(
        (&answer["token_type"], &answer["request_url"]),
        (&json!("Bearer"), &answer["result_url"])
    );
    assert_eq!(
        app.verified(answer["auth_token"].as_str().unwrap())["credential_uuid"],
        uuid.as_str()
    );
    let url = answer["request_url"].as_str().unwrap();
    assert!(url.starts_with(emulator.base_url()), "{url}");
    let scan = control_api(&emulator, "GET", &format!("/doc-scans/{uuid}"), Value::Null);
    assert_eq!(
        scan.ok(),
        json!({"credential_uuid": uuid, "status": "pending", "passed": true})
    );
}

#[test]
fn each_login_needs_a_new_scan() {
    let emulator = Emulator::start();
    let (app, uuid) = alice(&emulator);
    assert_eq!(
        login_init(&app, Value::Null).ok()["credential_uuid"],
        uuid.as_str()
    );
    assert_eq!(
        login_complete(&app, &uuid).refusal(),
        "400 scan_not_completed",
        "the one before does not count"
    );
    emulator.decide_doc_scan(&uuid, true).unwrap();
    let response = login_complete(&app, &uuid).ok();
    assert_eq!(response["credential"]["type"], "authid");
    assert_eq!(
        app.verified(response["jwt"].as_str().unwrap())["action"],
        "login"
    );
    assert_eq!(
        login_complete(&app, &uuid).refusal(),
        "400 scan_not_completed",
        "used before"
    );

    login_init(&app, json!({"credential_uuid": uuid})).ok();
    emulator.decide_doc_scan(&uuid, false).unwrap();
    assert_eq!(
        login_complete(&app, &uuid).refusal(),
        "401 failed_to_authenticate"
    );
}

#[test]
fn a_scan_is_valid_only_for_a_started_log_in() {
    let emulator = Emulator::start();
    let (app, uuid) = alice(&emulator);
    assert_eq!(
        login_complete(&app, &uuid).status,
        400,
        "the scan of the registration does not log in"
    );
}

#[test]
fn only_the_users_own_active_document_counts() {
    let emulator = Emulator::start();
    let (app, uuid) = alice(&emulator);
    app.add_user("bob");
    let body = json!({"username": "bob", "options": {"credential_uuid": uuid}});
    assert_eq!(
        app.post("/authenticate/authid/init", "auth.login", body)
            .refusal(),
        "404 credential_not_found"
    );
    assert_eq!(
        login_init(&app, json!({"credential_uuid": "other"})).refusal(),
        "404 credential_not_found"
    );
    login_init(&app, Value::Null).ok();
    emulator.decide_doc_scan(&uuid, true).unwrap();
    let body = json!({"username": "alice", "credential": {"uuid": uuid}});
    app.post("/credentials/revoke", "credentials.revoke", body)
        .ok();
    assert_eq!(
        login_complete(&app, &uuid).refusal(),
        "404 credential_not_found"
    );
    assert_eq!(
        emulator.decide_doc_scan("other", true).unwrap_err().code,
        "credential_not_found"
    );
}
