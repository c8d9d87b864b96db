//! Keeping forks out of the cryptography library.
//!
//! aws-lc notices a fork when it next draws random bytes, but not what other
//! threads were doing at that moment: it draws under locks of its own, and so it
//! begins and ends a thread's generator. A fork that meets one of them held
//! leaves it held in the child for good, where the thread that would release it
//! is not: the child's first signature, or even its `exit`, waits for ever. So
//! whoever uses aws-lc says so, and a fork waits until nobody does.
//!
//! The C library calls us before and after each `fork`. Not for `vfork` and
//! `posix_spawn`, whose children run another program and need nothing of this.

use std::cell::Cell;
use std::ffi::c_void;
use std::ptr;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::error::Result;

/// Threads within aws-lc, or about to end.
static INSIDE: AtomicUsize = AtomicUsize::new(0);
/// Threads that want to fork: nobody may go inside.
static FORKING: AtomicUsize = AtomicUsize::new(0);
/// Whether the C library calls us.
static REGISTERED: AtomicBool = AtomicBool::new(false);
/// The key that has [`after_ending`] called, or `NO_KEY`.
static KEY: AtomicU32 = AtomicU32::new(NO_KEY);
const NO_KEY: u32 = u32::MAX;

/// Far more than the longest use of aws-lc, which is one signature: a fork must
/// not hang either, were a thread to die in there.
const PATIENCE: Duration = Duration::from_secs(1);

/// Runs what uses aws-lc, with no fork at the same time. It must be short and
/// not be nested.
pub(crate) fn without_fork<T>(work: impl FnOnce() -> T) -> Result<T> {
    let _inside = Inside::enter();
    Ok(work())
}

struct Inside;

impl Inside {
    fn enter() -> Inside {
        register();
        enter();
        // Fails while the thread is ending, when nothing more can be done for it.
        let _ = ENDING.try_with(|ending| ending.0.set(true));
        Inside
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        leave();
    }
}

fn enter() {
    loop {
        INSIDE.fetch_add(1, Ordering::SeqCst);
        if FORKING.load(Ordering::SeqCst) == 0 {
            return;
        }
        leave();
        while FORKING.load(Ordering::SeqCst) != 0 {
            thread::yield_now();
        }
    }
}

fn leave() {
    INSIDE.fetch_sub(1, Ordering::SeqCst);
}

/// Not under a `Once`, which a fork could leave half-done: threads that meet here
/// may all register, and a second pair of calls does no harm.
fn register() {
    if REGISTERED.load(Ordering::Acquire) {
        return;
    }
    let mut key = 0;
    // SAFETY: the functions live as long as the process, since the library is
    // never unloaded; the key is written before it is read.
    unsafe {
        if libc::pthread_key_create(&mut key, Some(after_ending)) == 0
            && KEY
                .compare_exchange(NO_KEY, key, Ordering::SeqCst, Ordering::SeqCst)
                .is_err()
        {
            libc::pthread_key_delete(key);
        }
        libc::pthread_atfork(Some(before_fork), Some(in_parent), Some(in_child));
    }
    REGISTERED.store(true, Ordering::Release);
}

extern "C" fn before_fork() {
    FORKING.fetch_add(1, Ordering::SeqCst);
    let give_up = Instant::now() + PATIENCE;
    while INSIDE.load(Ordering::SeqCst) != 0 && Instant::now() < give_up {
        thread::yield_now();
    }
}

extern "C" fn in_parent() {
    FORKING.fetch_sub(1, Ordering::SeqCst);
}

/// The child has one thread, and that one was forking.
extern "C" fn in_child() {
    FORKING.store(0, Ordering::SeqCst);
    INSIDE.store(0, Ordering::SeqCst);
}

thread_local! {
    static ENDING: Ending = const { Ending(Cell::new(false)) };
}

/// Goes inside when its thread ends: aws-lc then frees what it kept for it. Rust's
/// thread-locals are dropped before the values of pthread keys, which aws-lc uses.
struct Ending(Cell<bool>);

impl Drop for Ending {
    fn drop(&mut self) {
        let key = KEY.load(Ordering::SeqCst);
        // The first thread ends with its process, and without the values of its
        // keys: it would stay inside, and forks of functions for `atexit` wait.
        if !self.0.get() || key == NO_KEY || is_first_thread() {
            return;
        }
        enter();
        // SAFETY: a key of ours; the value is a number and never followed.
        if unsafe { libc::pthread_setspecific(key, FIRST_ROUND) } != 0 {
            leave();
        }
    }
}

fn is_first_thread() -> bool {
    rustix::thread::gettid().as_raw_pid().unsigned_abs() == std::process::id()
}

const FIRST_ROUND: *const c_void = ptr::without_provenance(1);
const SECOND_ROUND: *const c_void = ptr::without_provenance(2);

/// The values of keys are freed in rounds, in no order that one may count on:
/// aws-lc's is certainly gone in the second.
extern "C" fn after_ending(round: *mut c_void) {
    let key = KEY.load(Ordering::SeqCst);
    // SAFETY: as in `Ending::drop`.
    let again = round.cast_const() == FIRST_ROUND
        && unsafe { libc::pthread_setspecific(key, SECOND_ROUND) } == 0;
    if !again {
        leave();
    }
}
