//! User management.

use loginid_emulator::{Contact, ContactType, Emulator};
use serde_json::{Value, json};

use crate::support::App;

#[test]
fn a_profile_has_the_documented_fields() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let added = app.add_user("alice");
    assert_eq!(added["username"], "alice");
    assert_eq!(added["status"], "active");
    assert_eq!(added["client_id"], app.client_id.as_str());
    assert_eq!(added["contacts"], json!([]));
    for field in ["id", "namespace_id", "created_at", "updated_at", "type"] {
        assert!(added[field].is_string(), "{field}: {added}");
    }
    let created = added["created_at"].as_str().unwrap();
    assert!(
        created.len() == 24 && created.ends_with('Z') && created.as_bytes()[19] == b'.',
        "{created}"
    );
    assert_eq!(
        app.post(
            "/manage/users/retrieve",
            "users.retrieve",
            json!({"username": "alice"})
        )
        .ok(),
        added
    );
}

#[test]
fn a_name_belongs_to_one_user() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    let create = |name: &str| app.post("/manage/users", "users.create", json!({"username": name}));
    assert_eq!(create("alice").refusal(), "400 username_taken");
    assert_eq!(create("Alice").status, 200, "names are compared exactly");
    assert_eq!(create("").refusal(), "400 username_empty");
    for bad in ["a\nb", &"x".repeat(256)] {
        assert_eq!(create(bad).refusal(), "400 username_invalid", "{bad:?}");
    }
}

#[test]
fn users_are_deleted_by_id_and_by_name() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let retrieve = || {
        app.post(
            "/manage/users/retrieve",
            "users.retrieve",
            json!({"username": "alice"}),
        )
    };
    assert_eq!(retrieve().refusal(), "404 user_not_found");

    let id = app.add_user("alice")["id"].as_str().unwrap().to_owned();
    let by_id = || {
        app.call(
            "DELETE",
            &format!("/manage/users/{id}"),
            "users.delete",
            Value::Null,
        )
    };
    let gone = by_id();
    assert_eq!((gone.status, gone.body.as_str()), (204, ""));
    assert!(
        !gone.headers.contains("content-length: 1"),
        "a 204 has no body: {gone:?}"
    );
    assert_eq!(retrieve().refusal(), "404 user_not_found");
    assert_eq!(by_id().refusal(), "404 user_not_found");

    app.add_user("alice");
    let by_name = || {
        app.post(
            "/manage/users/delete",
            "users.delete",
            json!({"username": "alice"}),
        )
    };
    assert_eq!(by_name().status, 204);
    assert_eq!(retrieve().refusal(), "404 user_not_found");
    assert_eq!(by_name().refusal(), "404 user_not_found");
}

#[test]
fn users_are_activated_and_deactivated() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let id = app.add_user("alice")["id"].as_str().unwrap().to_owned();
    let put = |what: &str| {
        app.call(
            "PUT",
            &format!("/manage/users/{id}/{what}"),
            &format!("users.{what}"),
            Value::Null,
        )
    };
    assert_eq!(put("activate").refusal(), "400 user_not_activated");
    assert_eq!(put("deactivate").ok()["status"], "inactive");
    assert_eq!(put("deactivate").refusal(), "400 user_not_deactivated");
    assert_eq!(put("activate").ok()["status"], "active");
}

#[test]
fn a_user_id_is_one_segment_of_the_path() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    for id in ["nobody", "..%2Fx", "%2e%2e%2f..%2factivate", "a%20b"] {
        let answer = app.call(
            "PUT",
            &format!("/manage/users/{id}/activate"),
            "users.activate",
            Value::Null,
        );
        assert_eq!(answer.refusal(), "404 user_not_found", "{id}");
    }
    let not_text = app.call(
        "PUT",
        "/manage/users/%ff/activate",
        "users.activate",
        Value::Null,
    );
    assert_eq!(not_text.refusal(), "400 bad_request");
}

#[test]
fn an_email_verification_needs_an_address() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let id = app.add_user("alice")["id"].as_str().unwrap().to_owned();
    let path = format!("/manage/users/{id}/email-verification/dispatch");
    let dispatch = |body| {
        app.post(&path, "users.email_verification_dispatch", body)
            .status
    };
    let phone = Contact {
        kind: ContactType::PhoneNumber,
        contact: "+1".to_owned(),
        is_verified: false,
    };
    emulator.add_contact("alice", phone).unwrap();
    let refused = app.post(&path, "users.email_verification_dispatch", Value::Null);
    assert_eq!(refused.refusal(), "400 email_verification_not_sent");
    let mail = Contact {
        kind: ContactType::Email,
        contact: "a@example.com".to_owned(),
        is_verified: false,
    };
    let profile = emulator.add_contact("alice", mail).unwrap();
    assert_eq!(
        profile["contacts"][1],
        json!({"type": "email", "contact": "a@example.com", "is_verified": false})
    );
    assert_eq!(dispatch(Value::Null), 204);
    assert_eq!(dispatch(json!({})), 204);
}

#[test]
fn invalid_bodies_and_routes_are_refused_in_json() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    for body in [json!([]), json!("x"), json!({"username": 5}), Value::Null] {
        let answer = app.post("/manage/users", "users.create", body.clone());
        assert_eq!(answer.refusal(), "400 bad_request", "{body}");
    }
    let headers = [
        ("X-Client-ID", app.client_id.clone()),
        ("Content-Type", "text/plain".to_owned()),
    ];
    let plain =
        crate::support::send(emulator.base_url(), "POST", "/manage/users", &headers, "{}").unwrap();
    assert_eq!(plain.refusal(), "400 bad_request");
    assert_eq!(
        app.post("/nowhere", "x", json!({})).refusal(),
        "404 not_found"
    );
    assert_eq!(
        app.post("/api/native/nowhere", "x", json!({})).refusal(),
        "404 not_found"
    );
    assert_eq!(
        app.call("GET", "/manage/users", "users.create", Value::Null)
            .refusal(),
        "405 method_not_allowed"
    );
}

#[test]
fn native_applications_find_everything_under_their_prefix() {
    let emulator = Emulator::start();
    let app = App {
        prefix: "/api/native",
        ..App::of(&emulator)
    };
    let id = app.add_user("alice")["id"].as_str().unwrap().to_owned();
    let answer = app.call(
        "PUT",
        &format!("/manage/users/{id}/deactivate"),
        "users.deactivate",
        Value::Null,
    );
    assert_eq!(answer.ok()["status"], "inactive");
}
