//! An event that any number of threads wait for with `poll`.

use std::io;

use rustix::event::{EventfdFlags, eventfd};
use rustix::fd::{AsFd, BorrowedFd, OwnedFd};
use rustix::io::Errno;

/// A descriptor that becomes readable when the event is set, and stays readable, since nobody
/// reads from it.
#[derive(Debug)]
pub(crate) struct Event(OwnedFd);

impl Event {
    pub(crate) fn new() -> io::Result<Event> {
        Ok(Event(eventfd(0, EventfdFlags::CLOEXEC)?))
    }

    pub(crate) fn set(&self) {
        let one = 1u64.to_ne_bytes();
        while rustix::io::write(&self.0, &one) == Err(Errno::INTR) {}
    }

    /// To wait for it.
    pub(crate) fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}
