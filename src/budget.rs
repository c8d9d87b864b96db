//! The budget of a call: its deadline and its cancel switch.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cancel::Cancel;

#[derive(Clone, Debug)]
pub(crate) struct Budget {
    pub(crate) deadline: Instant,
    pub(crate) cancel: Option<Arc<Cancel>>,
}

impl Budget {
    /// A budget without a cancel switch.
    pub(crate) fn within(limit: Duration) -> Budget {
        Budget {
            deadline: Instant::now() + limit,
            cancel: None,
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
            cancel: self.cancel.clone(),
        }
    }

    /// The time that is left.
    pub(crate) fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    pub(crate) fn is_cancelled(&self) -> bool {
        self.cancel
            .as_ref()
            .is_some_and(|cancel| cancel.is_triggered())
    }
}
