//! A fetch of a key that several threads wait for.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::{Duration, Instant};

use super::Key;
use crate::call::Patience;
use crate::error::{Error, Result, Status};

/// How soon a call that waits for another's fetch notices that it is cancelled.
const CANCEL_CHECK: Duration = Duration::from_millis(20);

/// A fetch under way, and those who wait for it.
#[derive(Debug, Default)]
pub(super) struct Flight {
    landed: Mutex<Option<Result<Key>>>,
    landing: Condvar,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while holding it leaves nothing half-done here.
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

impl Flight {
    pub(super) fn land(&self, result: Result<Key>) {
        lock(&self.landed).get_or_insert(result);
        self.landing.notify_all();
    }

    pub(super) fn wait(&self, patience: Patience<'_>) -> Result<Key> {
        let mut landed = lock(&self.landed);
        loop {
            if let Some(result) = &*landed {
                return result.clone();
            }
            if patience.is_cancelled() {
                return Err(Error::cancelled());
            }
            let left = patience.deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(Error::new(
                    Status::Timeout,
                    "timeout",
                    "the deadline passed while the service's key was being fetched",
                )
                .with_retryable(true));
            }
            // A condition variable does not hear a cancel: whoever can be cancelled looks up.
            let nap = match patience.cancel {
                Some(_) => left.min(CANCEL_CHECK),
                None => left,
            };
            landed = self
                .landing
                .wait_timeout(landed, nap)
                .unwrap_or_else(|poisoned| poisoned.into_inner())
                .0;
        }
    }
}
