//! What calls must present, and the shape of refusals.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use super::{V2App, basic, control_v2, refusal, token};
use crate::support::send;

#[test]
fn a_token_is_taken_in_both_forms() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let token = token(&emulator.v2().login("alice").unwrap());
    for value in [format!("Bearer {token}"), format!("bearer {token}"), token] {
        app.call("GET", "/passkeys", Some(&value), Value::Null).ok();
    }
}

#[test]
fn calls_for_a_user_need_a_token() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let key = basic(&app.api_key);
    for value in [
        None,
        Some(""),
        Some("x"),
        Some("Bearer x.y.z"),
        Some(key.as_str()),
        Some("Digest x"),
        Some("Bearer"),
        Some("Basic"),
    ] {
        for (method, path) in [
            ("GET", "/passkeys"),
            ("PUT", "/passkeys/x"),
            ("DELETE", "/passkeys/x"),
            (
                "GET",
                "/passkeys/aaguid/00000000-0000-0000-0000-000000000000",
            ),
            ("POST", "/auth/otp"),
            ("POST", "/client-events/submit"),
        ] {
            let answer = app.call(method, path, value, Value::Null);
            assert!(
                matches!(answer.status, 400 | 401),
                "{path} {value:?}: {answer:?}"
            );
            if answer.status == 400 {
                assert_eq!(
                    path, "/client-events/submit",
                    "a text is a session, until it is looked for"
                );
            } else {
                assert_eq!(refusal(&answer), "401 unauthorized");
            }
        }
    }
}

#[test]
fn calls_of_a_backend_need_an_api_key() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let token = token(&emulator.v2().login("alice").unwrap());
    for value in [
        None,
        Some(format!("Bearer {token}")),
        Some(basic("wrong")),
        Some(format!("Basic {}", app.api_key)),
    ] {
        for (method, path) in [
            ("POST", "/mgmt/token/verify"),
            ("POST", "/mgmt/grant"),
            ("POST", "/mgmt/grant/external-auth"),
            ("DELETE", "/profile/x"),
            ("POST", "/profile/x/email"),
            ("DELETE", "/profile/x/email"),
            ("POST", "/profile/x/phone"),
            ("DELETE", "/profile/x/phone"),
        ] {
            let answer = app.call(method, path, value.as_deref(), Value::Null);
            assert_eq!(refusal(&answer), "401 unauthorized", "{path} {value:?}");
        }
    }
}

#[test]
fn an_api_key_does_what_its_scopes_say() {
    let emulator = Emulator::start();
    let user_id = emulator.v2().login("alice").unwrap()["userId"].clone();
    let scopes = json!({"scopes": ["passkey:read", "reg:write"]});
    let key = control_v2(&emulator, "POST", "/api-keys", scopes).ok()["api_key"].clone();
    let app = V2App {
        api_key: key.as_str().unwrap().to_owned(),
        ..V2App::of(&emulator)
    };
    let grant = |grants: Value| {
        app.backend(
            "POST",
            "/mgmt/grant",
            json!({"grants": grants, "username": "alice"}),
        )
    };
    grant(json!(["passkey:read"])).ok();
    grant(json!(["passkey:read", "reg:write"])).ok();
    assert_eq!(refusal(&grant(json!(["passkey:write"]))), "403 forbidden");
    assert_eq!(
        refusal(&grant(json!(["passkey:read", "auth:write"]))),
        "403 forbidden"
    );
    for wrong in [
        json!([]),
        json!(["passkey"]),
        json!("passkey:read"),
        Value::Null,
    ] {
        assert_eq!(refusal(&grant(wrong)), "400 bad_request");
    }
    let path = format!("/profile/{}", user_id.as_str().unwrap());
    assert_eq!(
        refusal(&app.backend("DELETE", &path, Value::Null)),
        "403 forbidden"
    );
    let body = json!({"username": "alice"});
    let external = app.backend("POST", "/mgmt/grant/external-auth", body);
    assert_eq!(refusal(&external), "403 forbidden");
}

