//! How long calls may take.

use std::time::{Duration, Instant};

use crate::capi::Outcome;

/// The time limit of the calls in these tests, in milliseconds. A tenth of it
/// is the tolerance, which must be enough for a machine that is busy.
pub const LIMIT_MS: u64 = 4_000;

/// Runs a call and checks that it ended within the limit and its tolerance.
#[track_caller]
pub fn in_time(what: &str, call: impl FnOnce() -> Outcome) -> Outcome {
    within(LIMIT_MS, what, call)
}

#[track_caller]
pub fn within(limit_ms: u64, what: &str, call: impl FnOnce() -> Outcome) -> Outcome {
    let started = Instant::now();
    let outcome = call();
    let took = started.elapsed();
    let most = Duration::from_millis(limit_ms * 11 / 10);
    assert!(took <= most, "{what}: took {took:?}: {}", outcome.text);
    outcome
}
