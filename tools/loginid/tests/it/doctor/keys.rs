//! The application's keys.

use std::io::Write;

use loginid_emulator::{Emulator, NewApplication};
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384};

use super::Doctor;

#[test]
fn a_key_of_another_application_is_refused_by_the_service() {
    let emulator = Emulator::start();
    let other = emulator.add_application(NewApplication::default()).unwrap();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_PRIVATE_KEY", &other.private_key.unwrap())
        .findings();
    findings.only("service token", "do not belong together");
}

#[test]
fn a_key_that_cannot_be_used_is_explained() {
    let emulator = Emulator::start();
    let p384 = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let good = emulator.private_key();
    for (key, words) in [
        (p384.serialize_pem(), "another curve"),
        (p384.public_key_pem(), "is a public key"),
        (good[..60].to_owned(), "is cut off"),
        (good.replace("PRIVATE", "ENCRYPTED PRIVATE"), "passphrase"),
        (good.replace("PRIVATE", "RSA PRIVATE"), "RSA"),
        (format!("{good}{good}"), "more than one private key"),
        ("{\"kty\":\"EC\"}".to_owned(), "JWK"),
    ] {
        let findings = Doctor::of(&emulator)
            .set("LOGINID_PRIVATE_KEY", &key)
            .findings();
        findings.only("private key", words);
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let both = Doctor::of(&emulator).set("LOGINID_PRIVATE_KEY_FILE", file.path().to_str().unwrap());
    both.findings().only(
        "private key",
        "LOGINID_PRIVATE_KEY and LOGINID_PRIVATE_KEY_FILE are both given",
    );
    let none = Doctor::of(&emulator)
        .set("LOGINID_PRIVATE_KEY", "")
        .set("LOGINID_PRIVATE_KEY_FILE", "/no/such/key.pem");
    none.findings().only(
        "private key",
        "LOGINID_PRIVATE_KEY_FILE: cannot read '/no/such/key.pem'",
    );
}

#[test]
fn a_key_is_read_in_every_common_form() {
    let emulator = Emulator::start();
    let key = emulator.private_key();
    for key in [
        key.replace('\n', "\\n"),
        key.replace('\n', "\r\n"),
        format!("\"{}\"", key.trim_end()),
        format!("\u{feff}{}", key.replace('\n', "\r    ")),
        key.replace('\n', ""),
    ] {
        let findings = Doctor::of(&emulator)
            .set("LOGINID_PRIVATE_KEY", &key)
            .findings();
        assert!(findings.well, "{}", findings.text);
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&[b"Schl\xfcssel\n", key.as_bytes()].concat())
        .unwrap();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_PRIVATE_KEY", "")
        .set("LOGINID_PRIVATE_KEY_FILE", file.path().to_str().unwrap())
        .findings();
    assert!(findings.well, "{}", findings.text);
}

#[test]
fn the_public_key_is_compared_with_the_private_one() {
    let emulator = Emulator::start();
    let pair = KeyPair::generate().unwrap();
    let own = emulator.info().applications[0].public_key.clone().unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(own.as_bytes()).unwrap();
    let findings = Doctor::of(&emulator).public_key(file.path()).findings();
    assert!(findings.well, "{}", findings.text);
    findings.has("ok", "public key", "belongs to the private key");

    let other = pair.public_key_pem();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_PUBLIC_KEY", &other)
        .findings();
    findings.only("public key", "not the public key of the private key");
}

#[test]
fn a_public_key_without_a_private_one_is_a_problem() {
    let emulator = Emulator::start();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let own = emulator.info().applications[0].public_key.clone().unwrap();
    file.write_all(own.as_bytes()).unwrap();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_PRIVATE_KEY", "")
        .public_key(file.path())
        .findings();
    findings.only("public key", "no private key to compare it with");
}

#[test]
fn a_client_id_that_is_too_long_is_not_said_to_be_another_service() {
    let emulator = Emulator::start();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_CLIENT_ID", &"x".repeat(100_000))
        .findings();
    findings.only("service", "too long for a request");
    let text = &findings.text;
    assert!(text.contains("To do: shorten "), "{text}");
}
