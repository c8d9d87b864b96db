//! The service's public keys: what `/certs` may answer, how often it is asked,
//! and how long an answer is good.

mod answers;
mod flight;
mod hostile;
mod ids;
mod life;
mod outage;
mod pinned;
mod spelling;

use std::time::{Duration, Instant};

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::CLIENT_ID;
use crate::support::service::{login_claims, with};

const UNKNOWN: &str = "LID_ERROR_TOKEN_INVALID unknown_key";
const THROTTLED: &str = "LID_ERROR_RATE_LIMITED unknown_key_throttled";
const INVALID_KEY: &str = "LID_ERROR_RESPONSE invalid_public_key";
const NOT_THE_SERVICE: &str = "LID_ERROR_RESPONSE invalid_response";
const GOOD: &str = "LID_OK";

/// Long, for a busy machine: after this time the test fails.
const TIME_LIMIT: Duration = Duration::from_secs(60);

/// A good token signed by the emulator's current key.
fn token(emulator: &Emulator) -> String {
    use loginid_emulator::TokenPart;
    emulator.sign_token(TokenPart::Usual, login_claims(CLIENT_ID).into())
}

/// A token with this kid, signed by a key of the service.
fn token_of(emulator: &Emulator, kid: Value) -> String {
    let header = with(&json!({"alg": "ES256", "typ": "JWT"}), json!({"kid": kid}));
    emulator.sign_token(header.into(), login_claims(CLIENT_ID).into())
}

/// Waits until the condition is true.
pub fn until(what: &str, mut so: impl FnMut() -> bool) {
    let started = Instant::now();
    while !so() {
        assert!(started.elapsed() < TIME_LIMIT, "timed out: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}
