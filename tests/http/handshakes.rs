//! TLS connections that break during the handshake, or after use.

use std::thread;
use std::time::Duration;

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::{Value, json};

use crate::capi::lid_status::*;
use crate::capi::{Client, config};
use crate::deadline::{LIMIT_MS, in_time};
use crate::relay::{Relay, Then};

fn client_through(relay: &Relay, emulator: &Emulator, limits: Value) -> Client {
    let mut config = config(emulator, limits);
    config["base_url"] = relay.base_url().into();
    config["max_retries"] = 0.into();
    Client::new(&config)
}

#[test]
fn a_handshake_cut_at_any_byte_is_a_network_error_and_nothing_was_sent() {
    let emulator = Emulator::builder().tls().start();
    let relay = Relay::start(&emulator, 0, Then::Close);
    let limits = json!({"request_timeout_ms": LIMIT_MS});
    let client = client_through(&relay, &emulator, limits);
    let mut bytes = 0;
    loop {
        relay.set_intact(bytes);
        let outcome = in_time("a cut handshake", || client.generate_code("ann"));
        assert_eq!(outcome.status, LID_ERROR_NETWORK, "{}", outcome.text);
        // The whole handshake arrived, and the request was sent.
        if outcome.code() == "connection_lost" {
            break;
        }
        assert_eq!(outcome.code(), "connect_failed", "{}", outcome.text);
        assert_eq!(outcome.error("retryable"), true, "{}", outcome.text);
        assert_eq!(emulator.request_count(), 0, "{bytes} bytes");
        bytes += 1;
        assert!(bytes < 10_000, "the handshake never ends");
    }
    println!("a handshake of {bytes} bytes");
    assert!(bytes > 500, "taken for whole after {bytes} bytes");
}

#[test]
fn a_handshake_that_stalls_ends_at_its_limit_and_nothing_was_sent() {
    let emulator = Emulator::builder().tls().start();
    thread::scope(|scope| {
        for intact in [0, 3, 90, 200, 600] {
            for (connect_timeout_ms, request_timeout_ms) in
                [(LIMIT_MS, LIMIT_MS * 2), (LIMIT_MS * 2, LIMIT_MS)]
            {
                let emulator = &emulator;
                scope.spawn(move || {
                    let relay = Relay::start(emulator, intact, Then::Stall(Duration::MAX));
                    let limits = json!({
                        "connect_timeout_ms": connect_timeout_ms,
                        "request_timeout_ms": request_timeout_ms,
                    });
                    let client = client_through(&relay, emulator, limits);
                    let outcome = in_time("a stalled handshake", || client.generate_code("ann"));
                    assert_eq!(outcome.status, LID_ERROR_TIMEOUT, "{}", outcome.text);
                    assert_eq!(outcome.error("retryable"), true, "{}", outcome.text);
                });
            }
        }
    });
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn a_handshake_that_turns_into_garbage_is_a_tls_error_and_nothing_was_sent() {
    let emulator = Emulator::builder().tls().start();
    let relay = Relay::start(&emulator, 0, Then::Garble);
    let limits = json!({"request_timeout_ms": LIMIT_MS});
    let client = client_through(&relay, &emulator, limits);
    for intact in (0..600).step_by(20) {
        relay.set_intact(intact);
        let outcome = in_time("a garbled handshake", || client.generate_code("ann"));
        assert_eq!(outcome.status, LID_ERROR_TLS, "{intact}: {}", outcome.text);
        assert_eq!(outcome.code(), "tls_failed", "{intact}: {}", outcome.text);
        assert_eq!(outcome.error("retryable"), true, "{}", outcome.text);
    }
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn an_idle_tls_connection_that_the_service_closed_is_not_reused() {
    let emulator = Emulator::builder().tls().start();
    let relay = Relay::faithful(&emulator);
    let limits = json!({"request_timeout_ms": LIMIT_MS});
    let client = client_through(&relay, &emulator, limits);
    client.add_user("ann").ok();
    // With a close_notify, and without.
    let abrupt = FaultKind::Truncate {
        bytes: usize::MAX,
        reset: false,
    };
    for close in [FaultKind::CloseIdle {}, abrupt] {
        emulator.clear_requests();
        emulator.inject(Fault::new(close));
        for _ in 0..20 {
            client.generate_code("ann").ok();
            relay.wait_until_closed();
        }
        emulator.clear_faults();
        assert_eq!(emulator.request_count(), 20, "each call was sent once");
    }
}
