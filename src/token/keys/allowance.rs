//! How often the service is asked for keys on behalf of strangers.

use std::time::{Duration, Instant};

/// Fetches for keys never seen: a few at once, then one every so often.
#[derive(Debug)]
pub(super) struct Allowance {
    left: u32,
    refilled: Instant,
}

impl Allowance {
    const MOST: u32 = 5;
    const EVERY: Duration = Duration::from_secs(10);

    pub(super) fn new() -> Allowance {
        Allowance {
            left: Allowance::MOST,
            refilled: Instant::now(),
        }
    }

    /// Takes one and tells whether it is the first one after a quiet time, or
    /// how long to wait for the next.
    pub(super) fn take(&mut self) -> Result<bool, Duration> {
        let now = Instant::now();
        let due = now.duration_since(self.refilled).as_secs() / Self::EVERY.as_secs();
        if due > 0 {
            self.left = self.left.saturating_add(due as u32).min(Self::MOST);
            self.refilled += Self::EVERY * due as u32;
        }
        if self.left == 0 {
            return Err((self.refilled + Self::EVERY).saturating_duration_since(now));
        }
        let first = self.left == Self::MOST;
        if first {
            // The time until the next one counts from the first one taken.
            self.refilled = now;
        }
        self.left -= 1;
        Ok(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pass(allowance: &mut Allowance, time: Duration) {
        allowance.refilled -= time;
    }

    #[test]
    fn five_at_once_then_one_in_ten_seconds() {
        let mut allowance = Allowance::new();
        assert_eq!(allowance.take(), Ok(true));
        for _ in 1..5 {
            assert_eq!(allowance.take(), Ok(false));
        }
        let wait = allowance.take().unwrap_err();
        assert!(
            wait > Duration::from_secs(9) && wait <= Allowance::EVERY,
            "{wait:?}"
        );
        pass(&mut allowance, Duration::from_secs(10));
        assert_eq!(allowance.take(), Ok(false));
        allowance.take().unwrap_err();
        pass(&mut allowance, Duration::from_secs(25));
        assert_eq!(allowance.take(), Ok(false));
        assert_eq!(allowance.take(), Ok(false));
        let wait = allowance.take().unwrap_err();
        assert!(wait <= Duration::from_secs(5), "{wait:?}");
    }

    #[test]
    fn a_long_quiet_time_saves_up_no_more_than_five() {
        let mut allowance = Allowance::new();
        pass(&mut allowance, Duration::from_secs(24 * 60 * 60));
        assert_eq!(allowance.take(), Ok(true));
        for _ in 1..5 {
            assert_eq!(allowance.take(), Ok(false));
        }
        allowance.take().unwrap_err();
    }
}
