//! The error of a key set that cannot be used. `tests/tokens/keys` tests what serves as one, and when it is
//! requested.

use serde_json::json;

use crate::service::{Service, answer};

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
