//! A request for a key that several calls wait for.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use super::lookup::{Key, Origin};
use crate::budget::Budget;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::fork;

/// How soon a call that waits for another's request notices that it is cancelled, and that
/// it is in a child, which a signal handler forked, where that request is not made.
const CANCEL_CHECK: Duration = Duration::from_millis(20);
const FORK_CHECK: Duration = Duration::from_secs(1);

/// A request under way, and the calls that wait for its end.
#[derive(Debug)]
pub(super) struct InFlight {
    /// On whose behalf it was made.
    origin: Origin,
    outcome: Mutex<Option<Outcome>>,
    ended: Condvar,
}

/// How a request ended.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// The service answered, or could not be reached: the same for all who wait.
    Shared(Result<Key>),
    /// The call that made it was cancelled, ran out of time or panicked. That
    /// says nothing to the others: one of them asks again.
    GivenUp,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic while holding it leaves nothing half-done here.
    mutex
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner())
}

fn timed_out() -> Error {
    Error::new(
        Code::Timeout,
        "the deadline passed while the service's key was being fetched",
    )
    .with_retryable(true)
}

impl InFlight {
    pub(super) fn new(origin: Origin) -> InFlight {
        InFlight {
            origin,
            outcome: Mutex::default(),
            ended: Condvar::default(),
        }
    }

    pub(super) fn end(&self, outcome: Outcome) {
        lock(&self.outcome).get_or_insert(outcome);
        self.ended.notify_all();
    }

    /// Waits for the end, but no longer than this call may take. A presented token
    /// may be a stranger's, whose request is not repeated or came too early: its
    /// failure says nothing to an answer, which has requests of its own.
    pub(super) fn wait(&self, budget: &Budget, origin: Origin) -> Outcome {
        let is_strangers = origin == Origin::Answer && self.origin == Origin::Presented;
        let process = fork::process();
        let mut outcome = lock(&self.outcome);
        loop {
            let left = budget.left();
            if let Err(error) = fork::check_process(process) {
                return Outcome::Shared(Err(error));
            }
            match &*outcome {
                Some(shared @ Outcome::Shared(result)) if result.is_ok() || !is_strangers => {
                    return shared.clone();
                }
                _ if budget.is_cancelled() => return Outcome::Shared(Err(Error::cancelled())),
                _ if left.is_zero() => return Outcome::Shared(Err(timed_out())),
                Some(_) => return Outcome::GivenUp,
                None => {}
            }
            // A condition variable notices neither.
            let nap = match budget.cancel {
                Some(_) => CANCEL_CHECK,
                None => FORK_CHECK,
            };
            outcome = self
                .ended
                .wait_timeout(outcome, nap.min(left))
                .unwrap_or_else(|poisoned| poisoned.into_inner())
                .0;
        }
    }
}
