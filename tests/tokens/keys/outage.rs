//! A service without keys: the errors for tokens that could not be verified.

use std::io::Write;

use loginid_emulator::{Fault, FaultKind};
use serde_json::json;

use super::{GOOD, NOT_THE_SERVICE, THROTTLED, UNKNOWN, token, token_of, until};
use crate::listener::{Listener, read_request};
use crate::support::service::with;
use crate::support::{Version, both, emulator};

fn outage(version: Version) -> Fault {
    let drop = FaultKind::Drop {
        carried_out: false,
        reset: false,
    };
    Fault::new(drop).on("GET", version.key_path())
}

fn status(version: Version, code: u16, body: &str) -> Fault {
    let kind = FaultKind::Status {
        code,
        body: body.to_owned(),
        content_type: None,
        headers: Vec::new(),
        carried_out: false,
    };
    Fault::new(kind).on("GET", version.key_path())
}

#[test]
fn a_good_token_is_never_reported_as_invalid_while_no_key_can_be_fetched() {
    both(|version| {
        let emulator = emulator();
        emulator.inject(outage(version));
        let client = version.client(&version.online(&emulator));
        let good = token(version, &emulator);
        let first = client.verify_token(&good).json()["error"].clone();
        for _ in 0..20 {
            let outcome = client.verify_token(&good);
            assert_eq!(outcome.verdict(), "LID_ERROR_NETWORK connection_lost");
            let error = &outcome.json()["error"];
            assert_eq!(error["retryable"], true);
            for member in ["message", "http_status", "operation"] {
                assert_eq!(error[member], first[member], "{member}");
            }
        }
        assert!(
            emulator.request_count() <= 5,
            "{}",
            emulator.request_count()
        );
        assert!(client.verify_token(&good).json()["error"]["retry_after_ms"].is_u64());
        // Nothing is known about another key: it was not fetched.
        let other = client.verify_token(token_of(version, &emulator, json!("other")));
        let verdict = match version {
            Version::V1 => THROTTLED,
            // It would be in the same set.
            Version::V2 => "LID_ERROR_NETWORK connection_lost",
        };
        assert_eq!(other.verdict(), verdict);
        assert_eq!(other.json()["error"]["retryable"], true);
        assert!(other.json()["error"]["retry_after_ms"].is_u64());
    });
}

#[test]
fn a_key_that_the_service_does_not_know_is_requested_once() {
    both(|version| {
        let emulator = emulator();
        let client = version.client(&version.online(&emulator));
        let unknown = token_of(version, &emulator, json!("made-up"));
        for _ in 0..100 {
            assert_eq!(client.verify_token(&unknown).verdict(), UNKNOWN);
        }
        assert_eq!(emulator.request_count(), 1);
        assert_eq!(
            client.verify_token(token(version, &emulator)).verdict(),
            GOOD
        );
        let error = client.verify_token(&unknown).json()["error"].clone();
        // Of v1's answer to the request for this key.
        assert_eq!(error["request_id"].is_string(), version == Version::V1);
    });
}

/// Only the service's own error object means that a key no longer exists.
#[test]
fn a_known_key_survives_a_404_that_is_not_the_services() {
    both(|version| {
        for code in [400, 404] {
            for body in ["", "<html>", r#"{"message":"Not Found"}"#] {
                let emulator = emulator();
                let client = version.client(&with(
                    &version.online(&emulator),
                    json!({"key_cache_ttl_s": 1}),
                ));
                let good = token(version, &emulator);
                assert_eq!(client.verify_token(&good).verdict(), GOOD);
                emulator.inject(status(version, code, body));
                until("a refresh of the key fails", || {
                    assert_eq!(client.verify_token(&good).verdict(), GOOD, "{code} {body}");
                    emulator.request_count() == 2
                });
                assert_eq!(client.verify_token(&good).verdict(), GOOD, "{code} {body}");
            }
        }
    });
}

#[test]
fn a_known_key_that_the_service_no_longer_has_is_dropped() {
    // A set of keys is replaced by the next one.
    let version = Version::V1;
    for code in [400, 404] {
        let emulator = emulator();
        let client = version.client(&with(
            &version.online(&emulator),
            json!({"key_cache_ttl_s": 1}),
        ));
        let good = token(version, &emulator);
        assert_eq!(client.verify_token(&good).verdict(), GOOD);
        emulator.inject(status(
            version,
            code,
            r#"{"code":"key_not_found","message":"gone"}"#,
        ));
        until("the key is dropped", || {
            client.verify_token(&good).verdict() == UNKNOWN
        });
    }
}

#[test]
fn a_base_url_of_another_server_is_detected() {
    both(|version| {
        let server = Listener::start(|mut stream, _| {
            while read_request(&mut stream).is_some() {
                let answer =
                    b"HTTP/1.1 404 Not Found\r\ncontent-length: 19\r\n\r\n404 page not found\n";
                stream.write_all(answer).expect("the client listens");
            }
        });
        let emulator = emulator();
        let token = token(version, &emulator);
        let mut elsewhere = json!({"base_url": server.base_url()});
        if version == Version::V2 {
            elsewhere["issuer"] = emulator.v2().base_url().into();
        }
        let client = version.client(&with(&version.online(&emulator), elsewhere));
        let outcome = client.verify_token(token);
        assert_eq!(outcome.verdict(), NOT_THE_SERVICE);
        let error = &outcome.json()["error"];
        assert_eq!(error["http_status"], 404);
        let message = error["message"].as_str().expect("a message");
        assert!(message.contains("base_url"), "{message}");
    });
}
