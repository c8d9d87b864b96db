//! The browser SDK's authentication in steps.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use loginid_emulator::Emulator;
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json};

use super::tokens::verified;
use super::{ORIGIN, V2App, refusal, text};
use crate::support::Answer;

impl V2App {
    fn mfa_begin(&self, username: &str, payload: Option<&str>) -> Value {
        let user = json!({"username": username, "usernameType": "other"});
        let body = json!({"user": user, "deviceInfo": {}, "trustItems": {}, "payload": payload});
        self.post("/mfa/begin", body).ok()
    }

    /// A step of a session, which travels without `Bearer`.
    fn mfa(&self, step: &str, next: &Value, body: Value) -> Answer {
        self.call(
            "POST",
            &format!("/mfa/{step}"),
            next["session"].as_str(),
            body,
        )
    }
}

/// The names of the offered steps.
fn steps(next: &Value) -> Vec<&str> {
    let steps = next["next"].as_array().unwrap().iter();
    steps.map(|step| text(&step["action"], "name")).collect()
}

/// The WebAuthn options of the first step.
fn options(next: &Value) -> Value {
    let value = text(&next["next"][0]["options"][0], "value");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(value).unwrap()).unwrap()
}

fn created(next: &Value, device: &mut SoftAuthenticator) -> Value {
    let created = device.created(&options(next), ORIGIN).unwrap();
    json!({"creationResult": {
        "credentialId": created["id"],
        "clientDataJSON": created["response"]["clientDataJSON"],
        "attestationObject": created["response"]["attestationObject"],
    }})
}

fn signed(next: &Value, device: &mut SoftAuthenticator) -> Value {
    let signed = device.signed(&options(next), ORIGIN).unwrap();
    json!({"assertionResult": {
        "credentialId": signed["id"],
        "clientDataJSON": signed["response"]["clientDataJSON"],
        "authenticatorData": signed["response"]["authenticatorData"],
        "signature": signed["response"]["signature"],
    }})
}

/// The answer of a step that was not enough: a 401 that offers the steps again, in the same session.
fn again(answer: &Answer, before: &Value) -> Value {
    let next = answer.json();
    assert_eq!(
        (answer.status, &next["msgCode"]),
        (401, &json!("additional_auth_required"))
    );
    assert_eq!(
        (&next["session"], steps(&next)),
        (&before["session"], steps(before))
    );
    next
}

#[test]
fn a_new_user_signs_up_and_then_signs_in_with_a_passkey() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let mut device = SoftAuthenticator::platform();
    let next = app.mfa_begin("alice", None);
    assert_eq!(
        (steps(&next), text(&next, "flow")),
        (vec!["passkey:reg"], "signUp")
    );
    let body = created(&next, &mut device);
    let done = app.mfa("passkey/reg", &next, body.clone()).ok();
    assert_eq!(text(&done, "flow"), "signUp");
    let claims = verified(&app, text(&done, "accessToken"));
    assert_eq!(
        (&claims["username"], &claims["tokenType"]),
        (&json!("alice"), &json!("jwtAccess"))
    );
    let answer = app.mfa("passkey/reg", &next, body);
    assert_eq!(
        refusal(&answer),
        "401 unauthorized",
        "the session has ended"
    );

    for username in ["alice", ""] {
        let next = app.mfa_begin(username, None);
        assert_eq!(
            (steps(&next)[0], text(&next, "flow")),
            ("passkey:auth", "signIn")
        );
        let answer = app.mfa("passkey/auth", &next, signed(&next, &mut device));
        let again = verified(&app, text(&answer.ok(), "accessToken"));
        assert_eq!(again["sub"], claims["sub"]);
    }
}

