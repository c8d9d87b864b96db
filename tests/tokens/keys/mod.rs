//! The service's public keys: what a request for them may be answered with, how often it is
//! sent, and how long an answer is good. Most tests are of both services; only v1 has one key
//! for each answer, and only the current service a set of keys.

mod answers;
mod flight;
mod hostile;
mod ids;
mod life;
mod outage;
mod pinned;
mod set;
mod spelling;

use std::time::{Duration, Instant};

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::Version;
use crate::support::service::with;

const UNKNOWN: &str = "LID_ERROR_TOKEN_INVALID unknown_key";
const THROTTLED: &str = "LID_ERROR_RATE_LIMITED unknown_key_throttled";
const INVALID_KEY: &str = "LID_ERROR_RESPONSE invalid_public_key";
const NOT_THE_SERVICE: &str = "LID_ERROR_RESPONSE invalid_response";
const GOOD: &str = "LID_OK";

/// Long, for a busy machine: after this time the test fails.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A good token signed by the emulator's current key.
fn token(version: Version, emulator: &Emulator) -> String {
    version.signed(emulator, loginid_emulator::TokenPart::Usual)
}

/// A token with this kid, signed by a key of the service.
fn token_of(version: Version, emulator: &Emulator, kid: Value) -> String {
    let header = with(&json!({"alg": "ES256", "typ": "JWT"}), json!({"kid": kid}));
    version.signed(emulator, header)
}

/// Waits until the condition is true.
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < TIME_LIMIT, "timed out: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
