//! What each call sends: method, path, authorization and body.

use loginid::v2::Client;
use loginid::{Result, Status};
use serde_json::{Value, json};

use crate::service::{API_KEY, Service, answer, empty};

type Send = fn(&Client) -> Result<String>;

const NONE: &str = "";
const TOKEN: &str = "Bearer user.token";
/// `API_KEY:` in base64.
const BASIC: &str = "Basic YS1LZXlfb2YtNDMtY2hhcmFjdGVycy0wMTIzNDU2Nzg5YWJjZGVmZ2hpajo=";

fn token() -> Option<&'static str> {
    Some("user.token")
}

fn to_json() -> String {
    json!({
        "id": "aWQ", "rawId": "aWQ", "type": "public-key",
        "response": {
            "clientDataJSON": "e30", "attestationObject": "b2Jq", "authenticatorData": "ZGF0YQ",
            "signature": "c2ln", "userHandle": null, "transports": ["usb"],
            "publicKeyAlgorithm": -7, "publicKey": "a2V5",
        },
        "clientExtensionResults": {},
    })
    .to_string()
}

/// The calls whose answer is passed on, or ignored: what they do, and what then arrives.
fn calls() -> Vec<(Send, &'static str, &'static str, Value)> {
    let user = json!({"username": "ann", "usernameType": "other"});
    vec![
        (
            |client| client.create_grant("ann", "passkey:read passkey:write"),
            "POST /fido2/v2/mgmt/grant",
            BASIC,
            json!({"grants": ["passkey:read", "passkey:write"], "username": "ann"}),
        ),
        (
            |client| client.create_external_auth("ann"),
            "POST /fido2/v2/mgmt/grant/external-auth",
            BASIC,
            json!({"username": "ann"}),
        ),
        (
            |client| client.rename_passkey("a/b", "My key", None, token()),
            "PUT /fido2/v2/passkeys/a%2Fb",
            TOKEN,
            json!({"name": "My key"}),
        ),
        (
            |client| client.delete_passkey("p1", None, token()),
            "DELETE /fido2/v2/passkeys/p1",
            TOKEN,
            Value::Null,
        ),
        (
            |client| client.get_authenticator("aa-1", None, token()),
            "GET /fido2/v2/passkeys/aaguid/aa-1",
            TOKEN,
            Value::Null,
        ),
        (
            |client| client.create_otp(None, token()),
            "POST /fido2/v2/auth/otp",
            TOKEN,
            Value::Null,
        ),
        (
            |client| client.send_otp_email("ann", None),
            "POST /fido2/v2/auth/otp/email",
            NONE,
            json!({ "user": user }),
        ),
        (
            |client| client.send_otp_sms("+4912", Some("phone")),
            "POST /fido2/v2/auth/otp/sms",
            NONE,
            json!({"user": {"username": "+4912", "usernameType": "phone"}}),
        ),
        (
            |client| client.delete_user("u 1"),
            "DELETE /fido2/v2/profile/u%201",
            BASIC,
            Value::Null,
        ),
        (
            |client| client.set_email("u1", "a@example.com", true),
            "POST /fido2/v2/profile/u1/email",
            BASIC,
            json!({"email": "a@example.com", "requestVerification": true}),
        ),
        (
            |client| client.remove_email("u1", "a@example.com"),
            "DELETE /fido2/v2/profile/u1/email",
            BASIC,
            json!({"email": "a@example.com"}),
        ),
        (
            |client| client.verify_email("ann", "123456"),
            "POST /fido2/v2/profile/email/verify",
            NONE,
            json!({"authCode": "123456", "username": "ann"}),
        ),
        (
            |client| client.set_phone("u1", "+4912", true, false),
            "POST /fido2/v2/profile/u1/phone",
            BASIC,
            json!({"phoneNumber": "+4912", "messagingConsent": true, "requestVerification": false}),
        ),
        (
            |client| client.remove_phone("u1"),
            "DELETE /fido2/v2/profile/u1/phone",
            BASIC,
            Value::Null,
        ),
        (
            |client| client.verify_phone("ann", "123456"),
            "POST /fido2/v2/profile/phone/verify",
            NONE,
            json!({"authCode": "123456", "username": "ann"}),
        ),
        (
            |client| client.register_init("ann", None, None),
            "POST /fido2/v2/reg/init",
            NONE,
            json!({"app": {"id": "app-1"}, "deviceInfo": {}, "user": user}),
        ),
        (
            |client| {
                let options = r#"{"username_type":"email","display_name":"Ann","security_key":true,
                    "conditional_create":false,"device_info":{"a":1},"user_agent":"Browser/1"}"#;
                client.register_init("ann", Some(options), token())
            },
            "POST /fido2/v2/reg/init",
            TOKEN,
            json!({
                "app": {"id": "app-1"}, "deviceInfo": {"a": 1},
                "user": {"username": "ann", "usernameType": "email", "displayName": "Ann"},
                "passkeyOptions": {"securityKey": true, "conditionalCreate": false},
            }),
        ),
        (
            |client| client.authenticate_init(None, None),
            "POST /fido2/v2/auth/init",
            NONE,
            json!({
                "app": {"id": "app-1"}, "deviceInfo": {},
                "user": {"username": "", "usernameType": "other"},
            }),
        ),
        (
            |client| client.init_tx("ann", "pay 10", Some("n-1")),
            "POST /fido2/v2/tx/init",
            NONE,
            json!({
                "txType": "raw", "username": "ann", "txPayload": "pay 10", "nonce": "n-1",
            }),
        ),
        (
            |client| client.complete_tx("session-1", &to_json()),
            "POST /fido2/v2/tx/complete",
            NONE,
            json!({
                "session": "session-1", "keyHandle": "aWQ", "clientData": "e30",
                "authenticatorData": "ZGF0YQ", "signature": "c2ln",
            }),
        ),
        (
            |client| client.get_version(),
            "GET /fido2/v2/version",
            NONE,
            Value::Null,
        ),
    ]
}

