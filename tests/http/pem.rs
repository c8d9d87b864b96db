//! Certificates and their keys in every common form, made by OpenSSL, as most of them
//! are.

use std::fs;
use std::path::Path;
use std::process::Command;

use loginid_emulator::Emulator;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::capi::lid_status::*;
use crate::capi::{Client, Outcome, config};
use crate::common::compiler::run;
use crate::pem_forms::travelled;

/// Runs `openssl` in a folder, and gives what it printed.
fn openssl(folder: &Path, arguments: &str) -> String {
    let words = arguments.split(' ');
    run(Command::new("openssl").args(words).current_dir(folder))
}

/// A folder with `other.pem`, the certificate of an unrelated CA, and its key in
/// `other.key`.
fn folder() -> TempDir {
    let folder = TempDir::new().expect("a folder");
    openssl(
        folder.path(),
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=other \
         -keyout other.key -out other.pem",
    );
    folder
}

fn read(folder: &TempDir, name: &str) -> String {
    fs::read_to_string(folder.path().join(name)).expect(name)
}

/// Changes that happen to files in transit: text around PEM may have any encoding.
fn files(pem: &str) -> Vec<Vec<u8>> {
    let mut files: Vec<_> = travelled(pem).map(String::into_bytes).into();
    files.push([b"f\xfcr uns\n", pem.as_bytes(), b"\xe9"].concat());
    files
}

#[test]
fn cas_are_read_in_every_form() {
    let emulator = Emulator::builder().tls().start();
    let folder = folder();
    let (own, other) = (emulator.ca_pem().expect("TLS"), read(&folder, "other.pem"));
    let key = read(&folder, "other.key");
    let parameters = openssl(folder.path(), "ecparam -name prime256v1");
    let file = folder.path().join("ca.pem");
    let mut number = 0;
    for all in [
        own.to_owned(),
        format!("{own}{other}"),
        format!("{other}{own}"),
        format!("{parameters}{key}{other}{own}"),
        format!("{own}{key}"),
    ] {
        for text in files(&all) {
            let mut ways = vec![json!({"ca_file": file})];
            // A JSON string is UTF-8.
            ways.extend(std::str::from_utf8(&text).map(|text| json!({"ca_pem": text})));
            fs::write(&file, &text).expect("a file");
            for way in ways {
                let mut config = config(&emulator, way);
                if config.get("ca_file").is_some() {
                    config.as_object_mut().expect("an object").remove("ca_pem");
                }
                number += 1;
                let outcome = Client::new(&config).add_user(&format!("ann-{number}"));
                let shown = String::from_utf8_lossy(&text);
                assert_eq!(outcome.status, LID_OK, "{}: {shown}", outcome.text);
            }
        }
    }
    assert_eq!(number, 5 * (12 + 11));
}

#[test]
fn a_client_certificate_and_its_key_are_read_in_every_form() {
    let emulator = Emulator::builder().mutual_tls().start();
    let (certificate, key) = emulator.client_certificate().expect("mutual TLS");
    let authority = emulator.ca_pem().expect("TLS");
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("key.pem"), key).expect("a file");
    let sec1 = openssl(folder.path(), "ec -in key.pem");
    let explicit = openssl(folder.path(), "ec -in key.pem -param_enc explicit");
    let mut number = 0;
    for (chain, key) in [
        (certificate.to_owned(), key.to_owned()),
        (format!("{certificate}{authority}"), sec1.clone()),
        // TLS requires the key's own certificate first, but files have any order.
        (format!("{authority}{certificate}"), key.to_owned()),
        (
            format!("{key}{certificate}"),
            format!("{certificate}{sec1}"),
        ),
        (certificate.to_owned(), explicit),
    ] {
        for (chain, key) in travelled(&chain).into_iter().zip(travelled(&key)) {
            let own = json!({"client_cert_pem": chain, "client_key_pem": key});
            number += 1;
            let outcome = Client::new(&config(&emulator, own)).add_user(&format!("ann-{number}"));
            assert_eq!(outcome.status, LID_OK, "{}: {chain} {key}", outcome.text);
        }
    }
    assert_eq!(number, 5 * 11);
}

/// No client can be made; the message begins with the field and contains this.
#[track_caller]
fn refused(emulator: &Emulator, settings: Value, field: &str, why: &str) -> Outcome {
    let mut config = config(emulator, settings);
    let members = config.as_object_mut().expect("an object");
    members.retain(|_, value| !value.is_null());
    let outcome = Client::try_new(&config).expect_err(why);
    assert_eq!(outcome.status, LID_ERROR_CONFIG, "{}", outcome.text);
    assert_eq!(outcome.code(), "invalid_certificate", "{}", outcome.text);
    let message = outcome
        .error("message")
        .as_str()
        .expect("a text")
        .to_owned();
    assert!(
        message.starts_with(field) && message.contains(why),
        "{message}"
    );
    outcome
}

/// Runs the command that a message gives.
fn follow_advice(folder: &TempDir, outcome: &Outcome, further: &str) {
    let message = outcome
        .error("message")
        .as_str()
        .expect("a text")
        .to_owned();
    let advice = message
        .split('\'')
        .find_map(|part| part.strip_prefix("openssl "));
    let advice = advice.unwrap_or_else(|| panic!("no command: {message}"));
    openssl(folder.path(), format!("{advice} {further}").trim_end());
}

