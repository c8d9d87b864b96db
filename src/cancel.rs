//! Ending a wait from another thread.

use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::pipe::{PipeFlags, pipe_with};

/// A switch that is off until it is triggered, and then stays on. It may be
/// shared by any number of waits.
///
/// After a fork the child makes its own: a switch belongs to the process that
/// made it.
#[derive(Debug)]
pub struct Cancel {
    triggered: AtomicBool,
    /// Closing the writing end makes the reading end ready, for good.
    writer: Mutex<Option<OwnedFd>>,
    reader: OwnedFd,
}

impl Cancel {
    /// A new switch; it needs two file descriptors.
    pub fn new() -> io::Result<Cancel> {
        let (reader, writer) = pipe_with(PipeFlags::CLOEXEC)?;
        Ok(Cancel {
            triggered: AtomicBool::new(false),
            writer: Mutex::new(Some(writer)),
            reader,
        })
    }

    /// Ends the waits that use this switch, now and later. May be called from
    /// any thread, any number of times.
    pub fn trigger(&self) {
        self.triggered.store(true, Ordering::SeqCst);
        let mut writer = self.writer.lock().unwrap_or_else(|e| e.into_inner());
        writer.take();
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
