//! What ureq makes once for the process.
//!
//! It is made in the first request, under a lock of the standard library. A fork meanwhile would
//! leave that lock held in the child, where the thread that holds it does not exist: no request of
//! the child would ever end. So the first request of the process is made here, without a fork, and
//! is sent to nobody.

use std::sync::atomic::{AtomicBool, Ordering};

use ureq::Agent;
use ureq::unversioned::transport::{ConnectionDetails, Connector};

use super::connector::NoResolver;
use super::transport::StreamTransport;
use crate::error::Result;
use crate::fork;

/// Not a `Once`, for the same reason: threads may race, and each makes the request.
static MADE: AtomicBool = AtomicBool::new(false);

/// Must be called before the first request of the process.
pub(crate) fn make_first_request() -> Result<()> {
    if !MADE.load(Ordering::Acquire) {
        fork::without_fork(|| {
            let settings = Agent::config_builder().proxy(None).build();
            let agent = Agent::with_parts(settings, NoConnector, NoResolver);
            // Always an error: there is no connection.
            drop(agent.get("http://localhost/").call());
        })?;
        MADE.store(true, Ordering::Release);
    }
    Ok(())
}

/// Makes no connection.
#[derive(Debug)]
struct NoConnector;

impl Connector for NoConnector {
    type Out = StreamTransport;

    fn connect(
        &self,
        _: &ConnectionDetails,
        _: Option<()>,
    ) -> std::result::Result<Option<StreamTransport>, ureq::Error> {
        Ok(None)
    }
}
