//! Answers of the authenticator of the `passkey` crates, in LoginID's format.

use base64::prelude::{BASE64_URL_SAFE_NO_PAD, Engine};
use loginid_emulator::webauthn::{
    Expected, Refusal, RegisteredKey, verify_assertion, verify_registration,
};
use loginid_test_authenticator::{Algorithm, SoftAuthenticator};
use serde_json::{Value, json};

const ORIGIN: &str = "https://login.example.com";
const RP_ID: &str = "example.com";

fn expected(challenge: &str) -> Expected {
    Expected {
        challenge: challenge.into(),
        origins: vec![ORIGIN.into()],
        rp_id: RP_ID.into(),
        require_user_verification: true,
    }
}

fn attestation_payload(rp_id: &str, algorithm: i32) -> Value {
    json!({
        "credential_uuid": "2e8e9a8c-5b0f-4d9e-8f3b-0d9a6b0f7c11",
        "challenge": "Y3JlYXRpbmcgYSBrZXk",
        "rp": {"id": rp_id, "name": "Example"},
        "user": {"id": "dXNlcg", "name": "ada", "displayName": "Ada"},
        "pubKeyCredParams": [{"type": "public-key", "alg": algorithm}],
        "excludeCredentials": [],
        "authenticatorSelection": {"userVerification": "required"},
        "attestation": "direct",
        "timeout": 60000,
    })
}

fn assertion_payload(key: &RegisteredKey, challenge: &str) -> Value {
    let id = BASE64_URL_SAFE_NO_PAD.encode(&key.credential_id);
    json!({
        "challenge": challenge,
        "rpId": RP_ID,
        "allowCredentials": [{"id": id, "type": "public-key", "transports": ["internal"]}],
        "userVerification": "required",
        "timeout": 60000,
    })
}

