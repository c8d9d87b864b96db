//! The state of this thread's current exchange. It is thread-local because ureq passes
//! nothing from a request to its connector and connections, and a connection outlives the
//! exchange that made it.

use std::cell::Cell;
use std::time::Duration;

use crate::budget::Budget;

/// How far a request got. Error messages and retries depend on it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stage {
    /// Connecting to the proxy, or asking it for a tunnel.
    Proxy,
    /// Connecting to the service. Nothing was sent to it, so any request may be retried.
    Service,
    /// A part of the request left this process and may have reached the service.
    Sent,
}

thread_local! {
    static STAGE: Cell<Stage> = const { Cell::new(Stage::Service) };
    static BUDGET: Cell<Option<Budget>> = const { Cell::new(None) };
}

/// The current exchange of this thread, from [`begin`] until it is dropped.
pub(super) struct Current {
    /// The state of the exchange that a signal handler interrupted, if it makes this one.
    interrupted: (Stage, Option<Budget>),
}

/// Begins an exchange. Over an idle connection no connector runs, so the stage is
/// [`Stage::Service`] until something is sent.
pub(super) fn begin(budget: Budget) -> Current {
    Current {
        interrupted: (STAGE.replace(Stage::Service), BUDGET.replace(Some(budget))),
    }
}

impl Current {
    pub(super) fn stage(&self) -> Stage {
        STAGE.get()
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        let (stage, budget) = &mut self.interrupted;
        STAGE.set(*stage);
        BUDGET.set(budget.take());
    }
}

pub(super) fn set_stage(stage: Stage) {
    STAGE.set(stage);
}

/// The budget of the exchange. Without an exchange, nothing is left of it.
pub(super) fn budget() -> Budget {
    let budget = BUDGET.take();
    BUDGET.set(budget.clone());
    budget.unwrap_or_else(|| Budget::within(Duration::ZERO))
}
