//! The profile of a user.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use super::{V2App, control_v2, refusal, text, token};

fn code(emulator: &Emulator) -> Value {
    control_v2(emulator, "GET", "/otp?username=alice", Value::Null).ok()
}

#[test]
fn an_email_address_is_set_verified_and_removed() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let answer = emulator.v2().login("alice").unwrap();
    let path = format!("/profile/{}/email", text(&answer, "userId"));
    let set = |body: Value| app.backend("POST", &path, body);
    for wrong in [
        json!({}),
        json!({"email": "x"}),
        json!({"email": "a b@c"}),
        json!({"email": "a@b", "requestVerification": 1}),
    ] {
        assert_eq!(refusal(&set(wrong)), "400 bad_request");
    }
    assert_eq!(
        set(json!({"email": "a@b.example", "requestVerification": false})).status,
        204
    );
    let unsent = control_v2(&emulator, "GET", "/otp?username=alice", Value::Null);
    assert_eq!(unsent.refusal(), "404 code_not_found");
    assert_eq!(set(json!({"email": "a@b.example"})).status, 204);
    let sent = code(&emulator);
    assert_eq!(sent["channel"], "email");
    let verify = |username: &str, code: &Value| {
        app.post(
            "/profile/email/verify",
            json!({"username": username, "authCode": code}),
        )
    };
    assert_eq!(refusal(&verify("bob", &sent["code"])), "401 unauthorized");
    assert_eq!(
        refusal(&verify("alice", &json!("wrong"))),
        "401 unauthorized"
    );
    // It is no code to log in with.
    let login = json!({"authCode": sent["code"], "user": {"username": "alice"}});
    assert_eq!(
        refusal(&app.post("/auth/otp/verify", login)),
        "401 unauthorized"
    );
    assert_eq!(verify("alice", &sent["code"]).status, 204);
    assert_eq!(
        refusal(&verify("alice", &sent["code"])),
        "401 unauthorized",
        "used"
    );
    // A code that was sent to one address does not verify another.
    assert_eq!(set(json!({"email": "first@b.example"})).status, 204);
    let sent = code(&emulator);
    let unverified = json!({"email": "a@b.example", "requestVerification": false});
    assert_eq!(set(unverified).status, 204);
    assert_eq!(refusal(&verify("alice", &sent["code"])), "401 unauthorized");
    let remove = |email: &str| app.backend("DELETE", &path, json!({"email": email}));
    assert_eq!(refusal(&remove("other@b.example")), "404 not_found");
    assert_eq!(remove("a@b.example").status, 204);
    assert_eq!(refusal(&remove("a@b.example")), "404 not_found");
}

#[test]
fn a_telephone_number_is_verified_only_with_consent() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let answer = emulator.v2().login("alice").unwrap();
    let path = format!("/profile/{}/phone", text(&answer, "userId"));
    let set = |body: Value| app.backend("POST", &path, body);
    for wrong in [
        json!({"phoneNumber": "123456", "messagingConsent": true}),
        json!({"phoneNumber": "+12345678901234567", "messagingConsent": true}),
        json!({"phoneNumber": "+123456"}),
        json!({"phoneNumber": "+123456", "messagingConsent": false, "requestVerification": true}),
    ] {
        assert_eq!(refusal(&set(wrong)), "400 bad_request");
    }
    assert_eq!(
        set(json!({"phoneNumber": "+123456", "requestVerification": false})).status,
        204
    );
    assert_eq!(
        set(json!({"phoneNumber": "+123456", "messagingConsent": true})).status,
        204
    );
    let sent = code(&emulator);
    assert_eq!(sent["channel"], "sms");
    let body = json!({"username": "alice", "authCode": sent["code"]});
    assert_eq!(
        refusal(&app.post("/profile/email/verify", body.clone())),
        "401 unauthorized"
    );
    assert_eq!(app.post("/profile/phone/verify", body).status, 204);
    // A code that was sent to one number does not verify another.
    assert_eq!(
        set(json!({"phoneNumber": "+123456", "messagingConsent": true})).status,
        204
    );
    let body = json!({"username": "alice", "authCode": code(&emulator)["code"]});
    let unverified = json!({"phoneNumber": "+654321", "requestVerification": false});
    assert_eq!(set(unverified).status, 204);
    assert_eq!(
        refusal(&app.post("/profile/phone/verify", body)),
        "401 unauthorized"
    );
    assert_eq!(app.backend("DELETE", &path, Value::Null).status, 204);
    assert_eq!(
        refusal(&app.backend("DELETE", &path, Value::Null)),
        "404 not_found"
    );
}

#[test]
fn a_deleted_user_is_gone_with_all_passkeys() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let answer = emulator.v2().login("alice").unwrap();
    let path = format!("/profile/{}", text(&answer, "userId"));
    let deleted = app.backend("DELETE", &path, Value::Null);
    assert_eq!((deleted.status, deleted.body.as_str()), (204, ""));
    assert_eq!(
        refusal(&app.backend("DELETE", &path, Value::Null)),
        "404 not_found"
    );
    let list = app.with_token(&token(&answer), "GET", "/passkeys", Value::Null);
    assert_eq!(refusal(&list), "401 unauthorized");
    // The name is free again, for another user.
    let again = emulator.v2().login("alice").unwrap();
    assert_ne!(again["userId"], answer["userId"]);
    let email = format!("{path}/email");
    let set = app.backend("POST", &email, json!({"email": "a@b.example"}));
    assert_eq!(refusal(&set), "404 not_found");
}
