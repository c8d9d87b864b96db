//! What only the clock decides, with keys made older than they are.

use std::thread;

use loginid_emulator::{Emulator, Fault, FaultKind, TokenPart};
use serde_json::{Value, json};

use super::*;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn client(emulator: &Emulator) -> Client {
    let config = json!({"client_id": "app-1", "base_url": emulator.base_url(),
        "max_retries": 0, "request_timeout_ms": 60_000});
    Client::with_config(Config::from_json(&config.to_string()).unwrap()).unwrap()
}

fn token(emulator: &Emulator, header: Value) -> String {
    emulator.sign_token(TokenPart::Json(header), json!({"aud": "app-1"}).into())
}

fn make_older(cache: &KeyCache, by: Duration) {
    cache.keys.rcu(|keys| {
        let older = |known: &Arc<Known>| {
            let fetched = known.fetched.map(|at| at - by);
            let key = known.key.clone();
            Arc::new(Known { key, fetched })
        };
        let keys = keys.iter();
        keys.map(|(id, known)| (id.clone(), older(known)))
            .collect::<Keys>()
    });
}

#[test]
fn through_an_outage_a_key_serves_for_a_day_and_no_longer() {
    let emulator = Emulator::start();
    let client = client(&emulator);
    let token = emulator.sign_token(TokenPart::Usual, json!({"aud": "app-1"}).into());
    client.verify_token(&token, None).unwrap();
    let outage = FaultKind::Drop {
        carried_out: false,
        reset: false,
    };
    emulator.inject(Fault::new(outage).on("GET", "/certs"));
    make_older(&client.process().keys, 23 * HOUR);
    client.verify_token(&token, None).unwrap();
    assert_eq!(emulator.request_count(), 2, "it was due");
    make_older(&client.process().keys, HOUR);
    let error = client.verify_token(&token, None).unwrap_err();
    assert_eq!(error.status(), Status::Network, "{error}");
    // Too old even to call a forgery one: what it says cannot be believed.
    let process = client.process();
    assert!(process.keys.known(Some("")).is_none());
    emulator.clear_faults();
    client.verify_token(&token, None).unwrap();
}

#[test]
fn a_token_without_kid_is_verified_after_a_rotation() {
    let emulator = Emulator::start();
    let client = client(&emulator);
    let header = json!({"alg": "ES256"});
    client
        .verify_token(&token(&emulator, header.clone()), None)
        .unwrap();
    emulator.rotate_keys();
    let new = token(&emulator, header);
    // Fetched a moment ago: a forger must not cause a request for each token.
    let error = client.verify_token(&new, None).unwrap_err();
    assert_eq!(error.code(), "invalid_signature");
    assert_eq!(emulator.request_count(), 1);
    make_older(&client.process().keys, REFRESH_PAUSE);
    client.verify_token(&new, None).unwrap();
    client.verify_token(&new, None).unwrap();
    assert_eq!(emulator.request_count(), 2);
}

#[test]
fn a_flood_of_forged_tokens_without_kid_makes_few_fetches() {
    let emulator = Emulator::start();
    let client = client(&emulator);
    let good = token(&emulator, json!({"alg": "ES256"}));
    client.verify_token(&good, None).unwrap();
    let (start, _) = good.rsplit_once('.').unwrap();
    let forged = format!("{start}.{}", "A".repeat(86));
    for _ in 0..100 {
        make_older(&client.process().keys, REFRESH_PAUSE);
        let error = client.verify_token(&forged, None).unwrap_err();
        assert_eq!(error.code(), "invalid_signature");
    }
    assert!(emulator.request_count() <= 10);
    client.verify_token(&good, None).unwrap();
}

#[test]
fn another_calls_deadline_does_not_end_a_wait() {
    let emulator = Emulator::start();
    let client = client(&emulator);
    let late = FaultKind::Delay {
        ms: 1000,
        carried_out: false,
    };
    emulator.inject(Fault::new(late).on("GET", "/certs").times(1));
    let cache = &client.process().keys;
    let soon = Instant::now() + Duration::from_millis(500);
    thread::scope(|scope| {
        let hasty = scope.spawn(|| cache.get(&client, None, Patience::until(soon)));
        while emulator.request_count() == 0 {
            thread::yield_now();
        }
        let patient = cache.get(&client, None, Patience::until(Instant::now() + HOUR));
        assert!(patient.is_ok(), "{patient:?}");
        let error = hasty.join().unwrap().unwrap_err();
        assert_eq!(error.status(), Status::Timeout, "{error}");
    });
}