fn bytes(answer: &Value, member: &str) -> Vec<u8> {
    let text = answer[member].as_str().unwrap();
    BASE64_URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn verify_register(expected: &Expected, answer: &Value) -> Result<RegisteredKey, Refusal> {
    let (client_data, attestation) = (
        bytes(answer, "client_data"),
        bytes(answer, "attestation_data"),
    );
    verify_registration(expected, &client_data, &attestation)
}

fn verify_login(expected: &Expected, key: &RegisteredKey, answer: &Value) -> Result<u32, Refusal> {
    let part = |member| bytes(answer, member);
    let (client_data, data) = (part("client_data"), part("authenticator_data"));
    verify_assertion(expected, key, &client_data, &data, &part("signature"))
}

fn registered(device: &mut SoftAuthenticator) -> RegisteredKey {
    let payload = attestation_payload(RP_ID, -7);
    let answer = device.register(&payload, ORIGIN).unwrap();
    let key = verify_register(&expected("Y3JlYXRpbmcgYSBrZXk"), &answer).unwrap();
    assert_eq!(answer["credential_uuid"], payload["credential_uuid"]);
    assert_eq!(answer["challenge"], payload["challenge"]);
    assert_eq!(bytes(&answer, "credential_id"), key.credential_id);
    key
}

#[test]
fn register_and_log_in() {
    for mut device in [SoftAuthenticator::platform(), SoftAuthenticator::roaming()] {
        let mut key = registered(&mut device);
        assert_eq!(key.sign_count, 0);
        for (count, challenge) in [(1, "Zmlyc3Q"), (2, "c2Vjb25k")] {
            let answer = device
                .login(&assertion_payload(&key, challenge), ORIGIN)
                .unwrap();
            assert_eq!(answer["challenge"], challenge);
            assert_eq!(bytes(&answer, "credential_id"), key.credential_id);
            key.sign_count = verify_login(&expected(challenge), &key, &answer).unwrap();
            assert_eq!(key.sign_count, count);
        }
    }
}

#[test]
fn confirm_a_transaction() {
    let mut device = SoftAuthenticator::platform();
    let key = registered(&mut device);
    // The challenge is the hash of a transaction.
    let hash = "n4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg";
    let answer = device
        .confirm(&assertion_payload(&key, hash), ORIGIN)
        .unwrap();
    let part = |member| bytes(&answer, member);
    let (client_data, data) = (part("client_data"), part("auth_data"));
    let verify = |hash, signature: &[u8]| {
        verify_assertion(&expected(hash), &key, &client_data, &data, signature)
    };
    assert_eq!(verify(hash, &part("sign_data")), Ok(1));
    assert_eq!(part("key_handle"), key.credential_id);
    let other = "A4bQgYhMfWWaL-qgxVrQFaO_TxsrC4Is0V1sFbDwCgg";
    assert_eq!(verify(other, &part("sign_data")), Err(Refusal::Challenge));
}

#[test]
fn other_expectations_refuse_a_genuine_registration() {
    let mut device = SoftAuthenticator::platform();
    let payload = attestation_payload(RP_ID, -7);
    let answer = device.register(&payload, ORIGIN).unwrap();
    let right = expected("Y3JlYXRpbmcgYSBrZXk");
    verify_register(&right, &answer).unwrap();

    let mut other = right.clone();
    other.challenge = "b3RoZXI".into();
    assert_eq!(verify_register(&other, &answer), Err(Refusal::Challenge));
    let mut other = right.clone();
    other.origins = vec!["https://www.example.com".into()];
    let refusal = Refusal::Origin(ORIGIN.into());
    assert_eq!(verify_register(&other, &answer), Err(refusal));
    let mut other = right;
    other.rp_id = "login.example.com".into();
    assert_eq!(verify_register(&other, &answer), Err(Refusal::RpId));
}

#[test]
fn an_ed25519_key_registers_and_logs_in() {
    let mut device = SoftAuthenticator::platform();
    let answer = device
        .register(&attestation_payload(RP_ID, -8), ORIGIN)
        .unwrap();
    let key = verify_register(&expected("Y3JlYXRpbmcgYSBrZXk"), &answer).unwrap();
    let answer = device
        .login(&assertion_payload(&key, "Zmlyc3Q"), ORIGIN)
        .unwrap();
    assert_eq!(verify_login(&expected("Zmlyc3Q"), &key, &answer), Ok(1));
    assert_eq!(
        verify_login(&expected("c2Vjb25k"), &key, &answer),
        Err(Refusal::Challenge)
    );
}

#[test]
fn a_key_of_another_relying_party_is_refused() {
    // An origin under both relying party ids: the browser allows either.
    let mut device = SoftAuthenticator::platform();
    let answer = device
        .register(&attestation_payload("login.example.com", -7), ORIGIN)
        .unwrap();
    let result = verify_register(&expected("Y3JlYXRpbmcgYSBrZXk"), &answer);
    assert_eq!(result, Err(Refusal::RpId));
}

#[test]
fn registrations_are_not_assertions() {
    let mut device = SoftAuthenticator::platform();
    let key = registered(&mut device);
    let login = device
        .login(&assertion_payload(&key, "Zmlyc3Q"), ORIGIN)
        .unwrap();
    let mut crossed = login.clone();
    crossed["attestation_data"] = crossed["authenticator_data"].clone();
    let refusal = verify_register(&expected("Zmlyc3Q"), &crossed).unwrap_err();
    assert!(matches!(refusal, Refusal::ClientDataType { .. }));

    let mut crossed = device
        .register(&attestation_payload(RP_ID, -7), ORIGIN)
        .unwrap();
    crossed["authenticator_data"] = login["authenticator_data"].clone();
    crossed["signature"] = login["signature"].clone();
    let refusal = verify_login(&expected("Y3JlYXRpbmcgYSBrZXk"), &key, &crossed).unwrap_err();
    assert!(matches!(refusal, Refusal::ClientDataType { .. }));
}

#[test]
fn another_device_cannot_sign_for_the_key() {
    let (mut device, mut other) = (SoftAuthenticator::platform(), SoftAuthenticator::platform());
    let (key, other_key) = (registered(&mut device), registered(&mut other));
    let answer = other
        .login(&assertion_payload(&other_key, "Zmlyc3Q"), ORIGIN)
        .unwrap();
    let refused = Err(Refusal::Signature);
    assert_eq!(verify_login(&expected("Zmlyc3Q"), &key, &answer), refused);
}

#[test]
fn a_copied_device_is_found_out() {
    let mut device = SoftAuthenticator::platform();
    let mut key = registered(&mut device);
    let mut copy = device.clone();
    for _ in 0..2 {
        let answer = device
            .login(&assertion_payload(&key, "Zmlyc3Q"), ORIGIN)
            .unwrap();
        key.sign_count = verify_login(&expected("Zmlyc3Q"), &key, &answer).unwrap();
    }
    for (received, challenge) in [(1, "c2Vjb25k"), (2, "dGhpcmQ")] {
        let answer = copy
            .login(&assertion_payload(&key, challenge), ORIGIN)
            .unwrap();
        let result = verify_login(&expected(challenge), &key, &answer);
        let stored = 2;
        assert_eq!(result, Err(Refusal::SignCount { stored, received }));
    }
}

#[test]
fn an_rsa_key_registers_and_logs_in() {
    let mut device = SoftAuthenticator::platform().only(Algorithm::RS256);
    let answer = device
        .register(&attestation_payload(RP_ID, -257), ORIGIN)
        .unwrap();
    let key = verify_register(&expected("Y3JlYXRpbmcgYSBrZXk"), &answer).unwrap();
    let answer = device
        .login(&assertion_payload(&key, "Zmlyc3Q"), ORIGIN)
        .unwrap();
    assert_eq!(verify_login(&expected("Zmlyc3Q"), &key, &answer), Ok(1));
}

#[test]
fn an_algorithm_that_is_not_offered_is_refused() {
    let mut device = SoftAuthenticator::platform().only(Algorithm::ML_DSA_44);
    let answer = device
        .register(&attestation_payload(RP_ID, -48), ORIGIN)
        .unwrap();
    let result = verify_register(&expected("Y3JlYXRpbmcgYSBrZXk"), &answer);
    assert_eq!(result, Err(Refusal::Algorithm(-48)));
}
