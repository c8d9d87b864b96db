//! Logins during a flood of made-up tokens: the service's answers are verified,
//! however many made-up key ids arrive.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use loginid_emulator::Emulator;
use serde_json::json;

use super::{GOOD, THROTTLED, TIME_LIMIT, UNKNOWN};
use crate::capi::{Client, config};
use crate::support::service::{encode, login_claims, now};
use crate::torture::times;

const USER: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery staple";
/// Made-up tokens per second, and the number of threads.
const RATE: u32 = 100;
const THREADS: u32 = 4;

fn client(emulator: &Emulator) -> Client {
    Client::new(&config(emulator, json!({"request_timeout_ms": 60_000})))
}

/// A token with only a wrong key: its `kid` does not exist.
fn made_up(emulator: &Emulator, number: u32) -> String {
    let header = json!({"alg": "ES256", "typ": "JWT", "kid": format!("{number}-{}", now())});
    let claims = login_claims(emulator.client_id());
    let signature = encode([1; 64]);
    format!(
        "{}.{}.{signature}",
        encode(header.to_string()),
        encode(claims.to_string())
    )
}

/// Calls once per interval until stopped, late or not.
fn at_rate(interval: Duration, stop: &AtomicBool, mut call: impl FnMut()) {
    let mut next = Instant::now();
    while !stop.load(Ordering::SeqCst) {
        call();
        next += interval;
        thread::sleep(next.saturating_duration_since(Instant::now()));
    }
}

/// Stops the flood even if the test fails.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[test]
fn a_login_during_a_flood_of_made_up_tokens_fetches_the_key_for_all() {
    let emulator = Emulator::start();
    let registered = client(&emulator).register_password(USER, PASSWORD);
    assert_eq!(registered.verdict(), GOOD, "{}", registered.text);
    emulator.clear_requests();
    // As after a restart: the cache is empty.
    let client = client(&emulator);
    let (stop, flooded, throttled) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
    let started = Instant::now();
    let logins = thread::scope(|scope| {
        let _stop = Stop(&stop);
        for _ in 0..THREADS {
            scope.spawn(|| {
                at_rate(Duration::from_secs(1) * THREADS / RATE, &stop, || {
                    let number = flooded.fetch_add(1, Ordering::SeqCst);
                    match client
                        .verify_token(made_up(&emulator, number))
                        .verdict()
                        .as_str()
                    {
                        THROTTLED => throttled.fetch_add(1, Ordering::SeqCst),
                        UNKNOWN => 0,
                        other => panic!("{other}"),
                    };
                });
            });
        }
        // By then the flood has used up its rate limit.
        while throttled.load(Ordering::SeqCst) == 0 {
            assert!(started.elapsed() < TIME_LIMIT, "no flood");
            thread::yield_now();
        }
        let began = Instant::now();
        let mut logins = 0;
        let mut first_key = None;
        while logins < times(5, 60) {
            let login = client.authenticate_password(USER, PASSWORD);
            logins += 1;
            if login.verdict() == GOOD {
                first_key.get_or_insert_with(|| began.elapsed());
                // From now on presented tokens are verified too.
                let jwt = login.json()["jwt"].as_str().expect("a token").to_owned();
                let verified = client.verify_token_for(jwt, Some(USER));
                assert_eq!(verified.verdict(), GOOD, "{}", verified.text);
            } else {
                assert!(first_key.is_none(), "{}", login.text);
            }
            let next = Duration::from_secs(1) * logins as u32;
            thread::sleep(next.saturating_sub(began.elapsed()));
        }
        let first_key = first_key.expect("a login that is verified");
        println!("the first key was there after {first_key:?}");
        assert!(first_key < Duration::from_secs(10), "{first_key:?}");
        logins
    });
    let (flooded, took) = (flooded.into_inner(), started.elapsed());
    let rate = f64::from(flooded) / took.as_secs_f64();
    println!("{flooded} made-up tokens in {took:?}, {rate:.0} a second, and {logins} logins");
    assert!(rate > f64::from(RATE) / 2.0, "no flood: {rate:.0} a second");
    let requests = emulator.requests();
    let certs = requests.iter().filter(|request| request.path == "/certs");
    let allowed = 10 * (took.as_secs() as usize / 30 + 1) + 1;
    assert!(certs.count() <= allowed);
}
