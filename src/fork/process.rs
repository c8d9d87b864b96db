//! Identifies the current process, and holds the state of its forks.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::slots::OwnSlot;
use super::{destructors, slots, thread_end, waiting};
use crate::codes::Code;
use crate::error::{Error, Result};

/// Forks in progress, in all threads: no thread may start to use aws-lc.
pub(super) static FORKING: AtomicUsize = AtomicUsize::new(0);
/// A fork happened while a thread was inside aws-lc: one of its locks may be held here
/// forever.
pub(super) static UNUSABLE: AtomicBool = AtomicBool::new(false);
/// The [`ProcessId`] of the last check, or 0.
static PROCESS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// Forks in progress in this thread: more than one if a handler forks.
    pub(super) static OWN_FORKS: Cell<usize> = const { Cell::new(0) };
    pub(super) static OWN_SLOT: OwnSlot = const { OwnSlot::new() };
}

/// Identifies a process: its generation, which is the number of forks since the first
/// process that used the library, and its process id. A child may have the same id, in
/// another PID namespace, or the same generation, after a raw `clone`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProcessId(u64);

impl ProcessId {
    pub(super) fn new(generation: u32, id: u32) -> ProcessId {
        ProcessId(u64::from(generation) << 32 | u64::from(id))
    }

    pub(super) fn generation(self) -> u32 {
        (self.0 >> 32) as u32
    }

    pub(super) fn id(self) -> u32 {
        self.0 as u32
    }
}

/// The process at the last check.
pub(super) fn last_process() -> ProcessId {
    ProcessId(PROCESS.load(Ordering::SeqCst))
}

/// The current process.
pub(crate) fn process() -> ProcessId {
    let last = last_process();
    if last.id() == std::process::id() {
        last
    } else {
        begin_process(last)
    }
}

/// Records a new process, the first one or a child. Concurrent threads get the same
/// result.
pub(super) fn begin_process(parent: ProcessId) -> ProcessId {
    let own = ProcessId::new(parent.generation().wrapping_add(1), std::process::id());
    if OWN_SLOT.with(|own| slots::others_inside(parent.generation(), own)) {
        UNUSABLE.store(true, Ordering::SeqCst);
        // Both would wait for a lock, at the end of the process and of a thread.
        destructors::disable();
        thread_end::disable();
    }
    // Forks of other threads happen in the parent only.
    waiting::fork_begins();
    FORKING.store(OWN_FORKS.get(), Ordering::SeqCst);
    match PROCESS.compare_exchange(parent.0, own.0, Ordering::SeqCst, Ordering::SeqCst) {
        Ok(_) => own,
        Err(other) => ProcessId(other),
    }
}

/// Checks that this is the process in which a call began. A signal handler may fork during
/// the call, and in the child its connection and locks belong to the parent.
pub(crate) fn check_process(began_in: ProcessId) -> Result<()> {
    if began_in != process() {
        return Err(forked_in_call(
            "this process was forked during the call, which continues in the parent only",
        ));
    }
    Ok(())
}

pub(super) fn forked_in_call(message: &'static str) -> Error {
    Error::new(Code::ForkedInCall, message)
}
