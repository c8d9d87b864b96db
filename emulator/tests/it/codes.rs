//! One-time codes and the wait for them.

use std::io::Write;
use std::thread;
use std::time::{Duration, Instant};

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{Answer, App, connect, eventually, request};

const LOGIN: &str = "temporary_authentication";

fn generate(app: &App, kind: &str, purpose: &str, authorize: bool) -> Value {
    let body = json!({"username": "alice", "purpose": purpose, "authorize": authorize});
    app.post(&format!("/codes/{kind}/generate"), "codes.generate", body)
        .ok()
}

fn authorize(app: &App, kind: &str, purpose: &str, code: &Value) -> Answer {
    let body = json!({"username": "alice", "purpose": purpose, "code": code});
    app.post(&format!("/codes/{kind}/authorize"), "codes.authorize", body)
}

fn invalidate(app: &App, kind: &str, purpose: &str) -> Value {
    let body = json!({"username": "alice", "purpose": purpose});
    app.post(
        &format!("/codes/{kind}/invalidate-all"),
        "codes.invalidate",
        body,
    )
    .ok()
}

fn wait_body(username: &str, kind: &str, code: &Value) -> Value {
    json!({"username": username, "authentication_code": {"code": code, "type": kind}})
}

fn wait(app: &App, kind: &str, code: &Value) -> Answer {
    app.post(
        "/authenticate/code/wait",
        "auth.temporary",
        wait_body("alice", kind, code),
    )
}

fn alice(emulator: &Emulator) -> App {
    let app = App::of(emulator);
    app.add_user("alice");
    app
}

/// Starts a wait on a thread and returns when the service has received it.
fn waiting(app: &App, kind: &'static str, code: &Value) -> thread::JoinHandle<Answer> {
    let (waiter, code) = (app.clone(), code.clone());
    let before = app.control.request_count();
    let thread = thread::spawn(move || wait(&waiter, kind, &code));
    eventually("the wait arrives", || app.control.request_count() > before);
    thread::sleep(Duration::from_millis(50));
    assert!(!thread.is_finished());
    thread
}

#[test]
fn codes_have_the_documented_form_and_lifetime() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let short = generate(&app, "short", LOGIN, false);
    let digits = short["code"].as_str().unwrap();
    assert!(
        digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit()),
        "{short}"
    );
    assert_eq!(short["is_authorized"], false);
    assert!(short["expires_at"].as_str().unwrap().ends_with('Z'));
    let long = generate(&app, "long", LOGIN, true);
    assert_eq!(
        (long["code"].as_str().unwrap().len(), &long["is_authorized"]),
        (32, &json!(true))
    );
    let phrase = generate(&app, "phrase", "add_credential", false);
    assert_eq!(phrase["code"].as_str().unwrap().split(' ').count(), 5);
    for (kind, purpose) in [("tiny", LOGIN), ("short", "anything")] {
        let body = json!({"username": "alice", "purpose": purpose, "authorize": true});
        let answer = app.post(&format!("/codes/{kind}/generate"), "codes.generate", body);
        assert_eq!(answer.refusal(), "400 bad_request");
    }
}

#[test]
fn an_authorized_code_logs_in_once() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let code = &generate(&app, "short", LOGIN, true)["code"];
    let response = wait(&app, "short", code).ok();
    assert_eq!(
        app.verified(response["jwt"].as_str().unwrap())["udata"],
        "alice"
    );
    assert_eq!(
        wait(&app, "short", code).refusal(),
        "400 invalid_verification_code"
    );
    assert_eq!(
        authorize(&app, "short", LOGIN, code).refusal(),
        "400 invalid_verification_code"
    );
}

#[test]
fn authorizing_again_changes_nothing() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let code = &generate(&app, "short", LOGIN, false)["code"];
    let first = authorize(&app, "short", LOGIN, code).ok();
    assert_eq!(first["is_authorized"], true);
    assert_eq!(authorize(&app, "short", LOGIN, code).ok(), first);
}

#[test]
fn a_code_belongs_to_its_user_type_and_purpose() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    app.add_user("bob");
    let code = &generate(&app, "long", LOGIN, true)["code"];
    let adding = &generate(&app, "long", "add_credential", true)["code"];
    let as_bob = app.post(
        "/authenticate/code/wait",
        "auth.temporary",
        wait_body("bob", "long", code),
    );
    assert_eq!(as_bob.refusal(), "400 invalid_verification_code");
    assert_eq!(
        wait(&app, "phrase", code).refusal(),
        "400 invalid_verification_code"
    );
    assert_eq!(
        wait(&app, "long", adding).refusal(),
        "400 invalid_verification_code"
    );
    assert_eq!(
        authorize(&app, "long", "add_credential", code).refusal(),
        "400 invalid_verification_code"
    );
    assert_eq!(wait(&app, "long", code).status, 200);
}

#[test]
fn a_short_code_expires_after_three_minutes() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let code = &generate(&app, "short", LOGIN, true)["code"];
    emulator.advance_clock(Duration::from_secs(181));
    assert_eq!(
        wait(&app, "short", code).refusal(),
        "400 verification_code_expired"
    );
    assert_eq!(
        authorize(&app, "short", LOGIN, code).refusal(),
        "400 verification_code_expired"
    );
}

