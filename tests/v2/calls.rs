//! What calls refuse, and their errors. `tests/c/v2_wire.c` has what each call sends.

use loginid::v2::Client;
use loginid::{Result, Status};
use serde_json::{Value, json};

use crate::service::{API_KEY, Service, answer, empty};

type Send = fn(&Client) -> Result<String>;

/// `API_KEY:` in base64.
const BASIC: &str = "Basic YS1LZXlfb2YtNDMtY2hhcmFjdGVycy0wMTIzNDU2Nzg5YWJjZGVmZ2hpajo=";

fn token() -> Option<&'static str> {
    Some("user.token")
}

#[test]
fn options_are_checked() {
    let service = Service::with_keys_only();
    let client = service.client();
    for options in [
        r#"{"displayname":"CANARY"}"#,
        r#"{"username_type":1}"#,
        r#"{"username_type":""}"#,
        r#"{"security_key":"CANARY"}"#,
        r#"{"device_info":"CANARY"}"#,
        r#"{"device_info":{"a":1,"a":2}}"#,
        r#"{"user_agent":"CANARY\r\nX: y"}"#,
    ] {
        let error = client
            .register_init("ann", Some(options), None)
            .unwrap_err();
        assert_eq!(error.code(), "invalid_options", "{options}");
        assert!(!error.message().contains("CANARY"), "{error}");
    }
    for foreign in [r#"{"display_name":"Ann"}"#, r#"{"security_key":true}"#] {
        let error = client.authenticate_init(None, Some(foreign)).unwrap_err();
        assert_eq!(error.code(), "invalid_options", "{foreign}");
    }
}

#[test]
fn calls_with_the_api_key_fail_without_one_before_any_request() {
    let service = Service::with_keys_only();
    let client = service.client_with(json!({"api_key": null}));
    let keyed: [Send; 10] = [
        |client| client.verify_token_remote("a.b.c"),
        |client| client.create_grant("ann", "passkey:read"),
        |client| client.create_external_auth("ann"),
        |client| client.delete_user("u1"),
        |client| client.set_email("u1", "a@example.com", true),
        |client| client.remove_email("u1", "a@example.com"),
        |client| client.set_phone("u1", "+4912", true, true),
        |client| client.remove_phone("u1"),
        |client| client.list_passkeys(Some("ann"), None),
        |client| client.create_otp(Some("ann"), None),
    ];
    for send in keyed {
        let error = send(&client).unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_PRIVATE_KEY, "{error}");
        assert_eq!(error.code(), "api_key_required");
    }
    assert_eq!(service.requests().len(), 0);
}

#[test]
fn ids_are_one_segment() {
    let service = Service::with_keys_only();
    let client = service.client();
    for id in [".", ".."] {
        for error in [
            client.delete_user(id),
            client.remove_phone(id),
            client.delete_passkey(id, None, token()),
            client.get_authenticator(id, None, token()),
        ] {
            let error = error.unwrap_err();
            assert_eq!(
                error.status(),
                Status::LID_ERROR_INVALID_ARGUMENT,
                "{error}"
            );
        }
    }
}

#[test]
fn only_an_empty_204_verifies_a_token_remotely() {
    let service = Service::start({
        let mut answers = vec![
            empty(),
            answer(200, json!({})),
            (200, String::new()),
            (202, String::new()),
            answer(
                401,
                json!({"msg": "no such token", "msgCode": "unauthorized"}),
            ),
        ]
        .into_iter();
        move |_| answers.next().expect("no other request")
    });
    let client = service.client();
    assert_eq!(client.verify_token_remote("a.b.c").unwrap(), "{}");
    let request = service.request();
    assert_eq!(request.line, "POST /fido2/v2/mgmt/token/verify");
    assert_eq!(request.header("authorization"), Some(BASIC));
    assert_eq!(request.json(), json!({"jwtAccess": "a.b.c"}));
    for _ in 0..3 {
        let error = client.verify_token_remote("a.b.c").unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_RESPONSE, "{error}");
        assert_eq!(error.operation(), Some("v2_verify_token_remote"));
    }
    let error = client.verify_token_remote("a.b.c").unwrap_err();
    assert_eq!(
        (error.status(), error.code()),
        (Status::LID_ERROR_API, "unauthorized")
    );
    assert_eq!(error.message(), "no such token");
    for token in ["a b", "a\nb", "é", &"a".repeat(16 * 1024 + 1)] {
        let error = client.verify_token_remote(token).unwrap_err();
        assert_eq!(error.code(), "invalid_token");
        assert_eq!(error.status(), Status::LID_ERROR_INVALID_ARGUMENT);
    }
}

/// A service that answers each call with this error.
fn refusing(body: Value) -> (Service, Client) {
    let service = Service::start(move |_| answer(403, body.clone()));
    let client = service.client();
    (service, client)
}

#[test]
fn errors_of_the_service_and_of_gateways_have_code_and_message() {
    for (body, code, message) in [
        (
            json!({"msg": "not allowed", "msgCode": "forbidden"}),
            "forbidden",
            "not allowed",
        ),
        (
            json!({"msg": null, "message": "no", "msgCode": "forbidden"}),
            "forbidden",
            "no",
        ),
        (json!({"message": "Forbidden"}), "http_error", "Forbidden"),
        (
            json!({"msgCode": "forbidden"}),
            "forbidden",
            "without a message",
        ),
        (json!({"code": "other", "msg": "no"}), "http_error", "no"),
        (json!("<html>"), "http_error", "without a message"),
    ] {
        let (_service, client) = refusing(body);
        let error = client.delete_user("u1").unwrap_err();
        assert_eq!(
            (error.status(), error.code()),
            (Status::LID_ERROR_API, code)
        );
        assert!(error.message().contains(message), "{error}");
        assert_eq!(error.http_status(), Some(403));
        assert_eq!(error.operation(), Some("v2_delete_user"));
    }
}

#[test]
fn no_error_repeats_a_secret() {
    type Refused = fn(&Client) -> loginid::Error;
    let rows: [(&str, Refused); 6] = [
        (API_KEY, |client| client.delete_user("u1").unwrap_err()),
        (BASIC, |client| client.delete_user("u1").unwrap_err()),
        ("CANARY.token-0123456789", |client| {
            let token = Some("CANARY.token-0123456789");
            client.list_passkeys(None, token).unwrap_err()
        }),
        ("CANARY.token-0123456789", |client| {
            client
                .verify_token_remote("CANARY.token-0123456789")
                .unwrap_err()
        }),
        ("CANARY-session", |client| {
            let confirmation = r#"{"keyHandle":"aWQ","clientData":"e30","authenticatorData":"ZGF0YQ","signature":"c2ln"}"#;
            client
                .complete_tx("CANARY-session", confirmation)
                .unwrap_err()
        }),
        ("CANARY-code", |client| {
            client.verify_otp("ann", "CANARY-code", None).unwrap_err()
        }),
    ];
    for (secret, refused) in rows {
        for body in [
            json!({"msg": format!("refused: {secret}"), "msgCode": "forbidden"}),
            json!({"msg": "refused", "msgCode": secret}),
            json!({ "message": secret }),
        ] {
            let (_service, client) = refusing(body.clone());
            let error = refused(&client);
            assert!(!error.to_json().contains(secret), "{body}: {error}");
        }
    }
}

#[test]
fn debug_output_shows_no_key() {
    let service = Service::with_keys_only();
    let shown = format!("{:?}", service.client());
    assert!(
        !shown.contains(API_KEY) && !shown.contains("YS1LZXlf"),
        "{shown}"
    );
}
