//! The variables and the base URL.

use std::net::TcpListener;
use std::process::Command;

use loginid_emulator::Emulator;
use serde_json::Value;

use super::{Doctor, closed_port};
use crate::support::document;

#[test]
fn invalid_settings_are_named() {
    let emulator = Emulator::start();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_MAX_RETRIES", "many")
        .findings();
    findings.only("settings", "LOGINID_MAX_RETRIES");
    for (value, words) in [
        (" 5", "a whole number without blanks around it"),
        ("1.0", "a whole number, without fraction or exponent"),
        ("11", "from 0 to 10"),
    ] {
        let findings = Doctor::of(&emulator)
            .set("LOGINID_MAX_RETRIES", value)
            .findings();
        findings.only("settings", words);
    }
    // The library refuses a misspelt name, and ignores other names.
    let findings = Doctor::of(&emulator)
        .set("LOGINID_PRIVTE_KEY", "x")
        .findings();
    findings.only("settings", "there is no variable 'LOGINID_PRIVTE_KEY'");
    assert!(
        findings.text.contains("did you mean LOGINID_PRIVATE_KEY?"),
        "{}",
        findings.text
    );
    let findings = Doctor::of(&emulator)
        .set("LOGINID_SHOP", "x")
        .set("LOGINID_PRIVTE_KEY", "")
        .findings();
    assert!(findings.well, "{}", findings.text);
    findings.has("note", "settings", "LOGINID_SHOP");
    // The beginning of a name that a problem has.
    let findings = Doctor::without_settings()
        .set("LOGINID_CLIENT", "x")
        .findings();
    findings.only("client id", "LOGINID_CLIENT_ID is not set");
    findings.has("note", "settings", "LOGINID_CLIENT is not a variable");
    assert!(!findings.text.contains(" v2 "), "{}", findings.text);
    let findings = Doctor::of(&emulator)
        .set("LOGINID_CLIENT_ID", "")
        .findings();
    findings.only("client id", "LOGINID_CLIENT_ID is not set");
    let none = || Doctor::of(&emulator).set("LOGINID_PRIVATE_KEY", "");
    none()
        .findings()
        .has("note", "private key", "public application");
    let required = none().set("LOGINID_MANAGEMENT", "true").findings();
    required.only("private key", "LOGINID_MANAGEMENT");
}

#[test]
fn all_mistakes_are_named_at_once() {
    let findings = Doctor::without_settings()
        .set("LOGINID_CLIENT_ID", "a b")
        .set("LOGINID_PRIVATE_KEY", "CANARY")
        .set("LOGINID_MANAGEMENT", "true")
        .set("LOGINID_BASE_URL", "ftp://localhost")
        .set("LOGINID_PROXY", "socks5://127.0.0.1:1")
        .set("LOGINID_LEEWAY_S", "many")
        .set("LOGINID_MAX_RETRIES", "11")
        .set("LOGINID_CA_FILE", "/no/such/file")
        .set("LOGINID_USER_AGNT", "x")
        .set("LOGINID_V2_BASE_URL", "ftp://localhost")
        .set("LOGINID_V2_API_KEY", "CANARY key")
        .set("LOGINID_V2_APPLICATION_ID", "a b")
        .findings();
    for (subject, words) in [
        ("settings", "LOGINID_USER_AGNT"),
        ("settings", "LOGINID_LEEWAY_S"),
        ("settings", "LOGINID_MAX_RETRIES"),
        ("client id", "LOGINID_CLIENT_ID"),
        ("private key", "the private key"),
        ("base URL", "LOGINID_BASE_URL"),
        ("proxy", "LOGINID_PROXY"),
        ("trusted roots", "LOGINID_CA_FILE"),
        ("v2 base URL", "LOGINID_V2_BASE_URL"),
        ("v2 API key", "LOGINID_V2_API_KEY"),
        ("v2 application id", "LOGINID_V2_APPLICATION_ID"),
    ] {
        findings.has("problem", subject, words);
    }
    let problems = findings
        .text
        .lines()
        .filter(|line| line.starts_with("problem"));
    assert_eq!(problems.count(), 11, "{}", findings.text);
    assert!(!findings.text.contains("CANARY"), "{}", findings.text);
    // What follows from another mistake is none of its own.
    let findings = Doctor::without_settings()
        .set("LOGINID_V2_BASE_URL", "http://127.0.0.1:1")
        .set("LOGINID_V2_APPLICATION_ID", "a b")
        .findings();
    findings.only("v2 application id", "LOGINID_V2_APPLICATION_ID must be");
}