#[test]
fn a_session_and_its_challenge_stay_good_after_a_bad_answer() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let mut device = SoftAuthenticator::platform();
    app.sign_up("alice", &mut device);
    let next = app.mfa_begin("alice", None);
    let good = signed(&next, &mut device);
    let mut bad = good.clone();
    bad["assertionResult"]["signature"] = json!("AAAA");
    again(&app.mfa("passkey/auth", &next, bad), &next);
    again(
        &app.mfa("otp/verify", &next, json!({"otp": "000000x"})),
        &next,
    );
    again(
        &app.mfa("third-party/verify", &next, json!({"token": "x"})),
        &next,
    );
    assert_eq!(
        refusal(&app.mfa("passkey/auth", &next, json!({}))),
        "400 bad_request"
    );
    app.mfa("passkey/auth", &next, good).ok();
    // Another user's passkey.
    let mut bob = SoftAuthenticator::platform();
    app.sign_up("bob", &mut bob);
    let (alices, bobs) = (app.mfa_begin("alice", None), app.mfa_begin("bob", None));
    again(
        &app.mfa("passkey/auth", &alices, signed(&bobs, &mut bob)),
        &alices,
    );
}

#[test]
fn a_user_signs_in_with_a_code_or_elsewhere() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    emulator.v2().login("alice").unwrap();
    let next = app.mfa_begin("alice", None);
    assert_eq!(
        steps(&next),
        ["passkey:auth", "otp:email", "otp:verify", "external"]
    );
    let by_email = &next["next"][1]["options"][0];
    assert_eq!(
        (text(by_email, "name"), text(by_email, "label")),
        ("email:primary", "alice")
    );
    let body = json!({"method": "email", "option": by_email["label"]});
    assert_eq!(
        app.mfa("otp/request", &next, body).ok(),
        json!({"session": next["session"]})
    );
    let code = emulator.v2().sent_code(None, "alice").unwrap().code;
    let done = app.mfa("otp/verify", &next, json!({"otp": code})).ok();
    let claims = verified(&app, text(&done, "accessToken"));
    assert_eq!(
        (&claims["username"], claims.get("credID")),
        (&json!("alice"), None)
    );

    let grant = |username: &str| {
        let body = json!({"username": username});
        app.backend("POST", "/mgmt/grant/external-auth", body).ok()["token"].clone()
    };
    let next = app.mfa_begin("alice", None);
    let verify = |token: &Value| app.mfa("third-party/verify", &next, json!({"token": token}));
    again(&verify(&grant("bob")), &next);
    let token = grant("alice");
    verify(&token).ok();
    let next = app.mfa_begin("alice", None);
    again(
        &app.mfa("third-party/verify", &next, json!({"token": token})),
        &next,
    );
}

#[test]
fn a_payload_is_signed_with_a_passkey() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let mut device = SoftAuthenticator::platform();
    app.sign_up("alice", &mut device);
    let next = app.mfa_begin("alice", None);
    again(
        &app.mfa("passkey/tx", &next, signed(&next, &mut device)),
        &next,
    );
    let later = app.mfa("payload", &next, json!({"payload": "pay 5"})).ok();
    for next in [later, app.mfa_begin("alice", Some("pay 5"))] {
        assert_eq!(steps(&next)[0], "passkey:tx");
        let done = app
            .mfa("passkey/tx", &next, signed(&next, &mut device))
            .ok();
        assert_eq!(done["payload"], "pay 5");
        assert!(verified(&app, text(&done, "payloadSignature"))["txHash"].is_string());
    }
}

#[test]
fn steps_need_a_session() {
    let emulator = Emulator::start();
    let app = V2App::added(&emulator, json!({"protected": true}));
    let device = &mut SoftAuthenticator::platform();
    let elsewhere = V2App::of(&emulator).mfa_begin("alice", None);
    for (step, body) in [
        ("payload", json!({"payload": "x"})),
        ("otp/request", json!({"method": "email"})),
        ("otp/verify", json!({"otp": "x"})),
        ("passkey/reg", created(&elsewhere, device)),
        ("third-party/verify", json!({"token": "x"})),
    ] {
        for next in [json!({}), json!({"session": "x"}), elsewhere.clone()] {
            assert_eq!(
                refusal(&app.mfa(step, &next, body.clone())),
                "401 unauthorized",
                "{step}"
            );
        }
    }
    let user = json!({"username": "alice", "usernameType": "other"});
    let begin = app.post("/mfa/begin", json!({"user": user, "deviceInfo": {}}));
    assert_eq!(
        refusal(&begin),
        "401 unauthorized",
        "the application is protected"
    );
    let discover = app.post("/mfa/discover", json!({"trustItems": {}}));
    assert_eq!(refusal(&discover), "404 not_found");
}
