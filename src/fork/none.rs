//! In place of `process.rs` and `inside.rs` on Windows, which has no forks: there is one process,
//! and aws-lc may be used at any time. When a thread ends, aws-lc frees its data by itself.

use crate::error::Result;

/// Identifies a process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ProcessId;

/// The current process.
pub(crate) fn process() -> ProcessId {
    ProcessId
}

/// Checks that this is the process in which a call began.
pub(crate) fn check_process(_: ProcessId) -> Result<()> {
    Ok(())
}

/// Runs `work`, which uses aws-lc.
pub(crate) fn without_fork<T>(work: impl FnOnce() -> T) -> Result<T> {
    Ok(work())
}
