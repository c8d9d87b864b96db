//! `fetch_keys`: false, for programs that pin v1's keys. `set.rs` has the pinned sets.

use loginid_emulator::Emulator;
use serde_json::json;

use super::{GOOD, UNKNOWN, token, token_of};
use crate::capi::Client;
use crate::forged::SIGNATURE;
use crate::support::Version::V1;
use crate::support::service::with;

#[test]
fn pinned_keys_verify_and_no_other_is_fetched() {
    let emulator = Emulator::start();
    let good = token(V1, &emulator);
    let pinned = json!({
        "fetch_keys": false,
        "public_keys": {"other": emulator.public_key(), emulator.info().kid: emulator.public_key()},
    });
    let client = Client::new(&with(&V1.online(&emulator), pinned));
    assert_eq!(client.verify_token(&good).verdict(), GOOD);
    emulator.rotate_keys();
    let outcome = client.verify_token(token(V1, &emulator));
    assert_eq!(outcome.verdict(), UNKNOWN);
    let message = outcome.json()["error"]["message"].to_string();
    assert!(message.contains("fetch_keys"), "{message}");
    assert_eq!(outcome.json()["error"]["request_id"], json!(null));
    let foreign = client.verify_token(token_of(V1, &emulator, json!("other")));
    assert_eq!(foreign.verdict(), SIGNATURE);
    let none = V1.signed(&emulator, json!({"alg": "ES256"}));
    assert_eq!(client.verify_token(none).verdict(), UNKNOWN);
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn a_token_without_kid_is_verified_with_the_key_pinned_for_it() {
    let emulator = Emulator::start();
    let pinned = json!({"fetch_keys": false, "public_keys": {"": emulator.public_key()}});
    let client = Client::new(&with(&V1.online(&emulator), pinned));
    let without = || V1.signed(&emulator, json!({"alg": "ES256"}));
    assert_eq!(client.verify_token(without()).verdict(), GOOD);
    emulator.rotate_keys();
    assert_eq!(client.verify_token(without()).verdict(), SIGNATURE);
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn the_key_pinned_for_tokens_without_kid_is_used_for_no_others() {
    let emulator = Emulator::start();
    let of_kid = emulator.public_key();
    emulator.rotate_keys();
    let without = emulator.public_key();
    let pinned = json!({"fetch_keys": false, "public_keys": {"k": of_kid, "": without}});
    let client = Client::new(&with(&V1.online(&emulator), pinned));
    let token = token_of(V1, &emulator, json!("k"));
    assert_eq!(client.verify_token(token).verdict(), SIGNATURE);
}

#[test]
fn without_pinned_keys_it_is_a_contradiction() {
    for keys in [json!({}), json!({"public_keys": {}})] {
        let config = json!({"client_id": "app-1", "fetch_keys": false});
        let outcome = Client::with_config(with(&config, keys).to_string());
        let outcome = outcome.expect_err("an error");
        assert_eq!(outcome.verdict(), "LID_ERROR_CONFIG contradictory_fields");
        assert!(outcome.text.contains("fetch_keys"), "{}", outcome.text);
    }
    let mistyped = Client::with_config(r#"{"client_id":"app-1","fetch_keys":"false"}"#);
    let mistyped = mistyped.expect_err("an error");
    assert_eq!(mistyped.verdict(), "LID_ERROR_CONFIG mistyped_field");
}
