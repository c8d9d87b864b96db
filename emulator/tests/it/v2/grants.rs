//! Grants: short-lived tokens of a backend.

use std::time::{Duration, Instant};

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use super::{V2App, refusal, token};

fn list(app: &V2App, token: &str) -> crate::support::Answer {
    app.with_token(token, "GET", "/passkeys", Value::Null)
}

#[test]
fn a_grant_lives_exactly_five_seconds() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    emulator.v2().login("alice").unwrap();
    let milliseconds = Duration::from_millis;
    let in_time = (0..100).any(|_| {
        // Late in a second: `exp` is in whole ones.
        emulator.set_clock(2_000_000_000).unwrap();
        emulator.advance_clock(milliseconds(900));
        let begun = Instant::now();
        let grant = app.grant("alice", &["passkey:read"]);
        let first = list(&app, &grant);
        emulator.advance_clock(milliseconds(4200));
        // It is not used up by the first call.
        let second = list(&app, &grant);
        // On a busy machine, the clock has moved on meanwhile.
        let is_sure = begun.elapsed() < milliseconds(800);
        emulator.advance_clock(milliseconds(800));
        assert_eq!(refusal(&list(&app, &grant)), "401 unauthorized");
        if is_sure {
            first.ok();
            second.ok();
        }
        is_sure
    });
    assert!(in_time, "the machine is too slow for this test");
}

#[test]
fn a_grant_allows_its_scopes_for_its_user() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    emulator.v2().login("alice").unwrap();
    let grant = app.grant("alice", &["passkey:read"]);
    let otp = app.with_token(&grant, "POST", "/auth/otp", Value::Null);
    assert_eq!(refusal(&otp), "403 forbidden");
    let unknown = app.grant("nobody", &["passkey:read"]);
    assert_eq!(refusal(&list(&app, &unknown)), "404 not_found");
    let body = json!({"grants": ["passkey:read"]});
    let answer = app.backend("POST", "/mgmt/grant", body).ok();
    let nameless = super::text(&answer, "token");
    assert_eq!(refusal(&list(&app, nameless)), "403 forbidden");
}

#[test]
fn a_grant_is_no_login() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let login = token(&emulator.v2().login("alice").unwrap());
    let verify =
        |token: &str| app.backend("POST", "/mgmt/token/verify", json!({"jwtAccess": token}));
    let answer = verify(&login);
    assert_eq!((answer.status, answer.body.as_str()), (204, ""));
    let grant = app.grant("alice", &["passkey:read"]);
    for token in [&grant, "", "x", &login[1..], &format!("{login}x")] {
        let expected = if token.is_empty() {
            "400 bad_request"
        } else {
            "401 unauthorized"
        };
        assert_eq!(refusal(&verify(token)), expected, "{token}");
    }
    emulator.advance_clock(Duration::from_secs(601));
    assert_eq!(refusal(&verify(&login)), "401 unauthorized", "expired");
}
