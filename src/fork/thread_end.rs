//! The end of a thread that used aws-lc: frees the data of aws-lc for it, under locks.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicU64, Ordering};

use aws_lc_sys::{AWSLC_thread_local_clear, AWSLC_thread_local_shutdown};

thread_local! {
    /// Whether `KEY` has a value in this thread.
    static ARMED: Cell<bool> = const { Cell::new(false) };
}

/// The key whose destructor is the function passed to [`arm`], or `NO_KEY`.
/// A key has 32 bits on Linux and 64 on macOS.
static KEY: AtomicU64 = AtomicU64::new(NO_KEY);
const NO_KEY: u64 = u64::MAX;

/// Registers a function to call at the end of this thread, which is about to use aws-lc.
/// It must be the same function for each thread.
///
/// The destructors of keys run when a thread ends, never when the process does, in the
/// order of the keys' numbers. aws-lc has one too, and ours runs first: a key gets the lowest
/// free number, and ours is created just before that of aws-lc.
pub(super) fn arm(at_thread_end: extern "C" fn(*mut c_void)) {
    if ARMED.get() {
        return;
    }
    let mut key = KEY.load(Ordering::SeqCst);
    // SAFETY: the key is written before it is read; the destructor lives as long as
    // the process; the value is never dereferenced.
    unsafe {
        // Not in a `Once`, which a fork could leave incomplete: concurrent threads make a
        // key each, and one is kept.
        let mut own: libc::pthread_key_t = 0;
        if key == NO_KEY && libc::pthread_key_create(&mut own, Some(at_thread_end)) == 0 {
            key = own.into();
            let made = KEY.compare_exchange(NO_KEY, key, Ordering::SeqCst, Ordering::SeqCst);
            if let Err(first) = made {
                libc::pthread_key_delete(own);
                key = first;
            }
        }
        let some = ptr::without_provenance::<c_void>(1);
        let set = |key| libc::pthread_setspecific(key, some) == 0;
        ARMED.set(key != NO_KEY && set(key as libc::pthread_key_t));
    }
}

/// The destructor of another key may make a call, which arms this one again.
pub(super) fn disarm() {
    ARMED.set(false);
}

/// Frees the data of aws-lc for this thread. This is a use of aws-lc.
pub(super) fn free_thread_data() {
    // SAFETY: this thread is ending, and no longer uses the data.
    unsafe { AWSLC_thread_local_clear() };
}

/// Disables aws-lc's own destructor for threads, which would wait for locks that are held
/// forever.
pub(super) fn disable() {
    // SAFETY: from now on, aws-lc frees nothing when a thread ends, and must not be used
    // again. The caller's flag guarantees that.
    unsafe { AWSLC_thread_local_shutdown() };
}
