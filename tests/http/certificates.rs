//! The identity of the server: certificates, and the wrong protocol on a port.

use loginid_emulator::{Certificate, Emulator};
use serde_json::{Value, json};

use crate::capi::lid_status::*;
use crate::capi::{Client, Outcome, config};
use crate::deadline::{LIMIT_MS, in_time};
use crate::part;

#[test]
fn a_bad_certificate_is_a_tls_error_and_nothing_is_sent() {
    for certificate in [
        Certificate::Expired,
        Certificate::WrongHost,
        Certificate::SelfSigned,
    ] {
        let emulator = Emulator::builder().certificate(certificate).start();
        let mut config = config(&emulator, json!({"request_timeout_ms": LIMIT_MS}));
        if certificate == Certificate::SelfSigned {
            // Its issuer is not trusted.
            config.as_object_mut().expect("an object").remove("ca_pem");
        }
        let client = Client::new(&config);
        let outcome = in_time("certificate", || client.get_user("ann"));
        assert_eq!(outcome.status, LID_ERROR_TLS, "{}", outcome.text);
        assert_eq!(outcome.code(), "certificate_invalid", "{}", outcome.text);
        assert_eq!(outcome.error("retryable"), false);
        assert_eq!(emulator.request_count(), 0, "{certificate:?}");
    }
}

#[test]
fn an_unknown_ca_is_not_trusted() {
    let emulator = Emulator::builder().tls().start();
    let mut config = config(&emulator, json!({"request_timeout_ms": LIMIT_MS}));
    config.as_object_mut().expect("an object").remove("ca_pem");
    let outcome = Client::new(&config).get_user("ann");
    assert_eq!(outcome.status, LID_ERROR_TLS, "{}", outcome.text);
    assert_eq!(outcome.code(), "certificate_invalid", "{}", outcome.text);
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn https_to_a_port_of_plain_http_sends_no_token() {
    let emulator = Emulator::start();
    let base_url = emulator.base_url().replace("http://", "https://");
    let further = json!({"base_url": base_url, "request_timeout_ms": LIMIT_MS});
    let client = Client::new(&config(&emulator, further));
    let outcome = in_time("https to http", || client.generate_code("ann"));
    assert_eq!(outcome.status, LID_ERROR_TLS, "{}", outcome.text);
    assert_eq!(outcome.code(), "tls_failed", "{}", outcome.text);
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn http_to_a_port_of_https_is_not_taken_for_an_answer() {
    let emulator = Emulator::builder().tls().start();
    let base_url = emulator.base_url().replace("https://", "http://");
    let further = json!({"base_url": base_url, "request_timeout_ms": LIMIT_MS});
    let client = Client::new(&config(&emulator, further));
    let outcome = in_time("http to https", || client.generate_code("ann"));
    assert!(
        [LID_ERROR_NETWORK, LID_ERROR_RESPONSE].contains(&outcome.status),
        "{}",
        outcome.text
    );
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn a_service_that_requires_a_client_certificate_receives_it() {
    let emulator = Emulator::builder().mutual_tls().start();
    let (certificate, key) = emulator.client_certificate().expect("mutual TLS");
    let own = json!({"client_cert_pem": certificate, "client_key_pem": key});
    let client = Client::new(&config(&emulator, own));
    client.add_user("ann").ok();
    client.get_user("ann").ok();
    assert_eq!(emulator.request_count(), 2);
}

#[test]
fn without_the_client_certificate_it_is_a_tls_error() {
    let emulator = Emulator::builder().mutual_tls().start();
    let elsewhere = Emulator::builder().mutual_tls().start();
    let (certificate, key) = elsewhere.client_certificate().expect("mutual TLS");
    for own in [
        json!({}),
        json!({"client_cert_pem": certificate, "client_key_pem": key}),
    ] {
        let mut config = config(&emulator, own);
        config["request_timeout_ms"] = LIMIT_MS.into();
        let client = Client::new(&config);
        let outcome = in_time("no certificate", || client.generate_code("ann"));
        assert_eq!(outcome.status, LID_ERROR_TLS, "{}", outcome.text);
        assert_eq!(emulator.request_count(), 0);
    }
}

#[test]
fn unusable_client_certificates_are_refused_when_the_client_is_made() {
    let emulator = Emulator::builder().mutual_tls().start();
    let other = Emulator::builder().mutual_tls().start();
    let (certificate, key) = emulator.client_certificate().expect("mutual TLS");
    let (_, another_key) = other.client_certificate().expect("mutual TLS");
    for (certificate, key) in [
        (certificate, another_key),
        (certificate, certificate),
        (key, key),
        ("certificate", key),
    ] {
        let own = json!({"client_cert_pem": certificate, "client_key_pem": key});
        let outcome = refused(&emulator, own);
        let quoted = key.lines().nth(1).expect("a line of base64");
        assert!(!outcome.text.contains(quoted), "{}", outcome.text);
    }
}

#[test]
fn an_unusable_ca_is_refused_when_the_client_is_made() {
    let emulator = Emulator::builder().tls().start();
    let good = emulator.ca_pem().expect("a certificate");
    let file = tempfile::NamedTempFile::new().expect("a file");
    for pem in [
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
        "-----BEGIN CERTIFICATE-----\nA",
        "not PEM",
        "",
        emulator.private_key(),
        &good[..good.len() / 2],
    ] {
        refused(&emulator, json!({"ca_pem": pem}));
        std::fs::write(file.path(), pem).expect("a file");
        refused(&emulator, json!({"ca_pem": null, "ca_file": file.path()}));
    }
}

/// No client can be made with these settings, not even for plain http, where they are
/// not used: a mistake must not stay hidden until the URL changes.
#[track_caller]
fn refused(emulator: &Emulator, settings: Value) -> Outcome {
    let mut config = config(emulator, settings);
    let members = config.as_object_mut().expect("an object");
    members.retain(|_, value| !value.is_null());
    let over_tls = Client::try_new(&config).expect_err("TLS is needed");
    config["base_url"] = "http://127.0.0.1:1".into();
    let over_http = Client::try_new(&config).expect_err("TLS is not needed");
    assert_eq!(over_http.text, over_tls.text);
    assert_eq!(over_http.status, LID_ERROR_CONFIG, "{}", over_http.text);
    assert_eq!(
        over_http.code(),
        "invalid_certificate",
        "{}",
        over_http.text
    );
    over_http
}

#[test]
fn certificates_that_nobody_needs_yet_do_no_harm() {
    let emulator = Emulator::builder().mutual_tls().start();
    let (certificate, key) = emulator.client_certificate().expect("mutual TLS");
    let all = json!({
        "base_url": "http://127.0.0.1:1", "client_cert_pem": certificate, "client_key_pem": key,
    });
    Client::new(&config(&emulator, all));
}

#[test]
fn a_machine_without_roots_can_use_https() {
    let emulator = Emulator::builder().tls().start();
    let name = "certificates::in_a_process_without_roots";
    let mut command = part::command(name, &config(&emulator, json!({})));
    command
        .env("SSL_CERT_FILE", "/dev/null")
        .env("SSL_CERT_DIR", "/dev/null");
    part::run_command(name, &mut command);
    assert_eq!(emulator.request_count(), 1);
}

#[test]
#[ignore = "a part of the test above"]
fn in_a_process_without_roots() {
    let mut config = part::input();
    Client::new(&config).add_user("ann").ok();
    // The bundled roots must not make it trusted.
    config.as_object_mut().expect("an object").remove("ca_pem");
    let outcome = Client::new(&config).get_user("ann");
    assert_eq!(outcome.code(), "certificate_invalid", "{}", outcome.text);
}