#[test]
fn a_mistake_of_both_services_belongs_to_neither() {
    let with = |v1: bool, v2: bool| {
        let mut doctor = Doctor::without_settings()
            .set("LOGINID_PROXY", "socks5://127.0.0.1:1")
            .set("LOGINID_CA_FILE", "/no/such/file");
        if v1 {
            doctor = doctor.set("LOGINID_CLIENT_ID", "shop");
        }
        if v2 {
            doctor = doctor.set("LOGINID_V2_BASE_URL", "https://localhost");
        }
        doctor.0.arg("--json");
        let document = document(&doctor.0.output().unwrap());
        let findings = document["findings"].as_array().unwrap().clone();
        ["proxy", "trusted roots"].map(|subject| {
            let mut of = findings.iter().filter(|one| one["subject"] == subject);
            let service = of.next().expect(subject)["service"].clone();
            assert!(of.next().is_none(), "{document}");
            service
        })
    };
    assert_eq!(with(true, false), ["v1", "v1"]);
    assert_eq!(with(false, true), ["v2", "v2"]);
    assert_eq!(with(true, true), [Value::Null, Value::Null]);
}

#[test]
fn a_pipe_that_nobody_writes_to_is_a_problem() {
    let emulator = Emulator::start();
    let folder = tempfile::tempdir().unwrap();
    let pipe = folder.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    let findings = Doctor::of(&emulator).public_key(&pipe).findings();
    findings.only("public key", "a pipe that no program writes to");
    let findings = Doctor::of(&emulator)
        .set("LOGINID_PRIVATE_KEY", "")
        .set("LOGINID_PRIVATE_KEY_FILE", pipe.to_str().unwrap())
        .findings();
    findings.only("private key", "a pipe that no program writes to");
}

#[test]
fn an_issuer_is_not_said_to_be_well() {
    let emulator = Emulator::start();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_ISSUER", "https://other.example")
        .findings();
    findings.has(
        "note",
        "issuer",
        "https://other.example, from LOGINID_ISSUER",
    );
}

#[test]
fn without_variables_both_services_are_named() {
    let findings = Doctor::without_settings().findings();
    findings.only("client id", "nor LOGINID_V2_BASE_URL");
    // Others of the project are known.
    let findings = Doctor::without_settings()
        .set("LOGINID_EMULATOR", "x")
        .set("LOGINID_EMULATOR_PORT", "1")
        .set("LOGINID_EMULATOR_TOKEN", "x")
        .set("LOGINID_EMULATORS", "x")
        .findings();
    findings.has("note", "settings", "LOGINID_EMULATORS is not a variable");
    let notes = findings.text.matches("is it yours").count();
    assert_eq!(notes, 1, "{}", findings.text);
}

#[test]
fn a_service_that_answers_too_late_is_not_said_to_be_another() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let findings = Doctor::without_settings()
        .set("LOGINID_CLIENT_ID", "shop")
        .set("LOGINID_BASE_URL", &url)
        .set("LOGINID_REQUEST_TIMEOUT_MS", "300")
        .findings();
    findings.only("service", "the deadline passed before it answered");
    assert!(findings.text.contains("and try again"), "{}", findings.text);
    assert!(
        !findings.text.contains("is not LoginID's"),
        "{}",
        findings.text
    );
}

#[test]
fn a_limit_that_is_too_low_is_not_said_to_be_another_service() {
    let emulator = Emulator::start();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_MAX_RESPONSE_BYTES", "1")
        .findings();
    findings.only("service", "larger than 1 bytes");
    assert!(
        findings.text.contains("unset LOGINID_MAX_RESPONSE_BYTES"),
        "{}",
        findings.text
    );
}

#[test]
fn an_unusable_base_url_is_explained() {
    let emulator = Emulator::start();
    let with = |url: &str| {
        Doctor::of(&emulator)
            .set("LOGINID_BASE_URL", url)
            .findings()
    };
    with("example.com").only("base URL", "LOGINID_BASE_URL must start with https://");
    with(&format!("{} ", emulator.base_url())).only("base URL", "has blanks");
    with("http://192.0.2.1").only("base URL", "plain http to another machine");
    with("https://user:hunter2@localhost").only(
        "base URL",
        "LOGINID_BASE_URL must not contain a user name or password",
    );
    with("https://no-such-host.invalid").only("name", "no-such-host.invalid");
    with(&format!("http://{}", closed_port())).only("connection", "does not take connections");
    with(&format!("{}/elsewhere", emulator.base_url()))
        .only("service", "GET /certs was refused (404)");
    with(&emulator.base_url().replace("http:", "https:")).only("certificate", "https");
    let secret = with("https://user:hunter2@localhost").text;
    assert!(!secret.contains("hunter2"), "{secret}");
}

#[test]
fn loopback_names_resolve_as_in_the_library() {
    let emulator = Emulator::start();
    for name in ["localhost", "localhost.", "app.LOCALHOST"] {
        let url = emulator.base_url().replace("127.0.0.1", name);
        let findings = Doctor::of(&emulator)
            .set("LOGINID_BASE_URL", &url)
            .findings();
        assert!(findings.well, "{}", findings.text);
        findings.has("ok", "name", "is ::1, 127.0.0.1");
    }
    let url = emulator.base_url().replace("127.0.0.1", "notlocalhost");
    let findings = Doctor::of(&emulator)
        .set("LOGINID_BASE_URL", &url)
        .findings();
    findings.only("base URL", "plain http to another machine");
}
