//! Being inside aws-lc, where a fork must not meet a thread.

use std::ffi::c_void;
use std::hint::black_box;
use std::sync::atomic::Ordering;

use super::handlers::AT_LOAD;
use super::process::{FORKING, OWN_FORKS, OWN_SLOT, UNUSABLE, forked_in_call, process};
use super::slots::{OwnSlot, Slot};
use super::{thread_end, waiting};
use crate::error::Result;
use crate::sys::{WithoutCancellation, WithoutSignals};

/// Runs what uses aws-lc, with no fork at the same time and no signal handler in
/// between. It must be short. It is an error in a child that inherited aws-lc in use.
pub(crate) fn without_fork<T>(work: impl FnOnce() -> T) -> Result<T> {
    let _inside = Inside::enter()?;
    // A handler that forks would have the child go on in the midst of aws-lc, which
    // ends a process in which random bytes would be drawn a second time.
    let _signals = WithoutSignals::new();
    Ok(work())
}

pub(super) struct Inside(&'static Slot);

impl Inside {
    pub(super) fn enter() -> Result<Inside> {
        // So that a linker that takes this function from the archive takes the
        // constructor with it.
        black_box(&AT_LOAD);
        let slot = OWN_SLOT.with(|own| own.get(process().generation()));
        // Inside already if the handler of a fault makes a call.
        if !slot.announce() {
            thread_end::arm(at_thread_end);
            wait_for_forks(slot);
        }
        slot.enter();
        let inside = Inside(slot);
        if UNUSABLE.load(Ordering::SeqCst) {
            return Err(forked_in_call(
                "this process was forked while another thread was inside the cryptography \
                 library, which cannot be used here since: fork when no call is running, or run \
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

/// Gives way to forks that have begun, for a while.
fn wait_for_forks(slot: &Slot) {
    let none = || FORKING.load(Ordering::SeqCst) <= OWN_FORKS.get();
    while !none() {
        slot.withdraw();
        let over = waiting::for_forks(none);
        slot.announce();
        if !over {
            return;
        }
    }
}

extern "C" fn at_thread_end(_: *mut c_void) {
    // A thread that returns from its function may be cancelled still.
    let _guard = WithoutCancellation::new();
    // Where aws-lc cannot be used, nothing of it is freed.
    let _ = without_fork(thread_end::free_what_aws_lc_keeps);
    thread_end::disarm();
    OWN_SLOT.with(OwnSlot::give_back);
}
