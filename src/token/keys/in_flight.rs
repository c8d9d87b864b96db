//! A request for a key in flight, shared by several calls.

use std::sync::{Condvar, Mutex, MutexGuard};
use std::time::Duration;

use super::lookup::{Keys, Origin};
use crate::budget::Budget;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::fork;

/// How soon a call that waits for the request of another call notices a cancel, or a fork
/// in a signal handler: the child has no such request.
const CANCEL_CHECK: Duration = Duration::from_millis(20);
const FORK_CHECK: Duration = Duration::from_secs(1);

/// A request in flight, and the calls that wait for it.
#[derive(Debug)]
pub(super) struct InFlight {
    /// The origin of the token for which it is made.
    origin: Origin,
    outcome: Mutex<Option<Outcome>>,
    ended: Condvar,
}

/// How a request ended.
#[derive(Clone, Debug)]
pub(super) enum Outcome {
    /// The service answered, or could not be reached: the result for all waiting calls.
    Shared(Result<Keys>),
    /// The call that made it was cancelled, timed out or panicked. That is no result for the
    /// others: one of them makes a new request.
    Abandoned,
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic under the lock leaves no inconsistent state here.
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

    /// Waits for the end, within the budget of this call. A call with a token in an answer
    /// ignores the failure of a request for a presented token: that token may be forged, and
    /// its requests have another rate limit.
    pub(super) fn wait(&self, budget: &Budget, origin: Origin) -> Outcome {
        let ignores_failure = origin == Origin::Answer && self.origin == Origin::Presented;
        let process = fork::process();
        let mut outcome = lock(&self.outcome);
        loop {
            let left = budget.left();
            if let Err(error) = fork::check_process(process) {
                return Outcome::Shared(Err(error));
            }
            match &*outcome {
                Some(shared @ Outcome::Shared(result)) if result.is_ok() || !ignores_failure => {
                    return shared.clone();
                }
                _ if budget.is_cancelled() => return Outcome::Shared(Err(Error::cancelled())),
                _ if left.is_zero() => return Outcome::Shared(Err(timed_out())),
                Some(_) => return Outcome::Abandoned,
                None => {}
            }
            // A condition variable notices neither.
            let interval = match budget.cancels.is_empty() {
                true => FORK_CHECK,
                false => CANCEL_CHECK,
            };
            outcome = self
                .ended
                .wait_timeout(outcome, interval.min(left))
                .unwrap_or_else(|poisoned| poisoned.into_inner())
                .0;
        }
    }
}
