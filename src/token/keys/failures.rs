//! Remembers failed requests for keys.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use crate::error::{Error, Status};

/// How long after a failed refresh the next one is tried, and how long the error of a failed
/// request is remembered.
pub(super) const RETRY_PAUSE: Duration = Duration::from_secs(30);
/// How long a key id that the service does not know is remembered as unknown.
const UNKNOWN_FOR: Duration = Duration::from_secs(60);
/// The maximum number of failures. A new one replaces the oldest.
const MAX_FAILURES: usize = 64;

/// The last failure for each key id.
#[derive(Debug, Default)]
pub(super) struct Failures(HashMap<Box<str>, Failure>);

#[derive(Debug)]
struct Failure {
    error: Error,
    failed_at: Instant,
}

impl Failure {
    fn is_recent(&self) -> bool {
        let max_age = if is_unknown(&self.error) {
            UNKNOWN_FOR
        } else {
            RETRY_PAUSE
        };
        self.failed_at.elapsed() < max_age
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
            let oldest = self.0.iter().min_by_key(|(_, failure)| failure.failed_at);
            if let Some(oldest) = oldest.map(|(id, _)| id.clone()) {
                self.0.remove(&oldest);
            }
        }
        let failed_at = Instant::now();
        self.0.insert(id.into(), Failure { error, failed_at });
    }

    pub(super) fn remove(&mut self, id: &str) {
        self.0.remove(id);
    }

    /// The error of the last request for this key, if it is recent.
    pub(super) fn get(&self, id: &str) -> Option<&Error> {
        let failure = self.0.get(id).filter(|failure| failure.is_recent())?;
        Some(&failure.error)
    }

    /// Simulates that this time has passed.
    #[cfg(test)]
    pub(super) fn pass(&mut self, time: Duration) {
        for failure in self.0.values_mut() {
            failure.failed_at -= time;
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
    fn a_new_failure_replaces_the_oldest() {
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
