//! Adding a second key, and revoking the first.

use loginid::Result;
use loginid_test_authenticator::{Error, SoftAuthenticator};
use serde_json::Value;

use crate::support::{PAGE, Service, USER, authenticated, json, refused, text};

const PURPOSE: &str = "add_credential";

/// Makes the requested key on the device, and completes the registration.
fn complete(service: &Service, device: &mut SoftAuthenticator, begun: &Value) -> Result<String> {
    let made = device
        .register(&begun["attestation_payload"], PAGE)
        .unwrap();
    service.complete_add_fido2_credential(&made.to_string(), USER, Some("tablet"))
}

#[test]
fn a_code_adds_a_second_key_and_the_first_is_revoked() {
    let service = Service::start();
    let (mut phone, mut tablet) = (SoftAuthenticator::platform(), SoftAuthenticator::platform());
    let first = service.register(&mut phone, None);

    let generated = json(service.generate_code("short", PURPOSE, false, None, Some(USER)));
    let code = text(&generated, "/code");
    let begin = || service.init_add_fido2_credential_with_code(&code, "short", USER, None);
    refused(begin(), "code_not_authorized");
    json(service.authorize_code(&code, "short", PURPOSE, None, Some(USER)));
    let begun = json(begin());
    let again = phone.register(&begun["attestation_payload"], PAGE);
    assert_eq!(again, Err(Error::Excluded), "the phone has a key already");
    let added = json(complete(&service, &mut tablet, &begun));
    authenticated(&added, "fido2");
    assert_eq!(text(&added, "/credential/name"), "tablet");
    refused(begin(), "invalid_verification_code");

    let renamed = json(service.rename_credential(&first, "old phone", None, Some(USER)));
    assert_eq!(text(&renamed, "/credential/name"), "old phone");
    let listed = json(service.get_credentials(Some("active"), None, Some(USER)));
    let names: Vec<_> = listed["credentials"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["name"])
        .collect();
    assert_eq!(names, ["old phone", "tablet"]);

    let payload = service.login_payload();
    let revoked = json(service.revoke_credential(&first, None, Some(USER)));
    assert_eq!(text(&revoked, "/credential/status"), "revoked");
    // Even if the challenge was sent before.
    refused(
        service.complete(&mut phone, &payload),
        "failed_to_authenticate",
    );
    let payload = service.login_payload();
    assert_eq!(phone.login(&payload, PAGE), Err(Error::NoCredential));
    authenticated(&json(service.complete(&mut tablet, &payload)), "fido2");
}

#[test]
fn a_key_is_added_without_a_code_by_force() {
    let service = Service::start();
    let user = json(service.add_user_without_credentials(USER));
    let id = text(&user, "/id");
    let (mut laptop, mut stick) = (SoftAuthenticator::platform(), SoftAuthenticator::roaming());
    let begun = json(service.force_fido2_credential_init(Some(&id), None, None));
    authenticated(&json(complete(&service, &mut laptop, &begun)), "fido2");
    let options = Some(r#"{"roaming_authenticator":true,"display_name":"Ada L."}"#);
    let begun = json(service.force_fido2_credential_init(None, Some(USER), options));
    assert_eq!(
        text(&begun, "/attestation_payload/user/displayName"),
        "Ada L."
    );
    authenticated(&json(complete(&service, &mut stick, &begun)), "fido2");
    for device in [&mut laptop, &mut stick] {
        authenticated(&json(service.log_in(device)), "fido2");
    }
}

#[test]
fn a_challenge_to_add_a_credential_does_not_register() {
    let service = Service::start();
    json(service.add_user_without_credentials(USER));
    let begun = json(service.force_fido2_credential_init(None, Some(USER), None));
    let made = SoftAuthenticator::platform().register(&begun["attestation_payload"], PAGE);
    let answer = service.register_fido2_complete(USER, &made.unwrap().to_string(), None);
    refused(answer, "invalid_challenge");
}
