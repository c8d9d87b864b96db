//! What belongs to the exchange that this thread is carrying out. ureq gives its connector
//! and its connections no place for it: a connection outlives the exchange that made it.

use std::cell::Cell;
use std::sync::Arc;

use crate::cancel::Cancel;

/// How far a request has come: what an error says of it, and whether it may be
/// repeated, depend on that.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Stage {
    /// Connecting to the proxy, or asking it for a tunnel.
    Proxy,
    /// Connecting to the service. Nothing was sent to it: the request may be
    /// repeated, whatever it does.
    Service,
    /// Some of the request left this process and may have reached the service.
    Sent,
}

thread_local! {
    static STAGE: Cell<Stage> = const { Cell::new(Stage::Service) };
    static CANCEL: Cell<Option<Arc<Cancel>>> = const { Cell::new(None) };
}

/// An exchange of this thread, from [`begin`] until it is dropped.
pub(super) struct Current {
    /// What a signal handler that makes a call interrupted.
    outer: (Stage, Option<Arc<Cancel>>),
}

/// Begins an exchange: over a kept connection, unless the connector says otherwise.
pub(super) fn begin(cancel: Option<Arc<Cancel>>) -> Current {
    Current {
        outer: (STAGE.replace(Stage::Service), CANCEL.replace(cancel)),
    }
}

impl Current {
    pub(super) fn stage(&self) -> Stage {
        STAGE.get()
    }
}

impl Drop for Current {
    fn drop(&mut self) {
        let (stage, cancel) = (self.outer.0, self.outer.1.take());
        STAGE.set(stage);
        CANCEL.set(cancel);
    }
}

pub(super) fn note(stage: Stage) {
    STAGE.set(stage);
}

pub(super) fn cancel() -> Option<Arc<Cancel>> {
    let cancel = CANCEL.take();
    CANCEL.set(cancel.clone());
    cancel
}
