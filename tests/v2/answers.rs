//! Answers of log-ins: their token is verified, and its claims say who logged in.

use loginid::Status;
use loginid::v2::Client;
use serde_json::{Value, json};

use crate::service::{Key, Service, answer, now, with};

/// A service that answers with this token and further members.
fn answering(more: Value, token: impl Fn(&Service) -> Value) -> (Service, Client) {
    let slot = std::sync::Arc::new(std::sync::Mutex::new(Value::Null));
    let shared = slot.clone();
    let service = Service::start(move |_| answer(200, shared.lock().expect("a lock").clone()));
    let mut body = json!({"userId": "user-1"});
    body = with(body, "jwtAccess", token(&service));
    let members = body.as_object_mut().expect("an object");
    members.extend(more.as_object().expect("an object").clone());
    *slot.lock().expect("a lock") = body;
    let client = service.client();
    (service, client)
}

fn verify_otp(client: &Client) -> loginid::Result<String> {
    client.verify_otp("Ann@example.com", "123456", None)
}

#[test]
fn a_login_gains_the_claims_of_its_token() {
    let more = json!({"claims": {"username": "mallory"}, "deviceID": "d1", "other": 1.10});
    let (service, client) = answering(more, |service| service.login().into());
    let login = verify_otp(&client).expect("a login");
    let login: Value = serde_json::from_str(&login).expect("JSON");
    assert_eq!(login["claims"], service.claims());
    assert_eq!(
        (&login["deviceID"], &login["userId"]),
        (&json!("d1"), &json!("user-1"))
    );
    let requests = service.requests();
    assert_eq!(requests[0].line, "POST /fido2/v2/auth/otp/verify");
    assert_eq!(
        requests[0].json(),
        json!({
            "authCode": "123456",
            "user": {"username": "Ann@example.com", "usernameType": "other"},
        })
    );
    let assertion = r#"{"credentialId":"a"}"#;
    let login = client.authenticate_complete("session-1", assertion);
    assert!(login.expect("a login").contains("\"claims\":{"));
    let login = client.register_complete("session-1", assertion, None);
    assert!(login.expect("a login").contains("\"claims\":{"));
}

#[test]
fn a_login_without_a_good_token_of_the_user_is_refused() {
    let named = |name: &'static str, value: Value| {
        move |service: &Service| Value::from(service.login_with(name, value.clone()))
    };
    type Token = Box<dyn Fn(&Service) -> Value>;
    let rows: Vec<(Token, Value, &str)> = vec![
        (Box::new(|_| Value::Null), json!({}), "missing_jwt"),
        (Box::new(|_| json!("")), json!({}), "missing_jwt"),
        (Box::new(|_| json!(7)), json!({}), "missing_jwt"),
        (Box::new(|_| json!("a.b.c")), json!({}), "malformed_token"),
        (
            Box::new(|service| Key::new("key-1").sign(&service.claims()).into()),
            json!({}),
            "invalid_signature",
        ),
        (
            Box::new(|service| service.login().into()),
            json!({"is_authenticated": false}),
            "not_authenticated",
        ),
        (
            Box::new(named("username", json!("bob@example.com"))),
            json!({}),
            "username_mismatch",
        ),
        (
            Box::new(named("aud", json!("app-2"))),
            json!({}),
            "audience_mismatch",
        ),
        (
            Box::new(named("tokenType", json!("grant"))),
            json!({}),
            "token_kind_mismatch",
        ),
        (
            Box::new(named("txHash", json!("x"))),
            json!({}),
            "token_kind_mismatch",
        ),
        (
            Box::new(named("exp", json!(now() - 120))),
            json!({}),
            "token_expired",
        ),
    ];
    for (token, more, code) in rows {
        let (_service, client) = answering(more, token);
        let error = verify_otp(&client).expect_err(code);
        assert_eq!(error.code(), code, "{error}");
        assert_eq!(error.operation(), Some("v2_verify_otp"));
    }
    // A token without a name is not refused here.
    let (_service, client) = answering(json!({}), named("username", Value::Null));
    verify_otp(&client).expect("a login");
}

#[test]
fn a_one_time_code_is_sent_once() {
    for status in [429, 500, 503] {
        let service = Service::start(move |_| answer(status, json!({"message": "later"})));
        verify_otp(&service.client()).unwrap_err();
        service.client().verify_email("ann", "123456").unwrap_err();
        service.client().verify_phone("ann", "123456").unwrap_err();
        assert_eq!(service.requests().len(), 3, "{status}");
    }
}

#[test]
fn a_rate_limit_is_retried_and_a_failure_only_of_what_is_safe() {
    for (status, sent) in [(429, [2, 2, 2]), (503, [1, 2, 2])] {
        let service = Service::start(move |_| answer(status, json!({"message": "later"})));
        let client = service.client();
        let counts = [
            client.delete_user("u1"),
            client.get_version(),
            client.verify_token_remote("a.b.c"),
        ];
        let count = service.requests().len();
        assert_eq!(count, sent.iter().sum::<usize>(), "{status}");
        for result in counts {
            result.unwrap_err();
        }
    }
}

#[test]
fn a_list_that_is_none_is_refused() {
    for body in [json!({}), json!({"passkeys": []}), json!(null)] {
        let service = Service::start(move |_| answer(200, body.clone()));
        let error = service
            .client()
            .list_passkeys(None, Some("a.b"))
            .unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_RESPONSE);
    }
}
