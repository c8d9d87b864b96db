//! Blocks signals in a thread for a while.

use std::mem::MaybeUninit;
use std::ptr;

/// Signals for faults of the thread itself. Blocking them would only suppress the program's
/// crash reports.
const FAULTS: [libc::c_int; 7] = [
    libc::SIGABRT,
    libc::SIGBUS,
    libc::SIGFPE,
    libc::SIGILL,
    libc::SIGSEGV,
    libc::SIGSYS,
    libc::SIGTRAP,
];

/// Blocks signals in this thread until it is dropped; then they are delivered.
pub(crate) struct WithoutSignals {
    before: libc::sigset_t,
}

impl WithoutSignals {
    pub(crate) fn new() -> WithoutSignals {
        let mut blocked = MaybeUninit::uninit();
        let mut before = MaybeUninit::uninit();
        // SAFETY: each set is initialised by the first call that takes it. None of the
        // calls can fail for these arguments.
        unsafe {
            libc::sigfillset(blocked.as_mut_ptr());
            for fault in FAULTS {
                libc::sigdelset(blocked.as_mut_ptr(), fault);
            }
            libc::pthread_sigmask(libc::SIG_BLOCK, blocked.as_ptr(), before.as_mut_ptr());
            WithoutSignals {
                before: before.assume_init(),
            }
        }
    }
}

impl Drop for WithoutSignals {
    fn drop(&mut self) {
        // SAFETY: a mask that the kernel gave.
        unsafe { libc::pthread_sigmask(libc::SIG_SETMASK, &self.before, ptr::null_mut()) };
    }
}
