//! The request for the key set, and issuers that are configured. `tests/tokens` tests which tokens are good.

use loginid::Result;
use serde_json::{Value, json};

use crate::service::{Service, with};

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
