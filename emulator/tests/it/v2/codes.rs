//! One-time codes.

use std::time::Duration;

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use super::tokens::verified;
use super::{V2App, control_v2, refusal, text, token};
use crate::support::Answer;

fn verify(app: &V2App, username: &str, code: &Value) -> Answer {
    app.post(
        "/auth/otp/verify",
        json!({"authCode": code, "user": {"username": username}}),
    )
}

#[test]
fn a_code_logs_its_user_in_once() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let login = token(&emulator.v2().login("alice").unwrap());
    emulator.v2().login("bob").unwrap();
    let make = || {
        app.with_token(&login, "POST", "/auth/otp", Value::Null)
            .ok()
    };
    let first = make();
    let code = make()["code"].clone();
    assert!(
        code.as_str().unwrap().len() == 6
            && code.as_str().unwrap().bytes().all(|b| b.is_ascii_digit())
    );
    if first["code"] != code {
        assert_eq!(
            refusal(&verify(&app, "alice", &first["code"])),
            "401 unauthorized",
            "replaced"
        );
    }
    assert_eq!(refusal(&verify(&app, "bob", &code)), "401 unauthorized");
    assert_eq!(refusal(&verify(&app, "nobody", &code)), "401 unauthorized");
    let answer = verify(&app, "alice", &code).ok();
    let claims = verified(&app, &token(&answer));
    assert_eq!(
        (
            &claims["username"],
            claims.get("credID"),
            answer.get("passkeyId")
        ),
        (&json!("alice"), None, None)
    );
    assert_eq!(
        refusal(&verify(&app, "alice", &code)),
        "401 unauthorized",
        "used"
    );
    let late = make()["code"].clone();
    emulator.advance_clock(Duration::from_secs(300));
    assert_eq!(
        refusal(&verify(&app, "alice", &late)),
        "401 unauthorized",
        "too late"
    );
}

#[test]
fn a_sent_code_is_shown_by_the_control_api() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    emulator.v2().login("alice").unwrap();
    for channel in ["email", "sms"] {
        let send = |username: &str| {
            let user = json!({"username": username, "usernameType": "email"});
            app.post(&format!("/auth/otp/{channel}"), json!({"user": user}))
        };
        // Nobody learns who is known.
        let (known, unknown) = (send("alice"), send("nobody"));
        assert_eq!((known.status, unknown.status), (204, 204));
        assert_eq!((known.body, unknown.body), (String::new(), String::new()));
        let sent = control_v2(&emulator, "GET", "/otp?username=alice", Value::Null).ok();
        assert_eq!(sent["channel"], channel);
        verify(&app, "alice", &sent["code"]).ok();
    }
    let path = "/otp?username=nobody";
    assert_eq!(control_v2(&emulator, "GET", path, Value::Null).status, 404);
    let wrong = json!({"user": {"username": "alice", "usernameType": "x"}});
    assert_eq!(
        refusal(&app.post("/auth/otp/email", wrong)),
        "400 bad_request"
    );
}

#[test]
fn an_external_authentication_is_authorized_by_the_backend() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let answer = app
        .backend(
            "POST",
            "/mgmt/grant/external-auth",
            json!({"username": "alice"}),
        )
        .ok();
    assert!(!text(&answer, "token").is_empty());
    let nobody = app.backend("POST", "/mgmt/grant/external-auth", json!({}));
    assert_eq!(refusal(&nobody), "400 bad_request");
}
