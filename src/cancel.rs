//! Ending a wait from another thread.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};

/// A switch that is off until it is triggered, and then stays on. It may be
/// shared by any number of waits.
///
/// After a fork the child makes its own: a switch belongs to the process that
/// made it.
#[derive(Debug)]
pub struct Cancel {
    triggered: AtomicBool,
    /// A byte written here makes the reading end ready, for good: nobody reads
    /// it. Closing would not, while a forked child has a copy of this end.
    writer: OwnedFd,
    reader: OwnedFd,
}

impl Cancel {
    /// A new switch; it needs two file descriptors.
    pub fn new() -> io::Result<Cancel> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC)?;
        Ok(Cancel {
            triggered: AtomicBool::new(false),
            writer,
            reader,
        })
    }

    /// Ends the waits that use this switch, now and later. May be called from
    /// any thread, any number of times.
    pub fn trigger(&self) {
        if self.triggered.swap(true, Ordering::SeqCst) {
            return;
        }
        // The first byte in an empty pipe: it always fits.
        while rustix::io::write(&self.writer, &[1]) == Err(Errno::INTR) {}
    }

    /// Whether it was triggered.
    pub fn is_triggered(&self) -> bool {
        self.triggered.load(Ordering::SeqCst)
    }

    /// Ready for reading once triggered.
    pub(crate) fn signal(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}
