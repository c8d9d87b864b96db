//! Cancels a call from another thread.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::io::Errno;
use rustix::pipe::{PipeFlags, pipe_with};

/// A switch that cancels calls. Once triggered, it stays on. Any number of calls may
/// share it.
///
/// It belongs to the process that made it: after a fork, the child makes its own.
#[derive(Debug)]
pub struct Cancel {
    triggered: AtomicBool,
    /// A byte written here makes the other end readable, permanently, since nobody reads
    /// it. Closing this end would not work while a forked child has a copy of it.
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

    /// Cancels the calls that use this switch, now and later. May be called from any
    /// thread, any number of times.
    pub fn trigger(&self) {
        if self.triggered.swap(true, Ordering::SeqCst) {
            return;
        }
        // The first byte always fits into an empty pipe.
        while rustix::io::write(&self.writer, &[1]) == Err(Errno::INTR) {}
    }

    /// Whether it was triggered.
    pub fn is_triggered(&self) -> bool {
        self.triggered.load(Ordering::SeqCst)
    }

    /// A descriptor that is readable once triggered.
    pub(crate) fn signal(&self) -> BorrowedFd<'_> {
        self.reader.as_fd()
    }
}
