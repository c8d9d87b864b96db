//! The state of this thread's current exchange. It is thread-local because ureq passes
//! nothing from a request to its connector and connections, and a connection outlives the
//! exchange that made it.

use std::cell::Cell;
use std::mem;

use crate::cancel::Cancels;

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
    static CANCELS: Cell<Cancels> = const { Cell::new(Cancels::NONE) };
}

/// The current exchange of this thread, from [`begin`] until it is dropped.
pub(super) struct Current {
    /// The state of the exchange that a signal handler interrupted, if it makes this one.
    interrupted: (Stage, Cancels),
}

/// Begins an exchange. Over an idle connection no connector runs, so the stage is
/// [`Stage::Service`] until something is sent.
pub(super) fn begin(cancels: Cancels) -> Current {
    Current {
        interrupted: (STAGE.replace(Stage::Service), CANCELS.replace(cancels)),
    }
}

impl Current {
    pub(super) fn stage(&self) -> Stage {
        STAGE.get()
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        let (stage, cancels) = &mut self.interrupted;
        STAGE.set(*stage);
        CANCELS.set(mem::take(cancels));
    }
}

pub(super) fn set_stage(stage: Stage) {
    STAGE.set(stage);
}

pub(super) fn cancels() -> Cancels {
    let cancels = CANCELS.take();
    CANCELS.set(cancels.clone());
    cancels
}
