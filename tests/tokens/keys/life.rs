//! The lifetime of a key: rotation, retirement, outages.

use std::time::{Duration, Instant};

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::{Value, json};

use super::{GOOD, UNKNOWN, token, until};
use crate::capi::Client;
use crate::support::online;
use crate::support::service::with;

#[test]
fn after_a_rotation_one_fetch_finds_the_new_key() {
    let emulator = Emulator::start();
    let client = Client::new(&online(&emulator));
    let old = token(&emulator);
    assert_eq!(client.verify_token(&old).verdict(), GOOD);
    emulator.rotate_keys();
    let new = token(&emulator);
    for _ in 0..10 {
        assert_eq!(client.verify_token(&new).verdict(), GOOD);
        assert_eq!(client.verify_token(&old).verdict(), GOOD);
    }
    assert_eq!(emulator.request_count(), 2);
}

/// A client whose keys are due after a second.
fn forgetful(emulator: &Emulator) -> Client {
    forgetful_with(emulator, json!({}))
}

fn forgetful_with(emulator: &Emulator, further: Value) -> Client {
    let config = with(&online(emulator), json!({"key_cache_ttl_s": 1}));
    Client::new(&with(&config, further))
}

#[test]
fn a_retired_key_is_refused_after_its_refresh_was_due() {
    retired_key_is_refused(json!({}));
}

#[test]
fn a_retired_key_is_refused_although_its_signatures_are_remembered() {
    retired_key_is_refused(json!({"verified_tokens": 16}));
}

fn retired_key_is_refused(further: Value) {
    let emulator = Emulator::start();
    let client = forgetful_with(&emulator, further);
    let old = token(&emulator);
    assert_eq!(client.verify_token(&old).verdict(), GOOD);
    emulator.rotate_and_retire_keys();
    until("the retired key is refused", || {
        client.verify_token(&old).verdict() == UNKNOWN
    });
    assert_eq!(client.verify_token(token(&emulator)).verdict(), GOOD);
}

#[test]
fn a_key_is_fetched_again_each_time_it_is_due() {
    let emulator = Emulator::start();
    let client = forgetful(&emulator);
    let token = token(&emulator);
    let started = Instant::now();
    // The first fetch, and two successful refreshes.
    until("the key is refreshed twice", || {
        assert_eq!(client.verify_token(&token).verdict(), GOOD);
        emulator.request_count() >= 3
    });
    // Well before the end of the 30 s pause after a failed refresh.
    assert!(started.elapsed() < Duration::from_secs(25));
}

#[test]
fn a_cached_key_is_used_during_an_outage() {
    let emulator = Emulator::start();
    let client = forgetful(&emulator);
    let token = token(&emulator);
    assert_eq!(client.verify_token(&token).verdict(), GOOD);
    let outage = FaultKind::Drop {
        carried_out: false,
        reset: true,
    };
    emulator.inject(Fault::new(outage).on("GET", "/certs"));
    until("a refresh is tried", || {
        assert_eq!(client.verify_token(&token).verdict(), GOOD);
        emulator.request_count() == 2
    });
    // The refresh failed, and is not tried again for a while: no other call waits for it.
    for _ in 0..100 {
        assert_eq!(client.verify_token(&token).verdict(), GOOD);
    }
    assert_eq!(emulator.request_count(), 2);
}
