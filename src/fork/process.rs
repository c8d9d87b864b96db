//! Which process this is, and what is known of its forks.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};

use super::slots::OwnSlot;
use super::{destructors, slots, thread_end, waiting};
use crate::codes::Code;
use crate::error::{Error, Result};

/// Forks that have begun, in all threads: nobody may go inside.
pub(super) static FORKING: AtomicUsize = AtomicUsize::new(0);
/// A fork met a thread inside: a lock of aws-lc may be held here for good.
pub(super) static UNUSABLE: AtomicBool = AtomicBool::new(false);
/// The process as it was last known: [`ProcessId`], or 0.
static PROCESS: AtomicU64 = AtomicU64::new(0);

thread_local! {
    /// Forks of this thread that have begun: more than one if a handler forks.
    pub(super) static OWN_FORKS: Cell<usize> = const { Cell::new(0) };
    pub(super) static OWN_SLOT: OwnSlot = const { OwnSlot::new() };
}

/// Identifies a process: how many forks it is away from the first one that used the
/// library, and its process id. Either may be the same in a child: the id in
/// another PID namespace, the number after a raw `clone`.
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

/// The process as it was last known.
pub(super) fn known_process() -> ProcessId {
    ProcessId(PROCESS.load(Ordering::SeqCst))
}

/// The current process.
pub(crate) fn process() -> ProcessId {
    let known = known_process();
    if known.id() == std::process::id() {
        known
    } else {
        begin_process(known)
    }
}

/// Begins a new process, the first one or a child. Threads that meet here come to
/// the same result.
pub(super) fn begin_process(parent: ProcessId) -> ProcessId {
    let own = ProcessId::new(parent.generation().wrapping_add(1), std::process::id());
    if OWN_SLOT.with(|own| slots::others_inside(parent.generation(), own)) {
        UNUSABLE.store(true, Ordering::SeqCst);
        // Both would wait for a lock: at the end of the process, and of a thread.
        destructors::leave_out();
        thread_end::leave_out();
    }
    // Other threads' forks were the parent's.
    waiting::fork_begins();
    FORKING.store(OWN_FORKS.get(), Ordering::SeqCst);
    match PROCESS.compare_exchange(parent.0, own.0, Ordering::SeqCst, Ordering::SeqCst) {
        Ok(_) => own,
        Err(other) => ProcessId(other),
    }
}

/// Whether a call that began in a process may go on: a signal handler may fork in the
/// midst of it, and in the child everything of the call is its parent's.
pub(crate) fn check_process(began_in: ProcessId) -> Result<()> {
    if began_in != process() {
        return Err(forked_in_call(
            "this process was forked during the call, which goes on in the parent only",
        ));
    }
    Ok(())
}

pub(super) fn forked_in_call(message: &'static str) -> Error {
    Error::new(Code::ForkedInCall, message)
}
