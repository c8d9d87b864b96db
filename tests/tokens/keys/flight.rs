//! How often keys are fetched: once for all waiting calls, and rarely for made-up key
//! ids.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use loginid::{Config, Logger, Result, Status, v2};
use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::json;

use super::{GOOD, THROTTLED, UNKNOWN, token, token_of};
use crate::support::service::with;
use crate::support::{Verifier, Version, both, emulator};
use crate::torture::times;

/// Delays every answer to a request for keys so long that all threads wait for it.
fn slow_keys(version: Version, emulator: &Emulator) {
    let late = FaultKind::Delay {
        ms: 1000,
        carried_out: false,
    };
    emulator.inject(Fault::new(late).on("GET", version.key_path()));
}

/// The verdicts of 64 threads that start at the same time.
fn all_at_once<T: Send>(call: impl Fn(usize) -> T + Sync) -> Vec<T> {
    const THREADS: usize = 64;
    let start = Barrier::new(THREADS);
    thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|number| {
                let (start, call) = (&start, &call);
                scope.spawn(move || {
                    start.wait();
                    call(number)
                })
            })
            .collect();
        let results = threads.into_iter().map(|thread| thread.join());
        results.map(|result| result.expect("no panic")).collect()
    })
}

#[test]
fn sixty_four_threads_on_a_cold_cache_make_one_fetch() {
    both(|version| {
        let emulator = emulator();
        slow_keys(version, &emulator);
        let client = version.client(&version.online(&emulator));
        let token = token(version, &emulator);
        let verdicts = all_at_once(|_| client.verify_token(&token).verdict());
        assert!(
            verdicts.iter().all(|verdict| verdict == GOOD),
            "{verdicts:?}"
        );
        assert_eq!(emulator.request_count(), 1);
    });
}

#[test]
fn a_failed_fetch_fails_for_all_waiting_calls_and_the_next_call_fetches_again() {
    both(|version| {
        let emulator = emulator();
        slow_keys(version, &emulator);
        let client = version.client(&version.online(&emulator));
        let unknown = token_of(version, &emulator, json!("unknown"));
        let verdicts = all_at_once(|_| client.verify_token(&unknown).verdict());
        assert!(
            verdicts.iter().all(|verdict| verdict == UNKNOWN),
            "{verdicts:?}"
        );
        // A set that was requested before a call began may be older than its token.
        let most = match version {
            Version::V1 => 1,
            Version::V2 => 2,
        };
        assert!((1..=most).contains(&emulator.request_count()));
        emulator.clear_faults();
        assert_eq!(
            client.verify_token(token(version, &emulator)).verdict(),
            GOOD
        );
    });
}

/// Verifies tokens with a client in Rust that has this logger.
fn verifier(version: Version, config: &str, logger: Logger) -> Box<Verify> {
    match version {
        Version::V1 => {
            let config = Config::from_json(config).expect("a configuration");
            let client = loginid::Client::with_config(config).expect("a client");
            client.set_logger(Some(logger));
            Box::new(move |token| client.verify_token(token, None))
        }
        Version::V2 => {
            let config = v2::Config::from_json(config).expect("a configuration");
            let client = v2::Client::with_config(config).expect("a client");
            client.set_logger(Some(logger));
            Box::new(move |token| client.verify_token(token, None))
        }
    }
}

type Verify = dyn Fn(&str) -> Result<String> + Sync;

#[test]
fn a_panic_during_a_fetch_leaves_no_thread_waiting() {
    both(|version| {
        let emulator = emulator();
        slow_keys(version, &emulator);
        // The logger runs inside the fetch. Through C it could not panic.
        let first = AtomicBool::new(true);
        let logger = Logger::new(move |_| {
            assert!(!first.swap(false, Ordering::SeqCst), "a deliberate panic");
        });
        let verify = verifier(version, &version.online(&emulator).to_string(), logger);
        let token = token(version, &emulator);
        let results = all_at_once(|_| catch_unwind(AssertUnwindSafe(|| verify(&token))));
        let panicked = results.iter().filter(|result| result.is_err()).count();
        assert_eq!(panicked, 1);
        for result in results.into_iter().flatten() {
            let status = result.map_or_else(|error| error.status(), |_| Status::LID_OK);
            // Calls after the panic fetched again.
            assert!(
                [Status::LID_ERROR_INTERNAL, Status::LID_OK].contains(&status),
                "{status:?}"
            );
        }
        assert!(verify(&token).is_ok());
    });
}

