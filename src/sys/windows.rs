//! Windows, which has no signals, no cancellation of threads and no setuid programs.

use std::ffi::CStr;
use std::io;
use std::thread::Builder;

/// Work for a thread that [`start_thread`] makes.
pub(crate) type Work = Box<dyn FnOnce() + Send>;

/// Starts a detached thread. A panic in it ends there.
pub(crate) fn start_thread(name: &'static CStr, stack_size: usize, work: Work) -> io::Result<()> {
    let name = name.to_string_lossy().into_owned();
    let thread = Builder::new().name(name).stack_size(stack_size);
    thread.spawn(work).map(drop)
}

/// Nothing cancels a thread here.
pub(crate) struct WithoutCancellation;

impl WithoutCancellation {
    pub(crate) fn new() -> WithoutCancellation {
        WithoutCancellation
    }
}

/// The caller cannot give a program more rights than its own.
pub(crate) fn has_elevated_rights() -> bool {
    false
}

/// `ProcessPrng`, from which aws-lc draws, cannot fail.
pub(crate) fn check_random() -> io::Result<()> {
    Ok(())
}
