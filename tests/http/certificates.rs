//! Whom we talk to: certificates, and the wrong protocol on a port.

use loginid_emulator::{Certificate, Emulator};
use serde_json::json;

use crate::capi::lid_status::*;
use crate::capi::{Client, config};
use crate::deadline::{LIMIT_MS, in_time};

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
            // Whoever made it is nobody that we trust.
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
fn an_authority_we_were_not_told_of_is_not_trusted() {
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
