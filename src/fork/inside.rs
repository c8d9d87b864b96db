//! Marks each use of aws-lc, so that no fork happens meanwhile.

use std::ffi::c_void;
use std::hint::black_box;
use std::sync::atomic::Ordering;

use super::handlers::AT_LOAD;
use super::process::{FORKING, OWN_FORKS, OWN_SLOT, UNUSABLE, forked_in_call, process};
use super::slots::{OwnSlot, Slot};
use super::{thread_end, waiting};
use crate::error::Result;
use crate::sys::{WithoutCancellation, WithoutSignals};

/// Runs `work`, which uses aws-lc or makes what the process has once, and is short, without a fork
/// or a signal handler in between. It is an error in a child of a process that was inside aws-lc
/// during the fork.
pub(crate) fn without_fork<T>(work: impl FnOnce() -> T) -> Result<T> {
    let _inside = Inside::enter()?;
    // If a handler forked here, the child would continue in the middle of aws-lc, which
    // aborts a process that would draw the same random bytes again.
    let _signals = WithoutSignals::new();
    Ok(work())
}

pub(super) struct Inside(&'static Slot);

impl Inside {
    pub(super) fn enter() -> Result<Inside> {
        // Makes a linker that takes this function from the archive take the constructor too.
        black_box(&AT_LOAD);
        let slot = OWN_SLOT.with(|own| own.get(process().generation()));
        // The thread is already inside if the handler of a fault signal makes a call.
        if !slot.announce() {
            thread_end::arm(at_thread_end);
            wait_for_forks(slot);
        }
        slot.enter();
        let inside = Inside(slot);
        if UNUSABLE.load(Ordering::SeqCst) {
            return Err(forked_in_call(
                "this process was forked while another thread was inside the cryptography \
                 library, so it cannot use that library: fork when no call is running, or run \
                 another program in the child",
            ));
        }
        Ok(inside)
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Waits for forks in progress, for a limited time.
fn wait_for_forks(slot: &Slot) {
    let no_forks = || FORKING.load(Ordering::SeqCst) <= OWN_FORKS.get();
    while !no_forks() {
        slot.withdraw();
        let over = waiting::for_forks(no_forks);
        slot.announce();
        if !over {
            return;
        }
    }
}

extern "C" fn at_thread_end(_: *mut c_void) {
    // A thread may still be cancelled after it has returned from its function.
    let _guard = WithoutCancellation::new();
    // If aws-lc cannot be used, its data is not freed.
    let _ = without_fork(thread_end::free_thread_data);
    thread_end::disarm();
    OWN_SLOT.with(OwnSlot::release);
}
