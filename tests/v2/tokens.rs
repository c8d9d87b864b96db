//! Which tokens are logins, and which confirm a transaction.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use loginid::{Result, Status};
use serde_json::{Value, json};

use crate::service::{Key, Service, now, with};

/// The code of the error, or "ok".
fn verdict(result: Result<String>) -> String {
    match result {
        Ok(verified) => {
            let verified: Value = serde_json::from_str(&verified).expect("JSON");
            assert_eq!(verified["valid"], true);
            "ok".to_owned()
        }
        Err(error) => error.code().to_owned(),
    }
}

#[test]
fn a_login_is_verified_by_the_key_set() {
    let service = Service::with_keys_only();
    let client = service.client();
    for username in [None, Some("ann@example.com")] {
        let verified = client.verify_token(&service.login(), username);
        let verified: Value = serde_json::from_str(&verified.expect("a login")).expect("JSON");
        assert_eq!(verified["claims"]["sub"], "user-1");
        assert_eq!(verified["header"]["kid"], "key-1");
    }
    let request = service.request();
    assert_eq!(request.line, "GET /fido2/v2/.well-known/jwks.json");
    assert_eq!(request.header("authorization"), None);
    assert_eq!(request.header("content-type"), None);
    assert_eq!(request.header("accept"), Some("application/json"));
    assert!(request.header("request-id").is_some());
    assert_eq!(request.header("x-client-id"), None);
}

#[test]
fn each_claim_of_a_login_is_checked() {
    let service = Service::with_keys_only();
    let client = service.client();
    let origin = service.base_url();
    for (name, value, expected) in [
        ("iss", Value::Null, "issuer_mismatch"),
        (
            "iss",
            json!("https://app-1.api.loginid.io"),
            "issuer_mismatch",
        ),
        ("iss", json!(format!("{origin}/")), "issuer_mismatch"),
        ("iss", json!([origin]), "malformed_token"),
        ("aud", Value::Null, "audience_mismatch"),
        ("aud", json!("APP-1"), "audience_mismatch"),
        ("aud", json!(["app-2"]), "audience_mismatch"),
        ("aud", json!(["app-2", "app-1"]), "ok"),
        ("aud", json!(["app-1", 1]), "malformed_token"),
        ("exp", Value::Null, "malformed_token"),
        ("exp", json!(now() - 120), "token_expired"),
        ("exp", json!("soon"), "malformed_token"),
        ("nbf", json!(now() + 120), "token_not_yet_valid"),
        ("iat", json!(now() + 120), "token_not_yet_valid"),
        ("tokenType", Value::Null, "token_kind_mismatch"),
        ("tokenType", json!("grant"), "token_kind_mismatch"),
        ("tokenType", json!("JWTACCESS"), "token_kind_mismatch"),
        ("tokenType", json!(["jwtAccess"]), "malformed_token"),
        ("txHash", json!("x"), "token_kind_mismatch"),
        ("username", json!(7), "malformed_token"),
        ("username", Value::Null, "ok"),
        ("sub", json!({}), "malformed_token"),
        ("verify", json!("https://evil.example/verify"), "ok"),
        ("udata", json!("bob@example.com"), "ok"),
    ] {
        let token = service.login_with(name, value.clone());
        let found = verdict(client.verify_token(&token, None));
        assert_eq!(found, expected, "{name} {value}");
    }
    assert_eq!(service.requests().len(), 1);
}

#[test]
fn the_user_is_the_username_and_nothing_else() {
    let service = Service::with_keys_only();
    let client = service.client();
    let udata = service.login_with("udata", json!("bob@example.com"));
    for (token, username, expected) in [
        (&service.login(), "ANN@example.com", "username_mismatch"),
        (&service.login(), "bob@example.com", "username_mismatch"),
        (&udata, "bob@example.com", "username_mismatch"),
        (&udata, "ann@example.com", "ok"),
        (
            &service.login_with("username", Value::Null),
            "ann@example.com",
            "username_mismatch",
        ),
    ] {
        assert_eq!(
            verdict(client.verify_token(token, Some(username))),
            expected
        );
    }
}

#[test]
fn a_host_is_compared_without_regard_to_case_and_a_configured_id_exactly() {
    let service = Service::with_keys_only();
    let port = service.base_url().rsplit(':').next().unwrap().to_owned();
    let base_url = format!("http://APP-1.localhost:{port}/");
    let client = service.client_with(json!({"base_url": base_url, "application_id": null}));
    let login = |iss: &str, aud: &str| {
        let claims = with(service.claims(), "iss", json!(format!("{iss}:{port}")));
        service.key.sign(&with(claims, "aud", json!(aud)))
    };
    for (iss, aud, expected) in [
        ("http://APP-1.localhost", "APP-1", "ok"),
        ("http://app-1.LOCALHOST", "app-1", "ok"),
        ("https://APP-1.localhost", "APP-1", "issuer_mismatch"),
        ("http://APP-2.localhost", "APP-1", "issuer_mismatch"),
        ("http://APP-1.localhost", "APP-2", "audience_mismatch"),
    ] {
        let found = verdict(client.verify_token(&login(iss, aud), None));
        assert_eq!(found, expected, "{iss} {aud}");
    }
    let issuer = json!({"issuer": "https://ID.example.com/"});
    let client = service.client_with(issuer);
    for (iss, expected) in [
        ("https://id.example.com", "ok"),
        ("https://id.example.com/", "issuer_mismatch"),
    ] {
        let token = service.login_with("iss", json!(iss));
        assert_eq!(
            verdict(client.verify_token(&token, None)),
            expected,
            "{iss}"
        );
    }
}