#[test]
fn every_error_has_the_shape_of_this_service() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    for (answer, expected) in [
        (
            app.call("GET", "/nowhere", None, Value::Null),
            "404 not_found",
        ),
        (app.call("GET", "", None, Value::Null), "404 not_found"),
        (
            app.call("PUT", "/version", None, Value::Null),
            "405 bad_request",
        ),
        (app.post("/auth/init", json!([])), "400 bad_request"),
        (
            app.post("/auth/otp/verify", json!({"x": "y".repeat(1 << 20)})),
            "413 bad_request",
        ),
    ] {
        assert_eq!(refusal(&answer), expected);
    }
    let form = [(
        "Content-Type",
        "application/x-www-form-urlencoded".to_owned(),
    )];
    let answer = send(
        emulator.base_url(),
        "POST",
        "/fido2/v2/auth/init",
        &form,
        "{}",
    )
    .unwrap();
    assert_eq!(refusal(&answer), "400 bad_request");
    // The older service has another shape.
    assert_eq!(
        send(emulator.base_url(), "GET", "/fido2/v20", &[], "")
            .unwrap()
            .refusal(),
        "404 not_found"
    );
}

#[test]
fn pages_may_read_answers_and_errors() {
    let emulator = Emulator::start();
    let app = V2App::added(&emulator, json!({"origins": ["https://shop.example"]}));
    let ask = |origin: &str, method: &str, path: &str| {
        let headers = [
            ("Host", app.host().to_owned()),
            ("Origin", origin.to_owned()),
            ("Access-Control-Request-Method", "PUT".to_owned()),
            (
                "Access-Control-Request-Headers",
                "authorization,content-type".to_owned(),
            ),
        ];
        send(emulator.base_url(), method, path, &headers, "").unwrap()
    };
    for origin in ["https://shop.example", "http://localhost:3000"] {
        let preflight = ask(origin, "OPTIONS", "/fido2/v2/passkeys/x");
        assert_eq!(preflight.status, 204);
        assert!(
            preflight
                .headers
                .contains(&format!("access-control-allow-origin: {origin}"))
        );
        let refused = ask(origin, "GET", "/fido2/v2/passkeys");
        assert_eq!(refusal(&refused), "401 unauthorized");
        assert!(
            refused
                .headers
                .contains(&format!("access-control-allow-origin: {origin}"))
        );
    }
    // Every kind of refusal, before a route is found or a body is read too.
    let post = |path: &str, body: &str| {
        let headers = [
            ("Host", app.host().to_owned()),
            ("Origin", "https://shop.example".to_owned()),
            ("Content-Type", "application/json".to_owned()),
        ];
        send(emulator.base_url(), "POST", path, &headers, body).unwrap()
    };
    for (answer, expected) in [
        (post("/fido2/v2/nowhere", "{}"), "404 not_found"),
        (post("/fido2/v2/version", "{}"), "405 bad_request"),
        (post("/fido2/v2/auth/init", "{"), "400 bad_request"),
        (
            post("/fido2/v2/auth/init", &" ".repeat((1 << 20) + 1)),
            "413 bad_request",
        ),
        (post("/fido2/v2/mgmt/grant", "{}"), "401 unauthorized"),
    ] {
        assert_eq!(refusal(&answer), expected);
        let shared = "access-control-allow-origin: https://shop.example";
        assert!(answer.headers.contains(shared), "{answer:?}");
        assert!(
            answer.headers.contains("content-type: application/json"),
            "{answer:?}"
        );
    }
    let foreign = ask("https://other.example", "OPTIONS", "/fido2/v2/passkeys");
    assert_eq!(refusal(&foreign), "403 forbidden");
    let unlisted = ask("https://other.example", "GET", "/fido2/v2/passkeys");
    assert!(!unlisted.headers.contains("access-control-allow-origin"));
}
