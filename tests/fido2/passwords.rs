//! Passwords, key pairs, recovery codes and verification mails.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use loginid::generate_key_pair;
use loginid_emulator::{Contact, ContactType};
use p256::pkcs8::SecretDocument;
use serde_json::{Value, json as object};

use crate::support::{Service, USER, authenticated, json, refused, text};

const PASSWORD: &str = "correct horse battery staple";

#[test]
fn a_password_registers_and_logs_in() {
    let service = Service::start();
    authenticated(&json(service.register_password(USER, PASSWORD)), "password");
    authenticated(
        &json(service.authenticate_password(USER, PASSWORD)),
        "password",
    );
    let wrong = service.authenticate_password(USER, "correct horse battery stable");
    refused(wrong, "failed_to_authenticate");
    refused(service.register_password(USER, PASSWORD), "username_taken");
    refused(service.register_password("grace", "short"), "weak_password");
    refused(
        service.authenticate_password("nobody", PASSWORD),
        "user_not_found",
    );
}

/// The assertion of a public-key login, as the user's program signs it.
fn sign(service: &Service, key: &str, challenge: &Value) -> String {
    let claims = object!({
        "challenge_id": challenge["challenge_id"],
        "server_nonce": challenge["server_nonce"],
        "username": USER,
        "iat": service.emulator.now(),
    });
    let (_, der) = SecretDocument::from_pem(key).expect("the library's own key");
    let key = EncodingKey::from_ec_der(der.as_bytes());
    encode(&Header::new(Algorithm::ES256), &claims, &key).expect("the claims are JSON")
}

#[test]
fn a_key_pair_logs_in() {
    let service = Service::start();
    json(service.add_user_without_credentials(USER));
    let (pair, other) = (json(generate_key_pair()), json(generate_key_pair()));
    let (public, private) = (text(&pair, "/public_key"), text(&pair, "/private_key"));

    let added = service.add_publickey_credential(&public, None, None, Some(USER), Some("server"));
    let added = json(added);
    authenticated(&added, "public_key");
    assert_eq!(text(&added, "/credential/name"), "server");

    let begin = || json(service.authenticate_publickey_init(USER, &public, None));
    let challenge = begin();
    let (id, assertion) = (
        text(&challenge, "/challenge_id"),
        sign(&service, &private, &challenge),
    );
    let complete =
        |id: &str, assertion: &str| service.authenticate_publickey_complete(USER, id, assertion);
    authenticated(&json(complete(&id, &assertion)), "public_key");
    refused(complete(&id, &assertion), "invalid_challenge");

    let challenge = begin();
    let forged = sign(&service, &text(&other, "/private_key"), &challenge);
    refused(
        complete(&text(&challenge, "/challenge_id"), &forged),
        "failed_to_authenticate",
    );
    let unknown = service.authenticate_publickey_init(USER, &text(&other, "/public_key"), None);
    refused(unknown, "credential_not_found");
}

#[test]
fn a_recovery_code_is_a_phrase() {
    let service = Service::start();
    let id = text(&json(service.add_user_without_credentials(USER)), "/id");
    let first = json(service.generate_recovery_code(Some(&id), None));
    let second = json(service.generate_recovery_code(None, Some(USER)));
    assert_ne!(first["code"], second["code"]);
    assert!(text(&first, "/created_at").starts_with("20"));
    let active = json(service.get_credentials(Some("active"), None, Some(USER)));
    assert_eq!(
        active["credentials"].as_array().unwrap().len(),
        1,
        "the newer one counts"
    );
}

#[test]
fn a_verification_mail_needs_an_address() {
    let service = Service::start();
    let id = text(&json(service.add_user_without_credentials(USER)), "/id");
    refused(
        service.send_email_verification(&id),
        "email_verification_not_sent",
    );
    let contact = Contact {
        kind: ContactType::Email,
        contact: USER.to_owned(),
        is_verified: false,
    };
    service.emulator.add_contact(USER, contact).unwrap();
    assert_eq!(service.send_email_verification(&id).unwrap(), "{}");
}
