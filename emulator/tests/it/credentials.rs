//! Credential management.

use loginid_emulator::{CredentialType, Emulator};
use serde_json::{Value, json};

use crate::support::App;

#[test]
fn both_forms_of_the_list_return_the_same() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let id = app.add_user("alice")["id"].clone();
    let added = emulator
        .add_credential("alice", CredentialType::Fido2, "my key")
        .unwrap();
    for field in ["uuid", "created_at", "updated_at"] {
        assert!(added[field].is_string(), "{added}");
    }
    assert_eq!(
        (&added["type"], &added["status"], &added["name"]),
        (&json!("fido2"), &json!("active"), &json!("my key"))
    );
    let expected = json!({"user_id": id, "credentials": [added]});

    for user in [
        json!({"username": "alice"}),
        json!({"user_id": id}),
        json!({"username": "alice", "user_id": id}),
        json!({"user_id": id, "username": null}),
    ] {
        assert_eq!(
            app.post("/credentials/list", "credentials.list", user).ok(),
            expected
        );
    }
    let path = format!("/credentials?user_id={}", id.as_str().unwrap());
    assert_eq!(
        app.call("GET", &path, "credentials.list", Value::Null).ok(),
        expected
    );
    assert_eq!(
        app.call("GET", "/credentials", "credentials.list", Value::Null)
            .refusal(),
        "400 bad_request"
    );
    // Only a GET has its fields in the query.
    let answer = app.post(
        &format!("/credentials/list?user_id={}", id.as_str().unwrap()),
        "credentials.list",
        json!({}),
    );
    assert_eq!(answer.refusal(), "400 bad_request");
}

#[test]
fn a_name_and_an_id_must_belong_to_the_same_user() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let id = app.add_user("alice")["id"].clone();
    app.add_user("bob");
    let list = |user: Value| {
        app.post("/credentials/list", "credentials.list", user)
            .refusal()
    };
    assert_eq!(
        list(json!({"username": "bob", "user_id": id})),
        "400 bad_request"
    );
    assert_eq!(list(json!({"username": "nobody"})), "404 user_not_found");
    assert_eq!(list(json!({"user_id": "nobody"})), "404 user_not_found");
    assert_eq!(list(json!({})), "400 bad_request");
}

#[test]
fn the_list_can_be_filtered_by_status() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    let kept = emulator
        .add_credential("alice", CredentialType::Password, "")
        .unwrap()["uuid"]
        .clone();
    let gone = emulator
        .add_credential("alice", CredentialType::PublicKey, "")
        .unwrap()["uuid"]
        .clone();
    let revoke = || {
        app.post(
            "/credentials/revoke",
            "credentials.revoke",
            json!({"username": "alice", "credential": {"uuid": gone}}),
        )
    };
    assert_eq!(revoke().ok()["credential"]["status"], "revoked");
    assert_eq!(revoke().refusal(), "400 credential_already_revoked");
    let uuids = |status: &str| {
        let body = json!({"username": "alice", "status": status});
        let answer = app.post("/credentials/list", "credentials.list", body).ok();
        answer["credentials"]
            .as_array()
            .unwrap()
            .iter()
            .map(|c| c["uuid"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(uuids("active"), [kept]);
    assert_eq!(uuids("revoked"), std::slice::from_ref(&gone));
    assert!(uuids("inactive").is_empty() && uuids("deleted").is_empty());
    let body = json!({"username": "alice", "status": "other"});
    assert_eq!(
        app.post("/credentials/list", "credentials.list", body)
            .refusal(),
        "400 bad_request"
    );
}

#[test]
fn a_user_renames_only_their_own_credentials() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let id = app.add_user("alice")["id"].clone();
    app.add_user("bob");
    let uuid = emulator
        .add_credential("alice", CredentialType::Fido2, "old")
        .unwrap()["uuid"]
        .clone();
    let rename = |username: &str, name: &str| {
        let body = json!({"username": username, "credential": {"uuid": uuid, "name": name}});
        app.post("/credentials/rename", "credentials.rename", body)
    };
    assert_eq!(rename("bob", "mine").refusal(), "404 credential_not_found");
    assert_eq!(rename("alice", "").refusal(), "400 bad_request");
    let renamed = rename("alice", "new").ok();
    assert_eq!(
        (&renamed["user_id"], &renamed["credential"]["name"]),
        (&id, &json!("new"))
    );
}
