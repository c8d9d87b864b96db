//! Threads as a C program makes them. Rust's `thread::spawn` takes a lock of the
//! standard library in the new thread: if a fork happens while it is held, it stays
//! held in the child, whose threads then never start.

use std::ffi::c_void;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::ptr;

struct Work<F, T> {
    run: Option<F>,
    made: Option<T>,
}

extern "C" fn start<F: FnOnce() -> T, T>(work: *mut c_void) -> *mut c_void {
    // SAFETY: `run_in_parallel` hands over a living one, which it does not touch until this
    // thread has ended.
    let work = unsafe { &mut *work.cast::<Work<F, T>>() };
    work.made = work.run.take().map(|run| run());
    ptr::null_mut()
}

/// Runs `other` in a new thread, and `own` in this one at the same time.
pub fn run_in_parallel<F: FnOnce() -> T + Send, T: Send, R>(
    other: F,
    own: impl FnOnce() -> R,
) -> (T, R) {
    let mut work = Work {
        run: Some(other),
        made: None,
    };
    let mut thread = 0;
    // SAFETY: `work` stays here until the thread is joined below.
    let made = unsafe {
        let work = (&raw mut work).cast();
        libc::pthread_create(&mut thread, ptr::null(), start::<F, T>, work)
    };
    assert_eq!(made, 0, "no thread");
    let own = catch_unwind(AssertUnwindSafe(own));
    // SAFETY: made above, joined once.
    assert_eq!(unsafe { libc::pthread_join(thread, ptr::null_mut()) }, 0);
    let own = own.unwrap_or_else(|panic| resume_unwind(panic));
    (work.made.expect("what the thread made"), own)
}
