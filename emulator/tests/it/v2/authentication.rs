//! Login with a passkey, with real signatures.

use loginid_emulator::Emulator;
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json};

use super::tokens::verified;
use super::{V2App, auth_complete, refusal, text, token};

#[test]
fn a_user_logs_in_with_and_without_a_name() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let mut device = SoftAuthenticator::platform();
    let signed_up = app.sign_up("alice", &mut device);
    for username in ["alice", ""] {
        let begun = app.auth_init(username);
        assert_eq!(begun["action"], "proceed");
        let answer = app.post("/auth/complete", auth_complete(&begun, &mut device));
        let answer = answer.ok();
        assert_eq!(answer["userId"], signed_up["userId"]);
        assert_eq!(answer["passkeyId"], signed_up["passkeyId"]);
        assert_eq!(verified(&app, &token(&answer))["username"], "alice");
        // A new signature of the same challenge.
        let again = app.post("/auth/complete", auth_complete(&begun, &mut device));
        assert_eq!(
            refusal(&again),
            "400 bad_request",
            "a session is answered once"
        );
    }
    let list = app
        .with_token(&token(&signed_up), "GET", "/passkeys", Value::Null)
        .ok();
    assert!(list[0]["lastUsedAt"].is_string());
}

#[test]
fn only_the_named_user_may_answer() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let (mut alice, mut bob) = (SoftAuthenticator::platform(), SoftAuthenticator::platform());
    app.sign_up("alice", &mut alice);
    app.sign_up("bob", &mut bob);
    let complete = |begun: &Value, mut body: Value| {
        body["session"] = begun["session"].clone();
        app.post("/auth/complete", body)
    };
    let bobs = auth_complete(&app.auth_init("bob"), &mut bob);
    assert_eq!(
        refusal(&complete(&app.auth_init("alice"), bobs)),
        "403 forbidden"
    );
    // An unknown user's session is nobody's.
    let unknown = app.auth_init("eve");
    assert_eq!(
        (&unknown["action"], &unknown["fallbackMethods"]),
        (&json!("fallback"), &json!(["ciam"]))
    );
    let mut options = app.auth_init("bob");
    options["assertionOptions"]["challenge"] = unknown["assertionOptions"]["challenge"].clone();
    let signed = auth_complete(&options, &mut bob);
    assert_eq!(refusal(&complete(&unknown, signed)), "403 forbidden");
}

#[test]
fn a_bad_signature_logs_nobody_in() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let mut device = SoftAuthenticator::platform();
    app.sign_up("alice", &mut device);
    for (member, value, expected) in [
        ("signature", "AAAA", "400 bad_request"),
        ("authenticatorData", "AAAA", "400 bad_request"),
        ("clientDataJSON", "e30", "400 bad_request"),
        ("userHandle", "AAAA", "400 bad_request"),
        ("credentialId", "AAAA", "404 not_found"),
    ] {
        let mut body = auth_complete(&app.auth_init("alice"), &mut device);
        body["assertionResult"][member] = json!(value);
        assert_eq!(
            refusal(&app.post("/auth/complete", body)),
            expected,
            "{member}"
        );
    }
    let begun = app.auth_init("alice");
    let mut body = auth_complete(&begun, &mut device);
    body["session"] = json!("unknown");
    assert_eq!(
        refusal(&app.post("/auth/complete", body)),
        "400 bad_request"
    );
}

#[test]
fn a_session_is_for_one_kind_of_call_and_takes_reports() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let mut device = SoftAuthenticator::platform();
    app.sign_up("alice", &mut device);
    let begun = app.auth_init("alice");
    let session = text(&begun, "session");
    let report = |session: &str| {
        let body = json!({"event": "passkey-auth", "isError": false});
        app.call("POST", "/client-events/submit", Some(session), body)
    };
    assert_eq!(report(session).ok()["session"], session);
    let body = auth_complete(&begun, &mut device);
    app.post("/auth/complete", body.clone()).ok();
    assert_eq!(
        report(session).ok()["session"],
        session,
        "also after it was answered"
    );
    assert_eq!(refusal(&report("unknown")), "401 unauthorized");
    let mut body = body;
    body["session"] = app.reg_init("bob")["session"].clone();
    assert_eq!(
        refusal(&app.post("/auth/complete", body)),
        "400 bad_request"
    );
}

#[test]
fn a_user_without_a_passkey_is_offered_codes() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let answer = emulator.v2().login("alice").unwrap();
    let path = format!("/passkeys/{}", text(&answer, "passkeyId"));
    assert_eq!(
        app.with_token(&token(&answer), "DELETE", &path, Value::Null)
            .status,
        204
    );
    let begun = app.auth_init("alice");
    assert_eq!(begun["action"], "crossAuth");
    assert_eq!(
        begun["crossAuthMethods"],
        json!(["otp", "otp:email", "otp:sms"])
    );
    assert_eq!(begun["fallbackMethods"], json!([]));
}

#[test]
fn of_many_answers_at_once_one_is_taken() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let mut device = SoftAuthenticator::platform();
    app.sign_up("alice", &mut device);
    for _ in 0..10 {
        let body = auth_complete(&app.auth_init("alice"), &mut device);
        let statuses: Vec<_> = std::thread::scope(|scope| {
            let send = || app.post("/auth/complete", body.clone()).status;
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(send)).collect();
            threads
                .into_iter()
                .map(|thread| thread.join().unwrap())
                .collect()
        });
        let taken = statuses.iter().filter(|status| **status == 200).count();
        assert_eq!(taken, 1, "{statuses:?}");
    }
}
