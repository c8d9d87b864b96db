//! The end of a thread that used aws-lc, which then frees what it kept for it.

use std::cell::Cell;
use std::ffi::c_void;
use std::mem;
use std::ptr;
use std::sync::atomic::{AtomicU32, Ordering};

use super::slots::OwnSlot;
use super::{Inside, OWN_SLOT};
use crate::sys::WithoutCancellation;

thread_local! {
    /// Whether `KEY` has a value in this thread.
    static ARMED: Cell<bool> = const { Cell::new(false) };
}

/// The key whose destructor is [`at_thread_end`], or `NO_KEY`.
static KEY: AtomicU32 = AtomicU32::new(NO_KEY);
const NO_KEY: u32 = u32::MAX;

const FIRST_ROUND: *const c_void = ptr::without_provenance(1);
const SECOND_ROUND: *const c_void = ptr::without_provenance(2);

/// Has [`at_thread_end`] called for this thread, which is about to use aws-lc.
///
/// The destructors of keys run when a thread ends, never when the process does: in the
/// order of the keys' numbers, in rounds as long as one sets a value anew. A key gets
/// the lowest number that is free, and ours is made just before aws-lc's.
pub(super) fn arm() {
    if ARMED.get() {
        return;
    }
    let mut key = KEY.load(Ordering::SeqCst);
    // SAFETY: the key is written before it is read; the destructor lives as long as
    // the process; the value is a number and never followed.
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
        ARMED.set(key != NO_KEY && libc::pthread_setspecific(key, FIRST_ROUND) == 0);
    }
}

/// Goes inside before aws-lc frees what it kept for the thread, in this round, and
/// leaves in the next.
extern "C" fn at_thread_end(round: *mut c_void) {
    let _guard = WithoutCancellation::new();
    if round.cast_const() == FIRST_ROUND
        && let Ok(inside) = Inside::enter()
    {
        // SAFETY: as in `arm`.
        let again = unsafe { libc::pthread_setspecific(KEY.load(Ordering::SeqCst), SECOND_ROUND) };
        if again == 0 {
            mem::forget(inside);
            return;
        }
    }
    ARMED.set(false);
    OWN_SLOT.with(OwnSlot::give_back);
}
