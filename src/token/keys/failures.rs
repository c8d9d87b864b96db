//! Requests for keys that failed lately.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::error::{Error, Status};

/// How long a due key is left alone after a refresh that failed, and how long
/// the error of a request that failed is remembered.
pub(super) const RETRY_PAUSE: Duration = Duration::from_secs(30);
/// How long a key id that the service does not know is remembered as unknown.
const UNKNOWN_FOR: Duration = Duration::from_secs(60);
/// Failures kept at most; the oldest makes room.
const MAX_FAILURES: usize = 64;

/// The last failure for each of these key ids.
#[derive(Debug, Default)]
pub(super) struct Failures(HashMap<Box<str>, Failure>);

#[derive(Debug)]
struct Failure {
    error: Error,
    at: Instant,
}

impl Failure {
    fn is_recent(&self) -> bool {
        let kept = if is_unknown(&self.error) {
            UNKNOWN_FOR
        } else {
            RETRY_PAUSE
        };
        self.at.elapsed() < kept
    }
}

/// Whether the service answered that it has no such key.
pub(super) fn is_unknown(error: &Error) -> bool {
    error.status() == Status::LID_ERROR_TOKEN_INVALID
}

impl Failures {
    pub(super) fn add(&mut self, id: &str, error: Error) {
        self.0.retain(|_, failure| failure.is_recent());
        if self.0.len() >= MAX_FAILURES && !self.0.contains_key(id) {
            let oldest = self.0.iter().min_by_key(|(_, failure)| failure.at);
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                self.0.remove(&oldest);
            }
        }
        let at = Instant::now();
        self.0.insert(id.into(), Failure { error, at });
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.0.remove(id);
    }

    /// The error of the last request for this key, if it is recent.
    pub(super) fn get(&self, id: &str) -> Option<&Error> {
        let failure = self.0.get(id).filter(|failure| failure.is_recent())?;
        Some(&failure.error)
    }

    /// What so much time gone by would change.
    #[cfg(test)]
    pub(super) fn pass(&mut self, time: Duration) {
        for failure in self.0.values_mut() {
            failure.at -= time;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codes::Code;

    fn unknown() -> Error {
        Error::new(Code::UnknownKey, "unknown")
    }

    #[test]
    fn an_unknown_key_is_remembered_for_a_minute_and_other_failures_for_the_pause() {
        let mut failures = Failures::default();
        failures.add("unknown", unknown());
        failures.add("failed", Error::new(Code::ConnectFailed, ""));
        failures.pass(RETRY_PAUSE - Duration::from_secs(1));
        assert!(failures.get("unknown").is_some() && failures.get("failed").is_some());
        failures.pass(Duration::from_secs(1));
        assert!(failures.get("unknown").is_some() && failures.get("failed").is_none());
        failures.pass(UNKNOWN_FOR - RETRY_PAUSE);
        assert!(failures.get("unknown").is_none());
    }

    #[test]
    fn the_oldest_failure_makes_room() {
        let mut failures = Failures::default();
        for number in 0..=MAX_FAILURES {
            failures.add(&number.to_string(), unknown());
        }
        assert_eq!(failures.0.len(), MAX_FAILURES);
        assert!(failures.get("0").is_none() && failures.get("1").is_some());
        failures.remove("1");
        assert!(failures.get("1").is_none());
    }
}
