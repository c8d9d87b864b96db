//! How long a fork and a thread that is about to use aws-lc wait for each other.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crate::sys;

/// How long a thread waits for a fork that is blocked in one of the program's handlers.
const BLOCKED_LIMIT: Duration = Duration::from_millis(20);
/// The same after a thread has reached that limit. It is not 0, so that few threads are
/// inside when the fork continues.
const NEXT_BLOCKED_LIMIT: Duration = Duration::from_millis(2);
/// How long either waits for a thread that is not blocked. Normally that takes a moment;
/// the limit is for a thread that is stopped inside, or a handler that spins.
const LIMIT: Duration = Duration::from_secs(1);

/// How long to spin, and then how often to check.
const CHECK_INTERVAL: Duration = Duration::from_micros(100);

/// The thread that forks, while the program's handlers may be running.
static FORKER: AtomicI32 = AtomicI32::new(0);
/// A thread has waited for it until the limit.
static LIMIT_REACHED: AtomicBool = AtomicBool::new(false);

pub(super) fn fork_begins() {
    LIMIT_REACHED.store(false, Ordering::SeqCst);
    FORKER.store(0, Ordering::SeqCst);
}

/// A fork waits until threads have left aws-lc. Then the program's handlers may run.
pub(super) fn for_threads(have_left: impl Fn() -> bool) {
    wait_until(have_left, || false);
    FORKER.store(sys::thread_id(), Ordering::SeqCst);
}

/// A thread waits for forks. Returns whether they are over.
pub(super) fn for_forks(over: impl Fn() -> bool) -> bool {
    let mut last_check = Instant::now();
    let mut blocked = Duration::ZERO;
    let over = wait_until(over, || {
        let since = last_check.elapsed();
        last_check = Instant::now();
        let forker = FORKER.load(Ordering::SeqCst);
        if forker != 0 && is_blocked(forker) {
            blocked += since;
        }
        let limit = if LIMIT_REACHED.load(Ordering::SeqCst) {
            NEXT_BLOCKED_LIMIT
        } else {
            BLOCKED_LIMIT
        };
        blocked >= limit
    });
    if !over {
        LIMIT_REACHED.store(true, Ordering::SeqCst);
    }
    over
}

/// Whether a thread is blocked. A thread inside the system call `fork`, which takes a while
/// in a large process, is not.
fn is_blocked(thread: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/self/task/{thread}/stat"));
    // The state follows the name, which is in brackets and may contain brackets. Without
    // /proc, the thread counts as blocked.
    let state = stat.as_deref().ok().and_then(|text| text.rsplit_once(") "));
    state.is_none_or(|(_, state)| state.starts_with('S'))
}

/// Waits until `done`. Returns false if it takes too long.
fn wait_until(done: impl Fn() -> bool, mut too_long: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while !done() {
        // A use of aws-lc takes microseconds, and so does the fork of a small process.
        if started.elapsed() < CHECK_INTERVAL {
            thread::yield_now();
            continue;
        }
        if too_long() || started.elapsed() >= LIMIT {
            return false;
        }
        thread::sleep(CHECK_INTERVAL);
    }
    true
}
