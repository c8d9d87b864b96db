//! The key set: when it is requested, and what serves as one.

use serde_json::{Value, json};

use crate::service::{Key, Service, answer};

#[test]
fn what_is_no_usable_key_set_is_an_error_of_the_answer() {
    let service = Service::with_keys_only();
    let large = format!("{{\"keys\":[],\"x\":\"{}\"}}", "x".repeat(64 * 1024));
    for (key_set, code) in [
        ((200, "<html>".to_owned()), "invalid_public_key"),
        (answer(200, json!({})), "invalid_public_key"),
        (
            answer(200, json!({"keys": [{"kty": "RSA"}]})),
            "invalid_public_key",
        ),
        ((200, large), "invalid_public_key"),
        (
            answer(404, json!({"msg": "no", "msgCode": "not_found"})),
            "not_found",
        ),
    ] {
        service.set_key_set(key_set);
        let error = service.client().verify_token(&service.login(), None);
        let error = error.expect_err("no key set");
        assert_eq!(error.code(), code, "{error}");
        assert!(
            error.message().contains("127.0.0.1") || code == "not_found",
            "{error}"
        );
        assert_eq!(error.operation(), Some("v2_verify_token"));
        service.requests();
    }
}

#[test]
fn a_new_key_is_requested_when_a_token_names_it() {
    let service = Service::with_keys_only();
    let client = service.client();
    client
        .verify_token(&service.login(), None)
        .expect("a login");
    let new = Key::new("key-2");
    let keys = json!({"keys": [service.key.public(), new.public()]});
    service.set_key_set(answer(200, keys));
    for _ in 0..2 {
        client
            .verify_token(&new.sign(&service.claims()), None)
            .expect("a login");
        client
            .verify_token(&service.login(), None)
            .expect("a login");
    }
    assert_eq!(service.requests().len(), 2);
}

#[test]
fn two_keys_of_one_id_are_both_tried() {
    let service = Service::with_keys_only();
    let client = service.client();
    let twin = Key::new("key-1");
    let keys = json!({"keys": [twin.public(), service.key.public()]});
    service.set_key_set(answer(200, keys));
    client
        .verify_token(&service.login(), None)
        .expect("a login");
    client
        .verify_token(&twin.sign(&service.claims()), None)
        .expect("a login");
    let other = Key::new("key-1").sign(&service.claims());
    let error = client
        .verify_token(&other, None)
        .expect_err("a forged token");
    assert_eq!(error.code(), "invalid_signature");
}

#[test]
fn pinned_keys_are_used_before_fetched_ones_and_alone_without_fetching() {
    let service = Service::with_keys_only();
    let pinned = Key::new("key-1");
    let jwks = json!({"keys": [pinned.public()]});
    let client = service.client_with(json!({ "jwks": jwks }));
    let login = |key: &Key| key.sign(&service.claims());
    client.verify_token(&login(&pinned), None).expect("a login");
    let code = |result: loginid::Result<String>| result.expect_err("refused").code().to_owned();
    assert_eq!(
        code(client.verify_token(&service.login(), None)),
        "invalid_signature"
    );
    assert_eq!(service.requests().len(), 0);
    let other = Key::new("key-2");
    let keys: Value = json!({"keys": [service.key.public(), other.public()]});
    service.set_key_set(answer(200, keys));
    client.verify_token(&login(&other), None).expect("a login");
    assert_eq!(
        code(client.verify_token(&service.login(), None)),
        "invalid_signature"
    );
    assert_eq!(service.requests().len(), 1);
    let client = service.client_with(json!({"jwks": jwks, "fetch_keys": false}));
    client.verify_token(&login(&pinned), None).expect("a login");
    assert_eq!(
        code(client.verify_token(&login(&other), None)),
        "unknown_key"
    );
    assert_eq!(service.requests().len(), 0);
}
