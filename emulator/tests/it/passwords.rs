//! Passwords.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{Answer, App};

const PASSWORD: &str = "correct horse battery";

fn register(app: &App, username: &str, password: &str, confirmation: &str) -> Answer {
    let body =
        json!({"username": username, "password": password, "password_confirmation": confirmation});
    app.post("/register/password", "auth.register", body)
}

fn login(app: &App, username: &str, password: &str) -> Answer {
    app.post(
        "/authenticate/password",
        "auth.login",
        json!({"username": username, "password": password}),
    )
}

#[test]
fn a_user_registers_and_logs_in_with_a_password() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let registered = register(&app, "alice", PASSWORD, PASSWORD).ok();
    assert_eq!(
        app.verified(registered["jwt"].as_str().unwrap())["action"],
        "register"
    );
    let response = login(&app, "alice", PASSWORD).ok();
    assert_eq!(response["credential"]["type"], "password");
    assert_eq!(
        response["credential"]["uuid"],
        registered["credential"]["uuid"]
    );
    assert_eq!(
        app.verified(response["jwt"].as_str().unwrap())["udata"],
        "alice"
    );
}

#[test]
fn a_wrong_password_is_refused() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    register(&app, "alice", PASSWORD, PASSWORD).ok();
    app.add_user("bob");
    for wrong in [
        "correct horse batterz",
        "Correct horse battery",
        "correct horse battery ",
        "x",
    ] {
        let answer = login(&app, "alice", wrong);
        assert_eq!(answer.refusal(), "401 failed_to_authenticate");
        assert!(wrong == "x" || !answer.body.contains(wrong), "{answer:?}");
    }
    assert_eq!(
        login(&app, "bob", PASSWORD).refusal(),
        "401 failed_to_authenticate",
        "a user without a password"
    );
    assert_eq!(
        login(&app, "nobody", PASSWORD).refusal(),
        "404 user_not_found"
    );
}

#[test]
fn a_registration_needs_a_free_name_and_a_confirmed_password() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    assert_eq!(
        register(&app, "alice", PASSWORD, "correct horse").refusal(),
        "400 password_mismatch"
    );
    assert_eq!(
        register(&app, "alice", "seven77", "seven77").refusal(),
        "400 weak_password"
    );
    app.add_user("bob");
    assert_eq!(
        register(&app, "bob", PASSWORD, PASSWORD).refusal(),
        "400 username_taken"
    );
    let body = json!({"username": "alice", "password": PASSWORD});
    assert_eq!(
        app.post("/register/password", "auth.register", body)
            .refusal(),
        "400 bad_request"
    );
    assert_eq!(
        login(&app, "alice", PASSWORD).refusal(),
        "404 user_not_found",
        "nothing came of these"
    );
}

#[test]
fn a_revoked_password_or_a_deactivated_user_is_refused() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let registered = register(&app, "alice", PASSWORD, PASSWORD).ok();
    let path = format!(
        "/manage/users/{}",
        registered["user"]["id"].as_str().unwrap()
    );
    app.call(
        "PUT",
        &format!("{path}/deactivate"),
        "users.deactivate",
        Value::Null,
    )
    .ok();
    assert_eq!(
        login(&app, "alice", PASSWORD).refusal(),
        "403 account_deactivated"
    );
    app.call(
        "PUT",
        &format!("{path}/activate"),
        "users.activate",
        Value::Null,
    )
    .ok();
    let body =
        json!({"username": "alice", "credential": {"uuid": registered["credential"]["uuid"]}});
    app.post("/credentials/revoke", "credentials.revoke", body)
        .ok();
    assert_eq!(
        login(&app, "alice", PASSWORD).refusal(),
        "401 failed_to_authenticate"
    );
}
