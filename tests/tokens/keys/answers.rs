//! Logins during a flood of made-up tokens: the service's answers are verified,
//! however many made-up key ids arrive.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use super::{GOOD, THROTTLED, TIME_LIMIT, UNKNOWN};
use crate::capi::{By, Client, Outcome, V2Client, config};
use crate::support::service::{encode, now, with};
use crate::support::{CLIENT_ID, Verifier, Version, both, emulator};
use crate::torture::times;

const USER: &str = "ada@example.com";
const PASSWORD: &str = "correct horse battery staple";
/// Made-up tokens per second, and the number of threads.
const RATE: u32 = 100;
const THREADS: u32 = 4;

fn client(version: Version, emulator: &Emulator) -> Verifier {
    let limit = json!({"request_timeout_ms": 60_000});
    match version {
        Version::V1 => Verifier::V1(Client::new(&config(emulator, limit))),
        Version::V2 => {
            let service = emulator.v2();
            let account = json!({"base_url": service.base_url(), "api_key": service.api_key()});
            Verifier::V2(V2Client::new(&with(&account, limit)))
        }
    }
}

/// Registers the user with a client of its own: the key cache of another one stays empty.
fn register(version: Version, emulator: &Emulator) {
    match client(version, emulator) {
        Verifier::V1(client) => drop(client.register_password(USER, PASSWORD).ok()),
        Verifier::V2(_) => drop(emulator.v2().login(USER).expect("a user")),
    }
}

/// Logs the user in: the answer has a token, which is verified. Returns the token.
fn log_in(client: &Verifier) -> Result<String, Outcome> {
    let (login, token) = match client {
        Verifier::V1(client) => (client.authenticate_password(USER, PASSWORD), "jwt"),
        Verifier::V2(client) => {
            let code = client.create_otp(By::Name(USER)).ok();
            let code = code["code"].as_str().expect("a code");
            (client.verify_otp(USER, code), "jwtAccess")
        }
    };
    if login.verdict() != GOOD {
        return Err(login);
    }
    Ok(login.json()[token].as_str().expect("a token").to_owned())
}

/// A token with only a wrong key: its `kid` does not exist.
fn made_up(claims: &Value, number: u32) -> String {
    let header = json!({"alg": "ES256", "typ": "JWT", "kid": format!("{number}-{}", now())});
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
    both(|version| {
        let emulator = emulator();
        register(version, &emulator);
        emulator.clear_requests();
        // As after a restart: the cache is empty.
        let client = client(version, &emulator);
        let audience = match version {
            Version::V1 => emulator.client_id(),
            Version::V2 => CLIENT_ID,
        };
        let claims = with(&version.claims_at(&emulator), json!({"aud": audience}));
        let (stop, flooded, throttled) =
            (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
        let started = Instant::now();
        let logins = thread::scope(|scope| {
            let _stop = Stop(&stop);
            for _ in 0..THREADS {
                scope.spawn(|| {
                    at_rate(Duration::from_secs(1) * THREADS / RATE, &stop, || {
                        let number = flooded.fetch_add(1, Ordering::SeqCst);
                        match client
                            .verify_token(made_up(&claims, number))
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
                logins += 1;
                match log_in(&client) {
                    Ok(token) => {
                        first_key.get_or_insert_with(|| began.elapsed());
                        // From now on presented tokens are verified too.
                        let verified = client.verify_token_for(token, Some(USER));
                        assert_eq!(verified.verdict(), GOOD, "{}", verified.text);
                    }
                    Err(refused) => assert!(first_key.is_none(), "{}", refused.text),
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
        let certs = requests
            .iter()
            .filter(|request| request.path == version.key_path());
        let allowed = 10 * (took.as_secs() as usize / 30 + 1) + 1;
        assert!(certs.count() <= allowed);
    });
}