#[test]
fn a_wait_ends_when_the_code_is_authorized() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let code = &generate(&app, "short", LOGIN, false)["code"];
    let wait = waiting(&app, "short", code);
    let authorized = Instant::now();
    authorize(&app, "short", LOGIN, code).ok();
    let response = wait.join().unwrap().ok();
    assert!(
        authorized.elapsed() < Duration::from_secs(2),
        "{:?}",
        authorized.elapsed()
    );
    assert_eq!(
        app.verified(response["jwt"].as_str().unwrap())["udata"],
        "alice"
    );
}

#[test]
fn of_two_waits_for_one_code_only_one_logs_in() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let code = &generate(&app, "short", LOGIN, false)["code"];
    let waits = [waiting(&app, "short", code), waiting(&app, "short", code)];
    authorize(&app, "short", LOGIN, code).ok();
    let mut statuses = waits.map(|wait| wait.join().unwrap().status);
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 400]);
}

#[test]
fn a_wait_ends_when_its_code_is_invalidated_or_its_user_removed() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let code = generate(&app, "short", LOGIN, false)["code"].clone();
    let wait = waiting(&app, "short", &code);
    invalidate(&app, "long", LOGIN);
    invalidate(&app, "short", "add_credential");
    thread::sleep(Duration::from_millis(100));
    assert!(!wait.is_finished(), "other codes were invalidated");
    assert!(invalidate(&app, "short", LOGIN)["deleted_at"].is_string());
    assert_eq!(
        wait.join().unwrap().refusal(),
        "400 invalid_verification_code"
    );

    let code = generate(&app, "short", LOGIN, false)["code"].clone();
    let id = app
        .post(
            "/manage/users/retrieve",
            "users.retrieve",
            json!({"username": "alice"}),
        )
        .ok()["id"]
        .clone();
    let path = format!("/manage/users/{}", id.as_str().unwrap());
    let wait = waiting(&app, "short", &code);
    app.call(
        "PUT",
        &format!("{path}/deactivate"),
        "users.deactivate",
        Value::Null,
    )
    .ok();
    assert_eq!(wait.join().unwrap().refusal(), "403 account_deactivated");

    app.call(
        "PUT",
        &format!("{path}/activate"),
        "users.activate",
        Value::Null,
    )
    .ok();
    let wait = waiting(&app, "short", &code);
    app.call("DELETE", &path, "users.delete", Value::Null);
    assert_eq!(wait.join().unwrap().refusal(), "404 user_not_found");
}

#[test]
fn a_wait_times_out_on_the_emulators_clock() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    for (kind, refusal) in [
        ("short", "400 verification_code_expired"),
        ("long", "400 code_not_authorized"),
    ] {
        let code = &generate(&app, kind, LOGIN, false)["code"];
        let wait = waiting(&app, kind, code);
        emulator.advance_clock(Duration::from_secs(100));
        thread::sleep(Duration::from_millis(50));
        assert!(!wait.is_finished());
        emulator.advance_clock(Duration::from_secs(81));
        assert_eq!(wait.join().unwrap().refusal(), refusal);
    }
}

#[test]
fn a_client_that_disconnects_does_not_consume_the_code() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let code = &generate(&app, "short", LOGIN, false)["code"];
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("X-Client-ID", app.client_id.clone()),
        (
            "Authorization",
            format!("Bearer {}", app.token("auth.temporary")),
        ),
    ];
    let body = wait_body("alice", "short", code).to_string();
    let mut stream = connect(emulator.base_url());
    stream
        .write_all(request("POST", "/authenticate/code/wait", &headers, &body).as_bytes())
        .unwrap();
    let wait_arrived = || {
        emulator
            .requests()
            .iter()
            .any(|request| request.path == "/authenticate/code/wait")
    };
    eventually("the wait arrives", wait_arrived);
    thread::sleep(Duration::from_millis(50));
    drop(stream);
    thread::sleep(Duration::from_millis(50));
    authorize(&app, "short", LOGIN, code).ok();
    assert_eq!(wait(&app, "short", code).status, 200);
}

#[test]
fn a_deactivated_user_gets_no_codes_and_no_login() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let code = &generate(&app, "short", LOGIN, true)["code"];
    let id = app
        .post(
            "/manage/users/retrieve",
            "users.retrieve",
            json!({"username": "alice"}),
        )
        .ok()["id"]
        .clone();
    let path = format!("/manage/users/{}/deactivate", id.as_str().unwrap());
    app.call("PUT", &path, "users.deactivate", Value::Null).ok();
    assert_eq!(
        wait(&app, "short", code).refusal(),
        "403 account_deactivated"
    );
    let body = json!({"username": "alice", "purpose": LOGIN, "authorize": true});
    assert_eq!(
        app.post("/codes/short/generate", "codes.generate", body)
            .refusal(),
        "403 account_deactivated"
    );
    assert_eq!(
        emulator.login("alice").unwrap_err().code,
        "account_deactivated"
    );
}
