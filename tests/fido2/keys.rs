//! Registration and login with one key, and refused attempts.

use loginid::Status;
use loginid_test_authenticator::{Error, SoftAuthenticator};

use crate::support::{PAGE, Service, USER, authenticated, fails, json, refused, text};

#[test]
fn a_key_registers_and_logs_in() {
    let service = Service::start();
    let mut device = SoftAuthenticator::platform();
    let uuid = service.register(&mut device, None);
    let answer = json(service.log_in(&mut device));
    authenticated(&answer, "fido2");
    assert_eq!(text(&answer, "/credential/uuid"), uuid);
    assert_eq!(text(&answer, "/credential/name"), "phone");
    let verified = json(service.verify_token(&text(&answer, "/jwt"), Some(USER)));
    assert_eq!(verified["claims"]["sub"], answer["user"]["id"]);
}

#[test]
fn an_application_without_a_key_can_do_so_too() {
    let service = Service::start_public();
    let mut device = SoftAuthenticator::platform();
    service.register(&mut device, None);
    authenticated(&json(service.log_in(&mut device)), "fido2");
    let requests = service.emulator.requests();
    // Two to register, two to log in, one for the key.
    assert_eq!(requests.len(), 5);
    assert!(
        requests
            .iter()
            .all(|request| request.header("authorization").is_none())
    );
}

#[test]
fn a_key_from_another_machine_is_requested_as_such() {
    let service = Service::start();
    let (mut laptop, mut stick) = (SoftAuthenticator::platform(), SoftAuthenticator::roaming());
    let options = Some(r#"{"roaming_authenticator":true}"#);
    let begun = json(service.register_fido2_init(USER, options));
    let made = laptop.register(&begun["attestation_payload"], PAGE);
    assert_eq!(made, Err(Error::Attachment));
    service.register(&mut stick, options);
    authenticated(&json(service.log_in(&mut stick)), "fido2");
}

#[test]
fn the_options_reach_the_device() {
    let service = Service::start();
    let options = r#"{"display_name":"Ada L.","override_name":"ada","register_session":"s-1"}"#;
    let begun = json(service.register_fido2_init(USER, Some(options)));
    assert_eq!(
        text(&begun, "/attestation_payload/user/displayName"),
        "Ada L."
    );
    assert_eq!(text(&begun, "/attestation_payload/user/name"), "ada");
    assert_eq!(text(&begun, "/register_session"), "s-1");
    let unknown = service.register_fido2_init(USER, Some(r#"{"displayname":"Ada"}"#));
    fails(
        unknown,
        Status::LID_ERROR_INVALID_ARGUMENT,
        "invalid_options",
    );
}

#[test]
fn another_page_is_refused() {
    let service = Service::start();
    let mut device = SoftAuthenticator::platform();
    // A page of this machine, which the browser permits, but which the service does not know.
    let page = "https://app.localhost:9443";
    let begun = json(service.register_fido2_init(USER, None));
    let made = device
        .register(&begun["attestation_payload"], page)
        .unwrap();
    let answer = service.register_fido2_complete(USER, &made.to_string(), None);
    refused(answer, "invalid_attestation");

    service.register(&mut device, None);
    let signed = device.login(&service.login_payload(), page).unwrap();
    let answer = service.authenticate_fido2_complete(USER, &signed.to_string());
    refused(answer, "failed_to_authenticate");

    let emulator = &service.emulator;
    let added = emulator.add_origin(emulator.client_id(), page, None);
    added.expect("a valid origin");
    let signed = device.login(&service.login_payload(), page).unwrap();
    json(service.authenticate_fido2_complete(USER, &signed.to_string()));
}

#[test]
fn a_challenge_is_used_once() {
    let service = Service::start();
    let mut device = SoftAuthenticator::platform();
    service.register(&mut device, None);
    let payload = service.login_payload();
    json(service.complete(&mut device, &payload));
    refused(service.complete(&mut device, &payload), "invalid_challenge");

    // A failed attempt uses the challenge too.
    let payload = service.login_payload();
    let mut signed = device.login(&payload, PAGE).unwrap();
    let genuine = signed["signature"].clone();
    signed["signature"] = "AAAA".into();
    let answer = service.authenticate_fido2_complete(USER, &signed.to_string());
    refused(answer, "failed_to_authenticate");
    signed["signature"] = genuine;
    let answer = service.authenticate_fido2_complete(USER, &signed.to_string());
    refused(answer, "invalid_challenge");
}

#[test]
fn a_counter_that_goes_back_is_refused() {
    let service = Service::start();
    let mut device = SoftAuthenticator::platform();
    service.register(&mut device, None);
    let mut copy = device.clone();
    json(service.log_in(&mut device));
    json(service.log_in(&mut device));
    // The copy has an older counter.
    refused(service.log_in(&mut copy), "failed_to_authenticate");
    json(service.log_in(&mut device));
}

#[test]
fn another_device_is_refused() {
    let service = Service::start();
    let (mut device, mut other) = (SoftAuthenticator::platform(), SoftAuthenticator::platform());
    service.register(&mut device, None);
    let result = other.login(&service.login_payload(), PAGE);
    assert_eq!(result, Err(Error::NoCredential));
}

#[test]
fn a_payload_that_is_not_an_object_causes_no_request() {
    let service = Service::start();
    for payload in ["", "[]", "{", r#"{"a":1,"a":2}"#, "null"] {
        let answer = service.authenticate_fido2_complete(USER, payload);
        fails(answer, Status::LID_ERROR_INVALID_ARGUMENT, "invalid_json");
        let answer = service.register_fido2_complete(USER, payload, None);
        fails(answer, Status::LID_ERROR_INVALID_ARGUMENT, "invalid_json");
        let answer = service.complete_add_fido2_credential(payload, USER, None);
        fails(answer, Status::LID_ERROR_INVALID_ARGUMENT, "invalid_json");
    }
    assert_eq!(service.emulator.request_count(), 0);
}
