//! Devices whose keys have another algorithm than ES256.

use loginid_emulator::Emulator;
use loginid_test_authenticator::{Algorithm, Error, SoftAuthenticator};
use serde_json::{Value, json};

use super::{ORIGIN, login, login_complete, login_init, register_init, register_with};
use crate::support::App;

#[test]
fn they_register_log_in_and_confirm_transactions() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    for algorithm in [Algorithm::EdDSA, Algorithm::RS256] {
        let username = format!("{algorithm:?}");
        let device = SoftAuthenticator::platform().only(algorithm);
        let mut device = register_with(&app, &username, device);
        assert_eq!(
            login(&app, &username, &mut device).ok()["is_authenticated"],
            true
        );

        let body =
            json!({"username": username, "nonce": "n", "tx_type": "text", "tx_payload": "1 EUR"});
        let tx = app.call_with("POST", "/tx/init", None, body).ok();
        let mut signed = device.confirm(&tx["assertion_options"], ORIGIN).unwrap();
        signed["username"] = json!(username);
        signed["tx_id"] = tx["tx_id"].clone();
        assert!(app.call_with("POST", "/tx/complete", None, signed).ok()["jwt"].is_string());
    }
}

#[test]
fn another_devices_signature_is_refused() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    for algorithm in [Algorithm::EdDSA, Algorithm::RS256] {
        let username = format!("{algorithm:?}");
        let device = SoftAuthenticator::platform().only(algorithm);
        let mut device = register_with(&app, &username, device);
        let right = device.login(&login_init(&app, &username), ORIGIN).unwrap();
        let mut wrong = device.login(&login_init(&app, &username), ORIGIN).unwrap();
        wrong["signature"] = right["signature"].clone();
        let refusal = login_complete(&app, &username, &wrong).refusal();
        assert_eq!(refusal, "401 failed_to_authenticate");
    }
}

#[test]
fn a_device_without_an_offered_algorithm_makes_no_key() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = SoftAuthenticator::platform().only(Algorithm::ML_DSA_44);
    let options = register_init(&app, "alice", Value::Null);
    let refused = device.register(&options["attestation_payload"], ORIGIN);
    assert!(matches!(refused, Err(Error::Browser(_))), "{refused:?}");
}
