//! The lifetime of a key: rotation, retirement, outages.

use std::time::{Duration, Instant};

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::{Value, json};

use super::{GOOD, UNKNOWN, token, until};
use crate::support::service::with;
use crate::support::{Verifier, Version, both, emulator};

#[test]
fn after_a_rotation_one_fetch_finds_the_new_key() {
    both(|version| {
        let emulator = emulator();
        let client = version.client(&version.online(&emulator));
        let old = token(version, &emulator);
        assert_eq!(client.verify_token(&old).verdict(), GOOD);
        version.rotate_keys(&emulator);
        let new = token(version, &emulator);
        for _ in 0..10 {
            assert_eq!(client.verify_token(&new).verdict(), GOOD);
            assert_eq!(client.verify_token(&old).verdict(), GOOD);
        }
        assert_eq!(emulator.request_count(), 2);
    });
}

/// A client whose keys are due after a second.
fn forgetful(version: Version, emulator: &Emulator) -> Verifier {
    forgetful_with(version, emulator, json!({}))
}

fn forgetful_with(version: Version, emulator: &Emulator, further: Value) -> Verifier {
    let config = with(&version.online(emulator), json!({"key_cache_ttl_s": 1}));
    version.client(&with(&config, further))
}

#[test]
fn a_retired_key_is_refused_after_its_refresh_was_due() {
    both(|version| {
        retired_key_is_refused(version, json!({}));
    });
}

#[test]
fn a_retired_key_is_refused_although_its_signatures_are_remembered() {
    both(|version| {
        retired_key_is_refused(version, json!({"verified_tokens": 16}));
    });
}

fn retired_key_is_refused(version: Version, further: Value) {
    let emulator = emulator();
    let client = forgetful_with(version, &emulator, further);
    let old = token(version, &emulator);
    assert_eq!(client.verify_token(&old).verdict(), GOOD);
    version.rotate_and_retire_keys(&emulator);
    until("the retired key is refused", || {
        client.verify_token(&old).verdict() == UNKNOWN
    });
    assert_eq!(
        client.verify_token(token(version, &emulator)).verdict(),
        GOOD
    );
}

#[test]
fn a_key_is_fetched_again_each_time_it_is_due() {
    both(|version| {
        let emulator = emulator();
        let client = forgetful(version, &emulator);
        let token = token(version, &emulator);
        let started = Instant::now();
        // The first fetch, and two successful refreshes.
        until("the key is refreshed twice", || {
            assert_eq!(client.verify_token(&token).verdict(), GOOD);
            emulator.request_count() >= 3
        });
        // Well before the end of the 30 s pause after a failed refresh.
        assert!(started.elapsed() < Duration::from_secs(25));
    });
}

#[test]
fn a_cached_key_is_used_during_an_outage() {
    both(|version| {
        let emulator = emulator();
        let client = forgetful(version, &emulator);
        let token = token(version, &emulator);
        assert_eq!(client.verify_token(&token).verdict(), GOOD);
        let outage = FaultKind::Drop {
            carried_out: false,
            reset: true,
        };
        emulator.inject(Fault::new(outage).on("GET", version.key_path()));
        until("a refresh is tried", || {
            assert_eq!(client.verify_token(&token).verdict(), GOOD);
            emulator.request_count() == 2
        });
        // The refresh failed, and is not tried again for a while: no other call waits for it.
        for _ in 0..100 {
            assert_eq!(client.verify_token(&token).verdict(), GOOD);
        }
        assert_eq!(emulator.request_count(), 2);
    });
}
