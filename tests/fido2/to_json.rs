//! What `PublicKeyCredential.toJSON()` returns completes each ceremony, unchanged.

use loginid::{Result, Status};
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json as value};

use crate::support::{PAGE, Service, USER, authenticated, fails, json, text};

/// Makes a key for an answer with an `attestation_payload`, as a page does.
fn created(device: &mut SoftAuthenticator, begun: &Value) -> Value {
    let options = &begun["attestation_payload"];
    let mut created = device.created(options, PAGE).expect("a key");
    assert!(
        created["response"]["attestationObject"].is_string(),
        "{created}"
    );
    created["credential_uuid"] = options["credential_uuid"].clone();
    created
}

fn signed(device: &mut SoftAuthenticator, options: &Value) -> Value {
    let signed = device.signed(options, PAGE).expect("the device has a key");
    assert!(signed["response"]["clientDataJSON"].is_string(), "{signed}");
    signed
}

fn registered(service: &Service, device: &mut SoftAuthenticator) -> Value {
    let begun = json(service.register_fido2_init(USER, None));
    let created = created(device, &begun).to_string();
    json(service.register_fido2_complete(USER, &created, Some("phone")))
}

fn last_body(service: &Service) -> Value {
    let requests = service.emulator.requests();
    let mut bodies = requests.iter().rev().filter_map(|one| one.body.clone());
    bodies.next().expect("a request with a body")
}

#[test]
fn a_key_registers_and_logs_in() {
    let service = Service::start();
    let mut device = SoftAuthenticator::platform();
    let begun = json(service.register_fido2_init(USER, None));
    let created = created(&mut device, &begun);
    let answer = service.register_fido2_complete(USER, &created.to_string(), Some("phone"));
    authenticated(&json(answer), "fido2");
    let options = &begun["attestation_payload"];
    let expected = value!({
        "credential_uuid": options["credential_uuid"],
        "credential_id": created["rawId"],
        "challenge": options["challenge"],
        "client_data": created["response"]["clientDataJSON"],
        "attestation_data": created["response"]["attestationObject"],
    });
    assert_eq!(last_body(&service)["attestation_payload"], expected);

    let options = service.login_payload();
    let signed = signed(&mut device, &options);
    authenticated(
        &json(service.authenticate_fido2_complete(USER, &signed.to_string())),
        "fido2",
    );
    let expected = value!({
        "challenge": options["challenge"],
        "credential_id": signed["rawId"],
        "client_data": signed["response"]["clientDataJSON"],
        "authenticator_data": signed["response"]["authenticatorData"],
        "signature": signed["response"]["signature"],
    });
    assert_eq!(last_body(&service)["assertion_payload"], expected);
}

#[test]
fn a_second_key_is_added() {
    let service = Service::start();
    registered(&service, &mut SoftAuthenticator::platform());
    let begun = json(service.force_fido2_credential_init(None, Some(USER), None));
    let created = created(&mut SoftAuthenticator::platform(), &begun).to_string();
    let added = json(service.complete_add_fido2_credential(&created, USER, Some("tablet")));
    authenticated(&added, "fido2");
    assert_eq!(text(&added, "/credential/name"), "tablet");
}

#[test]
fn a_transaction_is_confirmed() {
    let service = Service::start();
    let mut device = SoftAuthenticator::platform();
    registered(&service, &mut device);
    let begun = json(service.init_tx(USER, None, Some("Pay 10.00 € to Grace"), None));
    let signed = signed(&mut device, &begun["assertion_options"]);
    let id = text(&begun, "/tx_id");
    let confirmed = json(service.complete_tx(&id, USER, &signed.to_string()));
    let jwt = text(&confirmed, "/jwt");
    let nonce = text(&begun, "/nonce");
    json(service.verify_transaction(&jwt, "Pay 10.00 € to Grace", Some(&nonce)));
    let body = last_body(&service);
    assert_eq!(body["challenge"], begun["assertion_options"]["challenge"]);
    assert_eq!(body["key_handle"], signed["rawId"]);
}

/// What cannot be used causes no request, and is not repeated in the error.
#[test]
fn what_cannot_be_used_is_refused_before_any_request() {
    type Complete = fn(&Service, &str) -> Result<String>;
    let complete: [(Complete, &str); 4] = [
        (
            |service, payload| service.register_fido2_complete(USER, payload, None),
            "invalid_attestation_payload",
        ),
        (
            |service, payload| service.complete_add_fido2_credential(payload, USER, None),
            "invalid_attestation_payload",
        ),
        (
            |service, payload| service.authenticate_fido2_complete(USER, payload),
            "invalid_assertion_payload",
        ),
        (
            |service, payload| service.complete_tx("an-id", USER, payload),
            "invalid_assertion_payload",
        ),
    ];
    let service = Service::start();
    for (complete, code) in complete {
        let canary = |mut object: Value, pointer: &str| {
            let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
            object.pointer_mut(parent).expect("an object")[name] = value!(["Q0FOQVJZCANARY"]);
            object
        };
        let object = value!({
            "id": "Q0FOQVJZCANARY", "rawId": "Q0FOQVJZCANARY", "type": "public-key",
            "response": {
                "clientDataJSON": "eyJjaGFsbGVuZ2UiOiJDQU5BUlkifQ",
                "attestationObject": "Q0FOQVJZCANARY",
                "authenticatorData": "Q0FOQVJZCANARY",
                "signature": "Q0FOQVJZCANARY",
            },
            "clientExtensionResults": {}, "credential_uuid": "CANARY",
        });
        let mut refused = 0;
        for wrong in [
            canary(object.clone(), "/id"),
            canary(object.clone(), "/rawId"),
            canary(object.clone(), "/type"),
            canary(object.clone(), "/response"),
            canary(object.clone(), "/response/clientDataJSON"),
            canary(object.clone(), "/challenge"),
            canary(object.clone(), "/client_data"),
        ] {
            let answer = complete(&service, &wrong.to_string());
            let error = answer.as_ref().expect_err("a refusal").to_json();
            assert!(!error.contains("CANARY"), "{error}");
            fails(answer, Status::LID_ERROR_INVALID_ARGUMENT, code);
            refused += 1;
        }
        assert_eq!(refused, 7);
        if code == "invalid_attestation_payload" {
            let mut object = object;
            object["credential_uuid"].take();
            let answer = complete(&service, &object.to_string());
            fails(
                answer,
                Status::LID_ERROR_INVALID_ARGUMENT,
                "credential_uuid_required",
            );
        }
    }
    assert_eq!(service.emulator.request_count(), 0);
}
