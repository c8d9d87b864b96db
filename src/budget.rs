//! The budget of a call: its deadline and its cancel switches.

use std::time::{Duration, Instant};

use crate::cancel::Cancels;

#[derive(Clone, Debug)]
pub(crate) struct Budget {
    pub(crate) deadline: Instant,
    pub(crate) cancels: Cancels,
}

impl Budget {
    /// A budget without a cancel switch.
    pub(crate) fn within(limit: Duration) -> Budget {
        Budget {
            deadline: Instant::now() + limit,
            cancels: Cancels::default(),
        }
    }

    /// The same budget, but no longer than `limit` from now.
    pub(crate) fn at_most(&self, limit: Duration) -> Budget {
        self.until(Instant::now() + limit)
    }

    /// The same budget, but no later than `deadline`.
    pub(crate) fn until(&self, deadline: Instant) -> Budget {
        Budget {
            deadline: self.deadline.min(deadline),
            cancels: self.cancels.clone(),
        }
    }

    /// The time that is left.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancels.is_triggered()
    }
}
