//! Transactions confirmed with a key.

use loginid::Status;
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::Value;

use crate::support::{PAGE, Service, USER, fails, json, refused, text};

const PAYLOAD: &str = "Pay 10.00 € to Grace";

fn sign(device: &mut SoftAuthenticator, begun: &Value) -> String {
    let signed = device.confirm(&begun["assertion_options"], PAGE);
    signed.expect("the device has a key").to_string()
}

#[test]
fn a_transaction_is_confirmed_with_a_key() {
    let service = Service::start();
    let mut device = SoftAuthenticator::platform();
    service.register(&mut device, None);

    let begun = json(service.init_tx(USER, None, Some(PAYLOAD), None));
    let (id, nonce) = (text(&begun, "/tx_id"), text(&begun, "/nonce"));
    let confirmed = json(service.complete_tx(&id, USER, &sign(&mut device, &begun)));
    let jwt = text(&confirmed, "/jwt");

    let verified = json(service.verify_transaction(&jwt, PAYLOAD, Some(&nonce)));
    assert_eq!(text(&verified, "/claims/udata"), USER);
    let other = service.verify_transaction(&jwt, "Pay 99.00 €", Some(&nonce));
    fails(
        other,
        Status::LID_ERROR_CLAIM_MISMATCH,
        "transaction_hash_mismatch",
    );
    let other = service.verify_transaction(&jwt, PAYLOAD, Some("another"));
    fails(other, Status::LID_ERROR_CLAIM_MISMATCH, "nonce_mismatch");
}

#[test]
fn a_transaction_created_before_is_confirmed_with_its_own_nonce() {
    let service = Service::start();
    let mut device = SoftAuthenticator::platform();
    service.register(&mut device, None);
    let created = json(service.create_tx(PAYLOAD, Some(USER), Some("a nonce of ours")));
    let id = text(&created, "/id");
    let begun = json(service.init_tx(USER, Some(&id), None, None));
    assert_eq!(text(&begun, "/tx_id"), id);
    let signed = sign(&mut device, &begun);
    let confirmed = json(service.complete_tx(&id, USER, &signed));
    let jwt = text(&confirmed, "/jwt");
    json(service.verify_transaction(&jwt, PAYLOAD, Some("a nonce of ours")));
    refused(
        service.complete_tx(&id, USER, &signed),
        "transaction_already_confirmed",
    );
}

#[test]
fn a_login_does_not_confirm() {
    let service = Service::start();
    let mut device = SoftAuthenticator::platform();
    service.register(&mut device, None);
    let begun = json(service.init_tx(USER, None, Some(PAYLOAD), None));
    let signed = device.confirm(&service.login_payload(), PAGE).unwrap();
    let answer = service.complete_tx(&text(&begun, "/tx_id"), USER, &signed.to_string());
    refused(answer, "invalid_challenge");
}

#[test]
fn a_confirmation_must_be_complete() {
    let service = Service::start();
    for payload in [
        r#"{"challenge":"a","key_handle":"a","client_data":"a","auth_data":"a"}"#,
        r#"{"challenge":"a","key_handle":"a","client_data":"a","auth_data":"a","sign_data":1}"#,
        r#"{"challenge":"a","key_handle":"a","client_data":"a","auth_data":"a","sign_data":"a","x":1}"#,
    ] {
        let answer = service.complete_tx("an-id", USER, payload);
        fails(
            answer,
            Status::LID_ERROR_INVALID_ARGUMENT,
            "invalid_assertion_payload",
        );
    }
    let both = service.init_tx(USER, Some("an-id"), Some(PAYLOAD), None);
    fails(
        both,
        Status::LID_ERROR_INVALID_ARGUMENT,
        "transaction_required",
    );
    assert_eq!(service.emulator.request_count(), 0);
}
