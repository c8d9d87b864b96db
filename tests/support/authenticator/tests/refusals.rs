//! The authenticator refuses what a browser and a device refuse.

use loginid_test_authenticator::{Error, SoftAuthenticator};
use serde_json::{Value, json};

const ORIGIN: &str = "https://login.example.com";

fn attestation_payload() -> Value {
    json!({
        "credential_uuid": "2e8e9a8c-5b0f-4d9e-8f3b-0d9a6b0f7c11",
        "challenge": "Y2hhbGxlbmdl",
        "rp": {"id": "example.com", "name": "Example"},
        "user": {"id": "dXNlcg", "name": "ada", "displayName": "Ada"},
        "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
    })
}

fn assertion_payload(ids: &[&Value]) -> Value {
    let listed: Vec<_> = ids
        .iter()
        .map(|id| json!({"id": id, "type": "public-key"}))
        .collect();
    json!({"challenge": "Y2hhbGxlbmdl", "rpId": "example.com", "allowCredentials": listed})
}

#[test]
fn an_excluded_device_makes_no_second_credential() {
    let (mut device, mut other) = (SoftAuthenticator::platform(), SoftAuthenticator::platform());
    let mut payload = attestation_payload();
    let first = device.register(&payload, ORIGIN).unwrap();
    payload["excludeCredentials"] = json!([{"id": first["credential_id"], "type": "public-key"}]);
    assert_eq!(device.register(&payload, ORIGIN), Err(Error::Excluded));
    // Also for another user: the list matters, not the name.
    payload["user"]["id"] = json!("b3RoZXI");
    assert_eq!(device.register(&payload, ORIGIN), Err(Error::Excluded));
    other.register(&payload, ORIGIN).unwrap();
}

#[test]
fn only_allowed_keys_sign() {
    let (mut device, mut other) = (SoftAuthenticator::platform(), SoftAuthenticator::platform());
    let make = |device: &mut SoftAuthenticator| {
        let answer = device.register(&attestation_payload(), ORIGIN).unwrap();
        answer["credential_id"].clone()
    };
    let (old, new, foreign) = (make(&mut device), make(&mut device), make(&mut other));

    for (ids, signer) in [
        (&[&old][..], &old),
        (&[&new], &new),
        (&[&foreign, &old], &old),
    ] {
        let answer = device.login(&assertion_payload(ids), ORIGIN).unwrap();
        assert_eq!(answer["credential_id"], *signer);
        let answer = device.confirm(&assertion_payload(ids), ORIGIN).unwrap();
        assert_eq!(answer["key_handle"], *signer);
    }
    // No keys of its own, and an empty list: these keys are not discoverable.
    for ids in [&[&foreign][..], &[]] {
        let result = device.login(&assertion_payload(ids), ORIGIN);
        assert_eq!(result, Err(Error::NoCredential));
    }
}

#[test]
fn a_discoverable_key_signs_unlisted() {
    let mut device = SoftAuthenticator::platform();
    let mut payload = attestation_payload();
    payload["authenticatorSelection"] = json!({"residentKey": "required"});
    let made = device.register(&payload, ORIGIN).unwrap();
    let answer = device.login(&assertion_payload(&[]), ORIGIN).unwrap();
    assert_eq!(answer["credential_id"], made["credential_id"]);
}

#[test]
fn a_key_signs_for_its_relying_party_only() {
    let mut device = SoftAuthenticator::platform();
    let made = device.register(&attestation_payload(), ORIGIN).unwrap();
    let mut payload = assertion_payload(&[&made["credential_id"]]);
    payload["rpId"] = json!("login.example.com");
    let result = device.login(&payload, ORIGIN);
    assert_eq!(result, Err(Error::NoCredential));
}

#[test]
fn the_attachment_must_be_its_own() {
    for (mut right, mut wrong, attachment) in [
        (
            SoftAuthenticator::platform(),
            SoftAuthenticator::roaming(),
            "platform",
        ),
        (
            SoftAuthenticator::roaming(),
            SoftAuthenticator::platform(),
            "cross-platform",
        ),
    ] {
        let mut payload = attestation_payload();
        payload["authenticatorSelection"] = json!({"authenticatorAttachment": attachment});
        assert_eq!(wrong.register(&payload, ORIGIN), Err(Error::Attachment));
        right.register(&payload, ORIGIN).unwrap();
    }
}

#[test]
fn an_origin_may_not_claim_another_relying_party() {
    let mut device = SoftAuthenticator::platform();
    for origin in [
        "https://evil.example",
        "http://login.example.com",
        "https://127.0.0.1",
        "x",
    ] {
        let result = device.register(&attestation_payload(), origin);
        assert!(
            matches!(result, Err(Error::Browser(_))),
            "{origin}: {result:?}"
        );
    }
}

#[test]
fn localhost_needs_no_tls() {
    let mut payload = attestation_payload();
    payload["rp"]["id"] = json!("localhost");
    let mut device = SoftAuthenticator::platform();
    device.register(&payload, "http://localhost:8080").unwrap();
}

#[test]
fn an_incomplete_payload_is_refused() {
    let mut device = SoftAuthenticator::platform();
    let mut payload = attestation_payload();
    payload.as_object_mut().unwrap().remove("challenge");
    let result = device.register(&payload, ORIGIN);
    assert!(matches!(result, Err(Error::Payload(_))), "{result:?}");
}