#[test]
fn each_call_sends_what_the_protocol_says() {
    let object = json!({"token": "t", "nonce": "other"});
    let service = Service::start(move |request| match request.line.as_str() {
        line if line.contains("/profile/") || line.contains("/otp/") => empty(),
        line if line.starts_with("PUT") || line.starts_with("DELETE") => empty(),
        _ => answer(200, object.clone()),
    });
    let client = service.client();
    for (send, line, authorization, body) in calls() {
        let result = send(&client).unwrap_or_else(|error| panic!("{line}: {error}"));
        let request = service.request();
        assert_eq!(request.line, line);
        let sent = request.header("authorization").unwrap_or(NONE);
        assert_eq!(sent, authorization, "{line}");
        match body {
            Value::Null => {
                assert_eq!(request.body, "", "{line}");
                assert_eq!(request.header("content-type"), None, "{line}");
            }
            body => {
                assert_eq!(request.json(), body, "{line}");
                assert_eq!(request.header("content-type"), Some("application/json"));
            }
        }
        let result: Value = serde_json::from_str(&result).expect("JSON");
        if line.ends_with("/tx/init") {
            assert_eq!(result, json!({"token": "t", "nonce": "n-1"}));
        } else {
            assert!([json!({}), json!({"token": "t", "nonce": "other"})].contains(&result));
        }
    }
}

#[test]
fn a_browsers_user_agent_is_handed_on() {
    let service = Service::start(|_| answer(200, json!({})));
    let client = service.client();
    let options = Some(r#"{"user_agent":"Browser/1 (a b)"}"#);
    client.authenticate_init(None, options).expect("an answer");
    let request = service.request();
    assert_eq!(request.header("user-agent"), Some("Browser/1 (a b)"));
    client.get_version().expect("an answer");
    let own = service.request();
    let own = own.header("user-agent").expect("a header");
    assert!(own.starts_with("LoginID-SDK/"), "{own}");
}

#[test]
fn what_a_browser_answers_is_sent_in_the_services_form() {
    let service = Service::start(|_| answer(401, json!({"msg": "no", "msgCode": "unauthorized"})));
    let client = service.client();
    let named = r#"{"attestationObject":"b2Jq","clientDataJSON":"e30","credentialId":"aWQ"}"#;
    client
        .register_complete("session-1", named, Some("My key"))
        .unwrap_err();
    let sent = service.request().json();
    let named: Value = serde_json::from_str(named).unwrap();
    assert_eq!(
        sent,
        json!({"session": "session-1", "creationResult": named, "passkeyName": "My key"})
    );
    client
        .register_complete("session-1", &to_json(), None)
        .unwrap_err();
    let created = json!({
        "credentialId": "aWQ", "clientDataJSON": "e30", "attestationObject": "b2Jq",
        "publicKey": "a2V5", "publicKeyAlgorithm": -7, "authenticatorData": "ZGF0YQ",
        "transports": ["usb"],
    });
    let sent = service.request().json();
    assert_eq!(
        sent,
        json!({"session": "session-1", "creationResult": created})
    );
    client
        .authenticate_complete("session-1", &to_json())
        .unwrap_err();
    let asserted = json!({
        "credentialId": "aWQ", "clientDataJSON": "e30", "authenticatorData": "ZGF0YQ",
        "signature": "c2ln",
    });
    let sent = service.request().json();
    assert_eq!(
        sent,
        json!({"session": "session-1", "assertionResult": asserted})
    );
    for (refused, code) in [
        (client.register_complete("s", "[]", None), "invalid_json"),
        (
            client.register_complete("s", r#"{"response":{}}"#, None),
            "invalid_attestation_payload",
        ),
        (
            client.authenticate_complete("s", r#"{"response":{}}"#),
            "invalid_assertion_payload",
        ),
        (client.complete_tx("s", "{}"), "invalid_assertion_payload"),
    ] {
        assert_eq!(refused.unwrap_err().code(), code);
    }
    assert_eq!(service.requests().len(), 0);
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
            client
                .complete_tx("CANARY-session", &to_json())
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
