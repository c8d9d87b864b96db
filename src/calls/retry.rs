//! Whether and when a failed attempt is retried.

use std::time::Duration;

use crate::error::Result;
use crate::operation::Operation;
use crate::random;

/// Which calls may be retried after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Retry {
    /// Nothing was sent: any call.
    Always,
    /// The service applied a rate limit (429): any call, except those with a one-time code,
    /// since the service may have counted it as an attempt to guess the code.
    UnlessCode,
    /// The service may have executed the call: only calls that change nothing.
    IfSafe,
    /// No call: the next attempt would fail the same way.
    Never,
}

impl Retry {
    pub(super) fn allows(self, operation: &Operation) -> bool {
        match self {
            Retry::Always => true,
            Retry::UnlessCode => !operation.one_time_code,
            Retry::IfSafe => operation.safe,
            Retry::Never => false,
        }
    }
}

const FIRST_LIMIT: Duration = Duration::from_millis(100);
const MAX_LIMIT: Duration = Duration::from_secs(5);

/// The delay before the next attempt: exponential backoff with full jitter, a random time
/// up to a limit that doubles each time. So clients that failed together do not retry
/// together.
pub(super) fn backoff(failed_attempts: u32) -> Result<Duration> {
    let doubled = FIRST_LIMIT.saturating_mul(1 << failed_attempts.saturating_sub(1).min(16));
    let limit = doubled.min(MAX_LIMIT).as_millis() as u64;
    random::below(limit + 1).map(Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_grows_and_stays_bounded() {
        for (attempt, limit) in [(1, 100), (2, 200), (3, 400), (10, 5_000), (100, 5_000)] {
            let limit = Duration::from_millis(limit);
            let longest = (0..200).map(|_| backoff(attempt).unwrap()).max().unwrap();
            assert!(longest > limit / 2 && longest <= limit, "{longest:?}");
        }
    }
}
