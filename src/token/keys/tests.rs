//! What only the clock decides, with keys made older than they are.

mod pacing;

use std::thread;

use loginid_emulator::{Emulator, Fault, FaultKind, TokenPart};
use serde_json::{Value, json};

use super::*;
use crate::cancel::Cancel;
use crate::client::Client;
use crate::token::certs;

const HOUR: Duration = Duration::from_secs(60 * 60);

fn client(emulator: &Emulator) -> Client {
    let config = json!({"client_id": "app-1", "base_url": emulator.base_url(),
        "max_retries": 0, "request_timeout_ms": 60_000});
    Client::with_config(Config::from_json(&config.to_string()).unwrap()).unwrap()
}

fn token(emulator: &Emulator, header: Value) -> String {
    emulator.sign_token(TokenPart::Json(header), json!({"aud": "app-1"}).into())
}

/// The lookup of a presented token.
fn presented<'a>(patience: Patience<'a>, fetch: Fetch<'a>) -> Lookup<'a> {
    Lookup {
        origin: Origin::Presented,
        patience,
        fetch,
    }
}

/// Gets the current key as the verification of a presented token does.
fn get(client: &Client, patience: Patience<'_>) -> Result<Key> {
    let fetch =
        |id: &str, patience: Patience<'_>, repeats| certs::fetch(client, id, patience, repeats);
    let keys = &client.process().keys;
    keys.get(None, presented(patience, &fetch))
}

/// Another than this key, likewise.
fn newer(client: &Client, tried: &Key) -> Result<Option<Key>> {
    let fetch =
        |id: &str, patience: Patience<'_>, repeats| certs::fetch(client, id, patience, repeats);
    let keys = &client.process().keys;
    keys.newer(tried, presented(patient(), &fetch))
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
    assert_eq!(error.status(), Status::LID_ERROR_NETWORK, "{error}");
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
    make_older(&client.process().keys, RETRY_PAUSE);
    client.verify_token(&new, None).unwrap();
    client.verify_token(&new, None).unwrap();
    assert_eq!(emulator.request_count(), 2);
}

#[test]
fn a_forged_token_is_called_forged_whatever_its_claims_without_a_request() {
    let emulator = Emulator::start();
    let client = client(&emulator);
    let header = json!({"alg": "ES256"});
    let sign = |claims: Value| emulator.sign_token(header.clone().into(), claims.into());
    client
        .verify_token(&sign(json!({"aud": "app-1"})), None)
        .unwrap();
    // Old enough that a newer one could be asked for.
    make_older(&client.process().keys, RETRY_PAUSE);
    for (claims, code) in [
        (json!({"aud": "app-1", "exp": 1}), "token_expired"),
        (json!({"aud": "app-2"}), "audience_mismatch"),
    ] {
        let token = sign(claims);
        let error = client.verify_token(&token, None).unwrap_err();
        assert_eq!(error.code(), code);
        let (start, _) = token.rsplit_once('.').unwrap();
        let forged = format!("{start}.{}", "Q".repeat(86));
        let error = client.verify_token(&forged, None).unwrap_err();
        assert_eq!(error.code(), "invalid_signature");
    }
    assert_eq!(emulator.request_count(), 1);
}

#[test]
fn a_flood_of_forged_tokens_without_kid_makes_few_fetches() {
    let emulator = Emulator::start();
    let client = client(&emulator);
    let good = token(&emulator, json!({"alg": "ES256"}));
    client.verify_token(&good, None).unwrap();
    let (start, _) = good.rsplit_once('.').unwrap();
    let forged = format!("{start}.{}", "Q".repeat(86));
    let mut codes = Vec::new();
    for _ in 0..100 {
        make_older(&client.process().keys, RETRY_PAUSE);
        let error = client.verify_token(&forged, None).unwrap_err();
        codes.push(error.code().to_owned());
    }
    assert!(emulator.request_count() <= 10);
    // A newer key may have signed those that came when the service could not be asked.
    let judged = codes.iter().take_while(|code| *code == "invalid_signature");
    let judged = judged.count();
    assert!(judged >= 4, "{codes:?}");
    assert!(
        codes[judged..]
            .iter()
            .all(|code| code == "unknown_key_throttled")
    );
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
    let soon = Instant::now() + Duration::from_millis(500);
    thread::scope(|scope| {
        let hasty = scope.spawn(|| get(&client, Patience::until(soon)));
        while emulator.request_count() == 0 {
            thread::yield_now();
        }
        let patient = get(&client, patient());
        assert!(patient.is_ok(), "{patient:?}");
        let error = hasty.join().unwrap().unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_TIMEOUT, "{error}");
    });
}

/// Answers the next request for a key so much later.
fn delay(emulator: &Emulator, ms: u64) {
    let late = FaultKind::Delay {
        ms,
        carried_out: false,
    };
    emulator.inject(Fault::new(late).on("GET", "/certs").times(1));
}

fn wait_for_requests(emulator: &Emulator, count: u64) {
    while emulator.request_count() < count {
        thread::yield_now();
    }
}

fn patient() -> Patience<'static> {
    Patience::until(Instant::now() + HOUR)
}