#[test]
fn another_format_of_a_certificate_is_named_with_the_command_that_converts_it() {
    let emulator = Emulator::builder().tls().start();
    let folder = folder();
    fs::write(
        folder.path().join("ca.pem"),
        emulator.ca_pem().expect("TLS"),
    )
    .expect("a file");
    let at = |name: &str| folder.path().join(name);
    let mut number = 0;
    let mut works = |made: &str| {
        let mut config = config(&emulator, json!({"ca_file": at(made)}));
        config.as_object_mut().expect("an object").remove("ca_pem");
        number += 1;
        let outcome = Client::new(&config).add_user(&format!("ann-{number}"));
        assert_eq!(outcome.status, LID_OK, "{made}: {}", outcome.text);
    };
    for (make, made, why, further, converted) in [
        (
            "x509 -in ca.pem -outform DER -out certificate.der",
            "certificate.der",
            "binary (DER)",
            "",
            "certificate.pem",
        ),
        (
            "pkcs12 -export -nokeys -in ca.pem -out certificates.p12 -passout pass:secret",
            "certificates.p12",
            "PKCS#12",
            "-passin pass:secret",
            "certificates.pem",
        ),
        (
            "x509 -in ca.pem -trustout -out trusted.pem",
            "trusted.pem",
            "'TRUSTED CERTIFICATE'",
            "",
            "certificate.pem",
        ),
        (
            "crl2pkcs7 -nocrl -certfile ca.pem -out bundle.p7b",
            "bundle.p7b",
            "'PKCS7'",
            "",
            "certificates.pem",
        ),
    ] {
        openssl(folder.path(), make);
        let settings = json!({"ca_pem": null, "ca_file": at(made)});
        let outcome = refused(&emulator, settings, "ca_file ", why);
        follow_advice(&folder, &outcome, further);
        works(converted);
    }
}

#[test]
fn a_damaged_block_is_named_and_never_skipped() {
    let emulator = Emulator::builder().tls().start();
    let folder = folder();
    let (own, other) = (emulator.ca_pem().expect("TLS"), read(&folder, "other.pem"));
    let request = openssl(folder.path(), "req -new -key other.key -subj /CN=a");
    let file = folder.path().join("ca.pem");
    for (text, why) in [
        (
            format!("{own}{}", other.replace("-----END CERTIFICATE-----", "")),
            "block 2 ('CERTIFICATE') is cut off",
        ),
        (
            format!("{}{own}", other.replace("MII", "M*I")),
            "block 1 ('CERTIFICATE') is damaged: it is not base64",
        ),
        (
            format!("{own}{}", &other[..200]),
            "block 2 ('CERTIFICATE') is cut off",
        ),
        (
            format!("{}{own}", other.replace("-----BEGIN", "----BEGIN")),
            "block 1 has a line '-----END …-----', but its line '-----BEGIN …-----' is missing",
        ),
        (
            format!("{own}{}", &other[30..]),
            "block 2 has a line '-----END …-----', but its line '-----BEGIN …-----' is missing",
        ),
        (
            format!("{own}{request}"),
            "'CERTIFICATE REQUEST', which is not a certificate",
        ),
        (
            read(&folder, "other.key"),
            "no '-----BEGIN CERTIFICATE-----' block",
        ),
        (String::new(), "it is empty"),
    ] {
        refused(&emulator, json!({"ca_pem": text}), "ca_pem ", why);
        fs::write(&file, &text).expect("a file");
        refused(
            &emulator,
            json!({"ca_pem": null, "ca_file": file}),
            "ca_file ",
            why,
        );
        let own = json!({"client_cert_pem": text, "client_key_pem": emulator.private_key()});
        refused(&emulator, own, "client_cert_pem ", why);
    }
}

#[test]
fn the_error_for_a_client_key_says_what_it_is() {
    let emulator = Emulator::builder().mutual_tls().start();
    let (certificate, key) = emulator.client_certificate().expect("mutual TLS");
    let folder = TempDir::new().expect("a folder");
    fs::write(folder.path().join("key.pem"), key).expect("a file");
    let made = |arguments| openssl(folder.path(), arguments);
    for (key, why) in [
        (
            made("pkey -in key.pem -aes128 -passout pass:secret"),
            "'openssl pkey -in key.pem -out plain.pem'",
        ),
        (
            made("ec -in key.pem -aes128 -passout pass:secret"),
            "encrypted",
        ),
        (made("pkey -in key.pem -pubout"), "is a public key"),
        (certificate.to_owned(), "is a certificate"),
        (format!("{key}{key}"), "more than one private key"),
        (key[..100].to_owned(), "cut off"),
        ("{\"kty\":\"EC\"}".to_owned(), "JWK"),
    ] {
        let own = json!({"client_cert_pem": certificate, "client_key_pem": key});
        let outcome = refused(&emulator, own, "client_key_pem ", why);
        let quoted = key.lines().nth(1).filter(|line| line.len() > 20);
        assert!(
            !quoted.is_some_and(|line| outcome.text.contains(line)),
            "{}",
            outcome.text
        );
    }
}
