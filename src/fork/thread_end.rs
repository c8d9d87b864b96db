//! The end of a thread that used aws-lc: what aws-lc kept for it is freed, under locks.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

use aws_lc_sys::{AWSLC_thread_local_clear, AWSLC_thread_local_shutdown};

thread_local! {
    /// Whether `KEY` has a value in this thread.
    static ARMED: Cell<bool> = const { Cell::new(false) };
}

/// The key whose destructor [`arm`] was given, or `NO_KEY`.
static KEY: AtomicU32 = AtomicU32::new(NO_KEY);
const NO_KEY: u32 = u32::MAX;

/// Has a function called when this thread ends, which is about to use aws-lc. It is the
/// same function for each thread.
///
/// The destructors of keys run when a thread ends, never when the process does, in the
/// order of the keys' numbers. aws-lc has one too, and ours comes before it: a key gets
/// the lowest number that is free, and ours is made just before aws-lc's.
pub(super) fn arm(at_thread_end: extern "C" fn(*mut c_void)) {
    if ARMED.get() {
        return;
    }
    let mut key = KEY.load(Ordering::SeqCst);
    // SAFETY: the key is written before it is read; the destructor lives as long as
    // the process; the value is never followed.
    unsafe {
        // Not under a `Once`, which a fork could leave half-done: threads that meet
        // here make a key each, and one is kept.
        if key == NO_KEY && libc::pthread_key_create(&mut key, Some(at_thread_end)) == 0 {
            let made = KEY.compare_exchange(NO_KEY, key, Ordering::SeqCst, Ordering::SeqCst);
            if let Err(first) = made {
                libc::pthread_key_delete(key);
                key = first;
            }
        }
        let some = ptr::without_provenance::<c_void>(1);
        ARMED.set(key != NO_KEY && libc::pthread_setspecific(key, some) == 0);
    }
}

/// The destructor of another key may make a call, and arm this one anew.
pub(super) fn disarm() {
    ARMED.set(false);
}

/// Frees what aws-lc keeps for this thread. Called as what uses aws-lc.
pub(super) fn free_what_aws_lc_keeps() {
    // SAFETY: this thread is at its end, and uses none of it now.
    unsafe { AWSLC_thread_local_clear() };
}

/// Leaves everything as it is when a thread ends: aws-lc's own destructor would wait
/// for locks that are held for good.
pub(super) fn leave_out() {
    // SAFETY: from here on aws-lc frees nothing when a thread ends, and must not be used
    // again: the caller's flag sees to that.
    unsafe { AWSLC_thread_local_shutdown() };
}