#[test]
fn a_forged_token_is_refused() {
    let service = Service::with_keys_only();
    let client = service.client();
    let (other, claims) = (Key::new("key-1"), service.claims());
    let sign = |header: Value| service.key.sign_with(&header, &claims);
    let good = service.login();
    for (token, expected) in [
        (other.sign(&claims), "invalid_signature"),
        (Key::new("key-2").sign(&claims), "unknown_key"),
        (
            sign(json!({"alg": "none", "kid": "key-1"})),
            "unexpected_algorithm",
        ),
        (
            sign(json!({"alg": "HS256", "kid": "key-1"})),
            "unexpected_algorithm",
        ),
        (sign(json!({"alg": "ES256", "kid": ""})), "malformed_token"),
        (sign(json!({"alg": "ES256", "jwk": other.public()})), "ok"),
        (
            other.sign_with(&json!({"alg": "ES256", "jwk": other.public()}), &claims),
            "invalid_signature",
        ),
        (good.replace('.', ""), "malformed_token"),
        (format!("{good} "), "malformed_token"),
    ] {
        assert_eq!(
            verdict(client.verify_token(&token, None)),
            expected,
            "{token}"
        );
    }
}

fn hash(payload: &str, nonce: &str, server_nonce: &str) -> String {
    let text = [payload, nonce, server_nonce].concat();
    URL_SAFE_NO_PAD.encode(digest(&SHA256, text.as_bytes()))
}

#[test]
fn a_transaction_is_of_this_payload_and_nonce() {
    let service = Service::with_keys_only();
    let client = service.client();
    // It need not have an exp, a user or a type.
    let claims = json!({
        "iss": service.base_url(), "aud": "app-1", "iat": now(), "nonce": "n-1", "lNonce": "l-1",
        "txHash": hash("pay 10", "n-1", "l-1"),
    });
    let verify = |claims: &Value, payload: &str, nonce: &str, username: Option<&str>| {
        let token = service.key.sign(claims);
        verdict(client.verify_transaction(&token, payload, nonce, username))
    };
    let changed = |name: &str, value: Value| with(claims.clone(), name, value);
    for (claims, payload, nonce, username, expected) in [
        (claims.clone(), "pay 10", "n-1", None, "ok"),
        (claims.clone(), "pay 10", "n-1", Some("ann"), "ok"),
        (
            claims.clone(),
            "pay 99",
            "n-1",
            None,
            "transaction_hash_mismatch",
        ),
        (claims.clone(), "pay 10", "n-2", None, "nonce_mismatch"),
        (changed("nonce", Value::Null), "pay 10", "n-1", None, "ok"),
        (
            changed("nonce", Value::Null),
            "pay 10",
            "n-2",
            None,
            "transaction_hash_mismatch",
        ),
        (
            changed("lNonce", Value::Null),
            "pay 10",
            "n-1",
            None,
            "transaction_hash_mismatch",
        ),
        (
            changed("txHash", Value::Null),
            "pay 10",
            "n-1",
            None,
            "transaction_hash_missing",
        ),
        (
            changed("tx_hash", json!("other")),
            "pay 10",
            "n-1",
            None,
            "malformed_token",
        ),
        (
            changed("txHash", json!(1)),
            "pay 10",
            "n-1",
            None,
            "malformed_token",
        ),
        (
            changed("nonce", json!(1)),
            "pay 10",
            "n-1",
            None,
            "malformed_token",
        ),
        (
            changed("username", json!("ann")),
            "pay 10",
            "n-1",
            Some("ann"),
            "ok",
        ),
        (
            changed("username", json!("ann")),
            "pay 10",
            "n-1",
            Some("Ann"),
            "username_mismatch",
        ),
        (
            changed("exp", json!(now() - 120)),
            "pay 10",
            "n-1",
            None,
            "token_expired",
        ),
        (
            changed("aud", json!("app-2")),
            "pay 10",
            "n-1",
            None,
            "audience_mismatch",
        ),
        (
            changed("iss", json!("http://x")),
            "pay 10",
            "n-1",
            None,
            "issuer_mismatch",
        ),
    ] {
        let found = verify(&claims, payload, nonce, username);
        assert_eq!(
            found, expected,
            "{claims}, {payload}, {nonce}, {username:?}"
        );
    }
    // A login confirms nothing, and a confirmation is no login.
    let login = client.verify_transaction(&service.login(), "pay 10", "n-1", None);
    assert_eq!(verdict(login), "transaction_hash_missing");
    let login = with(
        with(claims, "tokenType", json!("jwtAccess")),
        "exp",
        json!(now() + 60),
    );
    let error = client
        .verify_token(&service.key.sign(&login), None)
        .unwrap_err();
    assert_eq!(error.status(), Status::LID_ERROR_CLAIM_MISMATCH);
    assert_eq!(error.code(), "token_kind_mismatch");
}