#[test]
fn a_wait_for_anothers_fetch_ends_at_its_own_deadline() {
    let emulator = Emulator::start();
    let client = client(&emulator);
    delay(&emulator, 1000);
    thread::scope(|scope| {
        let fetching = scope.spawn(|| get(&client, patient()));
        wait_for_requests(&emulator, 1);
        let soon = Instant::now() + Duration::from_millis(50);
        let error = get(&client, Patience::until(soon)).unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_TIMEOUT, "{error}");
        assert!(error.retryable());
        assert!(!fetching.is_finished());
        fetching.join().unwrap().unwrap();
    });
    assert_eq!(emulator.request_count(), 1);
}

#[test]
fn a_due_key_serves_while_another_call_refreshes_it() {
    let emulator = Emulator::start();
    let client = client(&emulator);
    let cache = &client.process().keys;
    get(&client, patient()).unwrap();
    make_older(cache, 23 * HOUR);
    delay(&emulator, 1000);
    thread::scope(|scope| {
        let refreshing = scope.spawn(|| get(&client, patient()));
        wait_for_requests(&emulator, 2);
        get(&client, patient()).unwrap();
        assert!(!refreshing.is_finished());
        refreshing.join().unwrap().unwrap();
    });
    assert_eq!(emulator.request_count(), 2);
}

#[test]
fn a_key_too_old_to_serve_is_fetched_once_for_all_who_wait() {
    let emulator = Emulator::start();
    let client = client(&emulator);
    let cache = &client.process().keys;
    let old = get(&client, patient()).unwrap();
    make_older(cache, STALE_LIMIT);
    delay(&emulator, 300);
    thread::scope(|scope| {
        let first = scope.spawn(|| get(&client, patient()));
        wait_for_requests(&emulator, 2);
        let second = get(&client, patient()).unwrap();
        assert!(Arc::ptr_eq(&second, &first.join().unwrap().unwrap()));
        assert!(!Arc::ptr_eq(&second, &old));
    });
    assert_eq!(emulator.request_count(), 2);
}

#[test]
fn a_cancelled_refresh_ends_its_call_and_keeps_the_key() {
    let emulator = Emulator::start();
    let client = client(&emulator);
    let cache = &client.process().keys;
    get(&client, patient()).unwrap();
    make_older(cache, 23 * HOUR);
    delay(&emulator, 5000);
    let cancel = Arc::new(Cancel::new().unwrap());
    let patience = Patience {
        cancel: Some(&cancel),
        ..patient()
    };
    thread::scope(|scope| {
        let refreshing = scope.spawn(|| get(&client, patience));
        wait_for_requests(&emulator, 2);
        cancel.trigger();
        let error = refreshing.join().unwrap().unwrap_err();
        assert_eq!(error.status(), Status::LID_ERROR_CANCELLED, "{error}");
    });
    get(&client, patient()).unwrap();
}

#[test]
fn a_key_that_came_since_the_caller_looked_is_not_fetched_again() {
    let emulator = Emulator::start();
    let client = client(&emulator);
    let cache = &client.process().keys;
    let kept = get(&client, patient()).unwrap();
    let none = |_: &str, _: Patience<'_>, _| panic!("fetched again");
    let found = cache.fetch("", presented(patient(), &none)).unwrap();
    assert!(Arc::ptr_eq(&kept, &found));
    assert_eq!(emulator.request_count(), 1);
}

#[test]
fn calls_that_look_for_a_newer_key_share_one_fetch() {
    let emulator = Emulator::start();
    let client = client(&emulator);
    let cache = &client.process().keys;
    let old = get(&client, patient()).unwrap();
    make_older(cache, RETRY_PAUSE);
    delay(&emulator, 300);
    thread::scope(|scope| {
        let first = scope.spawn(|| newer(&client, &old));
        wait_for_requests(&emulator, 2);
        let second = newer(&client, &old).unwrap().unwrap();
        assert!(Arc::ptr_eq(
            &second,
            &first.join().unwrap().unwrap().unwrap()
        ));
        // A call that tried the old one meanwhile finds the new one at hand.
        let third = newer(&client, &old).unwrap().unwrap();
        assert!(Arc::ptr_eq(&second, &third));
    });
    assert_eq!(emulator.request_count(), 2);
}

#[test]
fn the_oldest_fetched_key_makes_room_and_a_configured_one_never_does() {
    let emulator = Emulator::start();
    let client = client(&emulator);
    let cache = &client.process().keys;
    let key = get(&client, patient()).unwrap();
    let configured = Arc::new(Known {
        key: key.clone(),
        fetched: None,
    });
    cache
        .keys
        .store(Arc::new(Keys::from([("configured".into(), configured)])));
    for number in 1..=MAX_KEYS {
        cache.keep(&number.to_string(), key.clone());
    }
    let keys = cache.keys.load();
    assert_eq!(keys.len(), MAX_KEYS);
    assert!(!keys.contains_key("1"), "the oldest");
    assert!(keys.contains_key("configured") && keys.contains_key("2"));
    // A key that is fetched again takes nobody's room.
    cache.keep("2", key);
    assert_eq!(cache.keys.load().len(), MAX_KEYS);
    assert!(cache.keys.load().contains_key("3"));
}
