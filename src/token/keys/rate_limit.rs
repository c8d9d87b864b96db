//! Limits the requests for keys that are not in the cache.

use std::time::{Duration, Instant};

/// A token bucket: allows a burst of requests, then one per interval.
#[derive(Debug)]
pub(super) struct RateLimit {
    burst: u32,
    interval: Duration,
    available: u32,
    refilled_at: Instant,
}

impl RateLimit {
    pub(super) fn new(burst: u32, interval: Duration) -> RateLimit {
        RateLimit {
            burst,
            interval,
            available: burst,
            refilled_at: Instant::now(),
        }
    }

    /// Takes one request, or returns how long to wait for the next.
    pub(super) fn take(&mut self) -> Result<(), Duration> {
        let now = Instant::now();
        let due = now.duration_since(self.refilled_at).as_secs() / self.interval.as_secs();
        self.available = self.available.saturating_add(due as u32).min(self.burst);
        self.refilled_at += self.interval * due as u32;
        if self.available == 0 {
            return Err((self.refilled_at + self.interval).saturating_duration_since(now));
        }
        if self.available == self.burst {
            // The bucket was full: the interval starts with this request.
            self.refilled_at = now;
        }
        self.available -= 1;
        Ok(())
    }

    /// Simulates that this time has passed.
    #[cfg(test)]
    pub(super) fn pass(&mut self, time: Duration) {
        self.refilled_at -= time;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INTERVAL: Duration = Duration::from_secs(10);

    #[test]
    fn five_at_once_then_one_in_ten_seconds() {
        let mut limit = RateLimit::new(5, INTERVAL);
        for _ in 0..5 {
            assert_eq!(limit.take(), Ok(()));
        }
        let wait = limit.take().unwrap_err();
        assert!(
            wait > Duration::from_secs(9) && wait <= INTERVAL,
            "{wait:?}"
        );
        limit.pass(Duration::from_secs(10));
        assert_eq!(limit.take(), Ok(()));
        limit.take().unwrap_err();
        limit.pass(Duration::from_secs(25));
        assert_eq!(limit.take(), Ok(()));
        assert_eq!(limit.take(), Ok(()));
        let wait = limit.take().unwrap_err();
        assert!(wait <= Duration::from_secs(5), "{wait:?}");
    }

    #[test]
    fn after_a_long_pause_the_burst_is_still_five() {
        let mut limit = RateLimit::new(5, INTERVAL);
        limit.pass(Duration::from_secs(24 * 60 * 60));
        for _ in 0..5 {
            assert_eq!(limit.take(), Ok(()));
        }
        limit.take().unwrap_err();
    }
}