/// Verifies `count` tokens of made-up kids while other threads verify a known one.
/// Tokens whose key is not fetched are throttled; the few others get the verdict
/// `otherwise`, which without a request has a time after which to try again. Returns the number of requests and the time it took.
fn flood(
    emulator: &Emulator,
    client: &Verifier,
    good: &str,
    count: usize,
    otherwise: &str,
) -> (u64, Duration) {
    assert_eq!(client.verify_token(good).verdict(), GOOD);
    let before = emulator.request_count();
    let started = Instant::now();
    let next = AtomicU64::new(0);
    let throttled = AtomicU64::new(0);
    let flooding = AtomicBool::new(true);
    thread::scope(|scope| {
        let floods: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    loop {
                        let number = next.fetch_add(1, Ordering::SeqCst);
                        if number >= count as u64 {
                            return;
                        }
                        let kid = format!("made-up-{number}");
                        let forged = good.split_once('.').map(|(_, rest)| rest);
                        let header = json!({"alg": "ES256", "kid": kid}).to_string();
                        let header = crate::support::service::encode(header);
                        let forged = format!("{header}.{}", forged.expect("a token"));
                        let outcome = client.verify_token(forged);
                        let verdict = outcome.verdict();
                        // Without a request, the error of the last one for a set.
                        let held_back = outcome.error("retry_after_ms").is_u64();
                        if held_back {
                            throttled.fetch_add(1, Ordering::SeqCst);
                            assert_eq!(outcome.error("retryable"), true);
                        }
                        assert!(verdict == otherwise || (verdict == THROTTLED && held_back));
                    }
                })
            })
            .collect();
        let known = scope.spawn(|| {
            while flooding.load(Ordering::SeqCst) {
                assert_eq!(client.verify_token(good).verdict(), GOOD);
            }
        });
        for flood in floods {
            flood.join().expect("no panic");
        }
        flooding.store(false, Ordering::SeqCst);
        known.join().expect("no panic");
    });
    let throttled = throttled.into_inner();
    assert!(throttled > count as u64 / 2, "{throttled} of {count}");
    (emulator.request_count() - before, started.elapsed())
}

/// Checks the promise of the rate limit for any 30 s, and for the whole time.
fn assert_seldom(what: &str, requests: u64, took: Duration) {
    println!("{what}: {requests} requests in {took:?}");
    let allowed = 10 * (took.as_secs() / 30 + 1);
    assert!(
        requests <= allowed,
        "{what}: {requests} requests in {took:?}"
    );
}

#[test]
fn a_flood_of_unknown_kids_makes_few_fetches_while_known_keys_verify() {
    both(|version| {
        let emulator = emulator();
        let client = version.client(&version.online(&emulator));
        let good = token(version, &emulator);
        let (requests, took) = flood(&emulator, &client, &good, 10_000, UNKNOWN);
        assert_seldom("10,000 unknown kids", requests, took);
    });
}

#[test]
fn a_flood_while_the_service_fails_makes_no_more_requests_for_its_retries() {
    both(|version| {
        let emulator = emulator();
        let retrying = with(&version.online(&emulator), json!({"max_retries": 2}));
        let client = version.client(&retrying);
        let good = token(version, &emulator);
        assert_eq!(client.verify_token(&good).verdict(), GOOD);
        let failing = FaultKind::Status {
            code: 503,
            body: String::new(),
            content_type: None,
            headers: Vec::new(),
            carried_out: false,
        };
        emulator.inject(Fault::new(failing).on("GET", version.key_path()));
        let unavailable = "LID_ERROR_API http_error";
        let (requests, took) = flood(&emulator, &client, &good, times(1_000, 10_000), unavailable);
        assert_seldom("unknown kids of a failing service", requests, took);
    });
}
