//! Login with an identity document; the test decides the results of scans.

use crate::support::{Service, USER, json, refused, text};

/// A user and a document that waits for its scan.
fn begun() -> (Service, String) {
    let service = Service::start();
    json(service.add_user_without_credentials(USER));
    let begun = json(service.add_doc_scan_credential_init(None, Some(USER), Some("passport")));
    assert!(text(&begun, "/iframe_url").starts_with("http"));
    let uuid = text(&begun, "/credential_uuid");
    (service, uuid)
}

fn status(service: &Service) -> String {
    let listed = json(service.get_credentials(None, None, Some(USER)));
    text(&listed, "/credentials/0/status")
}

#[test]
fn a_document_is_added_evaluated_and_logs_in() {
    let (service, uuid) = begun();
    let complete = || service.add_doc_scan_credential_complete(&uuid, true, None, Some(USER));
    refused(complete(), "scan_not_completed");
    service.emulator.decide_doc_scan(&uuid, true).unwrap();
    let added = json(complete());
    assert_eq!(text(&added, "/credential/uuid"), uuid);
    assert_eq!(text(&added, "/credential/name"), "passport");
    json(service.verify_token(&text(&added, "/jwt"), Some(USER)));

    let evaluation = json(service.evaluate_doc_scan_credential(&uuid, None, Some(USER)));
    assert_eq!(text(&evaluation, "/token_type"), "Bearer");
    json(service.verify_token(&text(&evaluation, "/auth_token"), Some(USER)));

    for credential_id in [None, Some(uuid.as_str())] {
        let begun = json(service.authenticate_doc_scan_init(USER, credential_id));
        assert_eq!(text(&begun, "/credential_uuid"), uuid);
        refused(
            service.authenticate_doc_scan_complete(USER, &uuid),
            "scan_not_completed",
        );
        service.emulator.decide_doc_scan(&uuid, true).unwrap();
        let answer = json(service.authenticate_doc_scan_complete(USER, &uuid));
        assert_eq!(answer["is_authenticated"], true);
        json(service.verify_token(&text(&answer, "/jwt"), Some(USER)));
    }
}

#[test]
fn a_document_can_be_discarded() {
    let (service, uuid) = begun();
    service.emulator.decide_doc_scan(&uuid, true).unwrap();
    let answer = json(service.add_doc_scan_credential_complete(&uuid, false, None, Some(USER)));
    assert_eq!(
        answer.get("jwt"),
        None,
        "a discarded document is not a login"
    );
    assert_eq!(status(&service), "revoked");
    refused(
        service.authenticate_doc_scan_init(USER, None),
        "credential_not_found",
    );
}

#[test]
fn a_scan_that_fails_does_not_log_in() {
    let (service, uuid) = begun();
    service.emulator.decide_doc_scan(&uuid, true).unwrap();
    json(service.add_doc_scan_credential_complete(&uuid, true, None, Some(USER)));
    json(service.authenticate_doc_scan_init(USER, None));
    service.emulator.decide_doc_scan(&uuid, false).unwrap();
    let answer = service.authenticate_doc_scan_complete(USER, &uuid);
    refused(answer, "failed_to_authenticate");
    assert_eq!(status(&service), "active");
}
