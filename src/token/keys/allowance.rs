//! How often the service is asked for keys that are not at hand.

use std::time::{Duration, Instant};

/// A few requests at once, then one every so often.
#[derive(Debug)]
pub(super) struct Allowance {
    most: u32,
    every: Duration,
    left: u32,
    refilled: Instant,
}

impl Allowance {
    pub(super) fn new(most: u32, every: Duration) -> Allowance {
        Allowance {
            most,
            every,
            left: most,
            refilled: Instant::now(),
        }
    }

    /// Takes one, or tells how long to wait for the next.
    pub(super) fn take(&mut self) -> Result<(), Duration> {
        let now = Instant::now();
        let due = now.duration_since(self.refilled).as_secs() / self.every.as_secs();
        self.left = self.left.saturating_add(due as u32).min(self.most);
        self.refilled += self.every * due as u32;
        if self.left == 0 {
            return Err((self.refilled + self.every).saturating_duration_since(now));
        }
        if self.left == self.most {
            // The time until the next one counts from the first one taken.
            self.refilled = now;
        }
        self.left -= 1;
        Ok(())
    }

    /// What so much time gone by would change.
    #[cfg(test)]
    pub(super) fn pass(&mut self, time: Duration) {
        self.refilled -= time;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Duration = Duration::from_secs(10);

    #[test]
    fn five_at_once_then_one_in_ten_seconds() {
        let mut allowance = Allowance::new(5, EVERY);
        for _ in 0..5 {
            assert_eq!(allowance.take(), Ok(()));
        }
        let wait = allowance.take().unwrap_err();
        assert!(wait > Duration::from_secs(9) && wait <= EVERY, "{wait:?}");
        allowance.pass(Duration::from_secs(10));
        assert_eq!(allowance.take(), Ok(()));
        allowance.take().unwrap_err();
        allowance.pass(Duration::from_secs(25));
        assert_eq!(allowance.take(), Ok(()));
        assert_eq!(allowance.take(), Ok(()));
        let wait = allowance.take().unwrap_err();
        assert!(wait <= Duration::from_secs(5), "{wait:?}");
    }

    #[test]
    fn a_long_quiet_time_saves_up_no_more_than_five() {
        let mut allowance = Allowance::new(5, EVERY);
        allowance.pass(Duration::from_secs(24 * 60 * 60));
        for _ in 0..5 {
            assert_eq!(allowance.take(), Ok(()));
        }
        allowance.take().unwrap_err();
    }
}
