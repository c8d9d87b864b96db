//! Whether, and when, a failed attempt is repeated.

use std::time::Duration;

use crate::error::Result;
use crate::operation::Operation;
use crate::random;

/// Which calls may be repeated after a failed attempt.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Repeat {
    /// Nothing was sent: any call.
    Always,
    /// The service refused it for its rate (429): any call, except those with a
    /// one-time code, since the service may have counted the code as tried.
    UnlessCode,
    /// It may have been carried out: only calls that change nothing.
    IfSafe,
    /// None: the next attempt would fail the same way.
    Never,
}

impl Repeat {
    pub(super) fn allows(self, operation: &Operation) -> bool {
        match self {
            Repeat::Always => true,
            Repeat::UnlessCode => !operation.one_time_code,
            Repeat::IfSafe => operation.safe,
            Repeat::Never => false,
        }
    }
}

const FIRST: Duration = Duration::from_millis(100);
const LONGEST: Duration = Duration::from_secs(5);

/// How long to wait before the next attempt: anything from nothing to a limit
/// that doubles each time (full jitter, so that clients that failed together
/// do not come back together).
pub(super) fn backoff(failed_attempts: u32) -> Result<Duration> {
    let doubled = FIRST.saturating_mul(1 << failed_attempts.saturating_sub(1).min(16));
    let limit = doubled.min(LONGEST).as_millis() as u64;
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
