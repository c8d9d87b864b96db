//! The PEM of a key in every common form, from `/certs` and in `public_keys`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::json;

use super::{GOOD, token, token_of};
use crate::capi::Client;
use crate::pem_forms::travelled;
use crate::support::Version::V1;
use crate::support::service::with;

#[test]
fn a_key_of_the_service_is_read_in_every_form() {
    let emulator = Emulator::start();
    let pem = emulator.public_key();
    for text in travelled(&pem) {
        V1.serve(&emulator, text.as_str());
        let outcome = Client::new(&V1.online(&emulator)).verify_token(token(V1, &emulator));
        assert_eq!(outcome.verdict(), GOOD, "{text}: {}", outcome.text);
    }
    // The text around it may have any encoding.
    let body = [b"Schl\xfcssel\n", pem.as_bytes(), b"\xe9"].concat();
    let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len());
    let raw = FaultKind::Raw {
        base64: STANDARD.encode([head.as_bytes(), &body].concat()),
        hold_ms: 0,
        carried_out: false,
    };
    emulator.clear_faults();
    emulator.inject(Fault::new(raw).on("GET", "/certs"));
    let outcome = Client::new(&V1.online(&emulator)).verify_token(token(V1, &emulator));
    assert_eq!(outcome.verdict(), GOOD, "{}", outcome.text);
}

#[test]
fn a_configured_key_is_read_in_every_form() {
    let emulator = Emulator::start();
    let token = token_of(V1, &emulator, json!("configured"));
    for text in travelled(&emulator.public_key()) {
        let keys = json!({"public_keys": {"configured": text}});
        let outcome = Client::new(&with(&V1.online(&emulator), keys)).verify_token(&token);
        assert_eq!(outcome.verdict(), GOOD, "{text}: {}", outcome.text);
    }
    assert_eq!(emulator.request_count(), 0);
}
