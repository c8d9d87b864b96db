//! The passkeys of a user: list, rename, delete, and what is known about authenticators.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use super::{V2App, refusal, text, token};

const ZEROS: &str = "00000000-0000-0000-0000-000000000000";

#[test]
fn a_user_lists_renames_and_deletes_passkeys() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let answer = emulator.v2().login("alice").unwrap();
    let login = token(&answer);
    let path = format!("/passkeys/{}", text(&answer, "passkeyId"));
    // Either a LoginID token or a grant.
    for (name, token) in [
        ("Phone", login.clone()),
        ("Key", app.grant("alice", &["passkey:write"])),
    ] {
        let renamed = app.with_token(&token, "PUT", &path, json!({"name": name}));
        assert_eq!((renamed.status, renamed.body.as_str()), (204, ""));
        let list = app.with_token(&login, "GET", "/passkeys", Value::Null).ok();
        assert_eq!(
            (&list[0]["name"], list.as_array().unwrap().len()),
            (&json!(name), 1)
        );
    }
    for body in [json!({}), json!({"name": ""}), json!({"name": 1})] {
        assert_eq!(
            refusal(&app.with_token(&login, "PUT", &path, body)),
            "400 bad_request"
        );
    }
    let deleted = app.with_token(&login, "DELETE", &path, Value::Null);
    assert_eq!((deleted.status, deleted.body.as_str()), (204, ""));
    let list = app.with_token(&login, "GET", "/passkeys", Value::Null);
    assert_eq!(list.ok(), json!([]));
}

#[test]
fn anothers_passkey_is_forbidden_and_an_unknown_one_not_found() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let alice = token(&emulator.v2().login("alice").unwrap());
    let bobs = emulator.v2().login("bob").unwrap();
    let other = V2App::added(&emulator, json!({}));
    let elsewhere = emulator.v2().login_to(Some(&other.id), "alice").unwrap();
    for (id, expected) in [
        (text(&bobs, "passkeyId"), "403 forbidden"),
        (text(&elsewhere, "passkeyId"), "404 not_found"),
        ("unknown", "404 not_found"),
        ("a%2Fb", "404 not_found"),
    ] {
        let path = format!("/passkeys/{id}");
        let renamed = app.with_token(&alice, "PUT", &path, json!({"name": "x"}));
        assert_eq!(refusal(&renamed), expected, "{id}");
        let deleted = app.with_token(&alice, "DELETE", &path, Value::Null);
        assert_eq!(refusal(&deleted), expected, "{id}");
    }
    let list = app
        .with_token(&token(&bobs), "GET", "/passkeys", Value::Null)
        .ok();
    assert_eq!(
        (list.as_array().unwrap().len(), &list[0]["name"]),
        (1, &json!("Passkey"))
    );
}

#[test]
fn authenticators_are_known_by_their_aaguid() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let token = token(&emulator.v2().login("alice").unwrap());
    let get = |aaguid: &str| {
        let path = format!("/passkeys/aaguid/{aaguid}");
        app.with_token(&token, "GET", &path, Value::Null)
    };
    let windows = get("08987058-cadc-4b81-b6e1-30de50dcbe96").ok();
    assert_eq!(windows["name"], "Windows Hello");
    // Every passkey that is listed has an authenticator with a description.
    let list = app.with_token(&token, "GET", "/passkeys", Value::Null).ok();
    assert_eq!(list[0]["aaguid"], ZEROS);
    get(ZEROS).ok();
    assert_eq!(
        refusal(&get("12345678-0000-0000-0000-000000000000")),
        "404 not_found"
    );
    assert_eq!(refusal(&get("x")), "400 bad_request");
}
