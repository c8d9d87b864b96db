//! Registration with an authenticator.

use std::time::Duration;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use loginid_emulator::Emulator;
use loginid_test_authenticator::{Error, SoftAuthenticator};
use serde_json::{Value, json};

use super::{ORIGIN, changed, login, login_init, register_complete, register_init};
use crate::support::App;

#[test]
fn the_registration_options_are_as_documented() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let answer = register_init(&app, "alice", Value::Null);
    assert_eq!(answer.get("register_session"), None);
    let payload = &answer["attestation_payload"];
    assert_eq!(payload["rp"]["id"], "localhost");
    assert_eq!(
        (&payload["user"]["name"], &payload["user"]["displayName"]),
        (&json!("alice"), &json!("alice"))
    );
    assert_eq!(
        payload["pubKeyCredParams"],
        json!([
            {"type": "public-key", "alg": -7},
            {"type": "public-key", "alg": -8},
            {"type": "public-key", "alg": -257},
        ])
    );
    assert_eq!(payload["excludeCredentials"], json!([]));
    assert_eq!(
        payload["authenticatorSelection"],
        json!({"authenticatorAttachment": "platform", "userVerification": "required"})
    );
    assert_eq!(payload["challenge"].as_str().unwrap().len(), 43);
    for field in ["credential_uuid", "attestation"] {
        assert!(payload[field].is_string(), "{payload}");
    }

    let options = json!({"display_name": "Alice L.", "override_name": "al", "roaming_authenticator": true, "register_session": true});
    let answer = register_init(&app, "alice", options);
    assert_eq!(answer["register_session"], true);
    let payload = &answer["attestation_payload"];
    assert_eq!(
        (&payload["user"]["name"], &payload["user"]["displayName"]),
        (&json!("al"), &json!("Alice L."))
    );
    assert_eq!(
        payload["authenticatorSelection"]["authenticatorAttachment"],
        "cross-platform"
    );
}

#[test]
fn roaming_keys_register_and_log_in() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let init_answer = register_init(&app, "alice", json!({"roaming_authenticator": true}));
    let payload = &init_answer["attestation_payload"];
    assert_eq!(
        SoftAuthenticator::platform().register(payload, ORIGIN),
        Err(Error::Attachment)
    );
    let mut key = SoftAuthenticator::roaming();
    register_complete(&app, "alice", &key.register(payload, ORIGIN).unwrap()).ok();
    assert_eq!(
        login_init(&app, "alice")["allowCredentials"][0]["transports"],
        json!(["usb", "nfc", "ble"])
    );
    login(&app, "alice", &mut key).ok();
}

#[test]
fn a_name_that_is_taken_is_not_registered_again() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("bob");
    let init = |name: &str| {
        app.post(
            "/register/fido2/init",
            "auth.register",
            json!({"username": name}),
        )
    };
    assert_eq!(init("bob").refusal(), "400 username_taken");
    // The name is taken between init and complete.
    let init_answer = register_init(&app, "alice", Value::Null);
    app.add_user("alice");
    let attestation = SoftAuthenticator::platform()
        .register(&init_answer["attestation_payload"], ORIGIN)
        .unwrap();
    assert_eq!(
        register_complete(&app, "alice", &attestation).refusal(),
        "400 username_taken"
    );
}

#[test]
fn a_registration_is_bound_to_its_user_challenge_and_time() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let attestation = |name: &str| {
        let init_answer = register_init(&app, name, Value::Null);
        SoftAuthenticator::platform()
            .register(&init_answer["attestation_payload"], ORIGIN)
            .unwrap()
    };
    let refused = |name: &str, payload: &Value| register_complete(&app, name, payload).refusal();
    assert_eq!(
        refused("bob", &attestation("alice")),
        "400 invalid_challenge",
        "another user"
    );
    let mut other = attestation("alice");
    other["challenge"] = attestation("alice")["challenge"].clone();
    assert_eq!(
        refused("alice", &other),
        "400 invalid_attestation",
        "another challenge than was signed"
    );
    let mut other = attestation("alice");
    other["credential_uuid"] = attestation("alice")["credential_uuid"].clone();
    assert_eq!(refused("alice", &other), "400 invalid_attestation");
    let mut other = attestation("alice");
    other["credential_id"] = changed(&other["credential_id"]);
    assert_eq!(refused("alice", &other), "400 invalid_attestation");
    let mut other = attestation("alice");
    other["client_data"] = json!("e30");
    assert_eq!(refused("alice", &other), "400 invalid_attestation");
    let mut other = attestation("alice");
    other["attestation_data"] = json!("not base64!");
    assert_eq!(refused("alice", &other), "400 bad_request");

    let late = attestation("alice");
    emulator.advance_clock(Duration::from_secs(121));
    assert_eq!(refused("alice", &late), "400 invalid_challenge", "too late");
    let good = attestation("alice");
    register_complete(&app, "alice", &good).ok();
    assert_eq!(
        refused("alice", &good),
        "400 invalid_challenge",
        "used before"
    );
}

#[test]
fn a_device_that_did_not_verify_its_user_is_refused() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let init_answer = register_init(&app, "alice", Value::Null);
    let mut attestation = SoftAuthenticator::platform()
        .register(&init_answer["attestation_payload"], ORIGIN)
        .unwrap();
    // Without attestation the flags are not signed. They follow the hash of the relying party id.
    let mut object = URL_SAFE_NO_PAD
        .decode(attestation["attestation_data"].as_str().unwrap())
        .unwrap();
    let rp_id_hash = digest(&SHA256, b"localhost");
    let flags = object
        .windows(32)
        .position(|window| window == rp_id_hash.as_ref())
        .unwrap()
        + 32;
    assert_eq!(object[flags] & 4, 4);
    object[flags] &= !4;
    attestation["attestation_data"] = json!(URL_SAFE_NO_PAD.encode(object));
    let answer = register_complete(&app, "alice", &attestation);
    assert_eq!(answer.refusal(), "400 invalid_attestation");
    assert!(answer.body.contains("not verified"), "{answer:?}");
}

#[test]
fn a_key_belongs_to_one_user_only() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let device = &mut SoftAuthenticator::platform();
    let init_answer = register_init(&app, "alice", Value::Null);
    let attestation = device
        .register(&init_answer["attestation_payload"], ORIGIN)
        .unwrap();
    register_complete(&app, "alice", &attestation).ok();
    // Without attestation only the client data has the challenge: the same key can answer another one.
    let init_answer = register_init(&app, "bob", Value::Null);
    let payload = &init_answer["attestation_payload"];
    let mut again = SoftAuthenticator::platform()
        .register(payload, ORIGIN)
        .unwrap();
    again["attestation_data"] = attestation["attestation_data"].clone();
    again["credential_id"] = attestation["credential_id"].clone();
    assert_eq!(
        register_complete(&app, "bob", &again).refusal(),
        "400 credential_already_exists"
    );
}
