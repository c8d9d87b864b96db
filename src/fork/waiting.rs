//! How long a fork and a thread that wants to use aws-lc wait for each other.

use std::fs;
use std::sync::atomic::{AtomicBool, AtomicI32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use rustix::thread::gettid;

/// How long a thread waits for a fork that stands still, in a handler of the
/// program's.
const STANDSTILL: Duration = Duration::from_millis(20);
/// The same once a thread has waited for that long in vain. Not at once, so that few
/// are inside when the fork goes on.
const FURTHER_STANDSTILL: Duration = Duration::from_millis(2);
/// How long either waits for what has not stood still. It takes a moment: this is for
/// a thread that is stopped inside, or a handler that spins.
const LIMIT: Duration = Duration::from_secs(1);

/// What to spin for, and then how often to look.
const SOON: Duration = Duration::from_micros(100);

/// The thread that forks, while the program's handlers may run.
static FORKER: AtomicI32 = AtomicI32::new(0);
/// A thread has waited for it in vain.
static HELD_UP: AtomicBool = AtomicBool::new(false);

pub(super) fn fork_begins() {
    HELD_UP.store(false, Ordering::SeqCst);
    FORKER.store(0, Ordering::SeqCst);
}

/// A fork waits for threads to leave. The program's handlers follow.
pub(super) fn for_threads(left: impl Fn() -> bool) {
    wait_until(left, || false);
    FORKER.store(gettid().as_raw_nonzero().get(), Ordering::SeqCst);
}

/// A thread waits for forks; tells whether they are over.
pub(super) fn for_forks(over: impl Fn() -> bool) -> bool {
    let mut last_seen = Instant::now();
    let mut standstill = Duration::ZERO;
    let over = wait_until(over, || {
        let since = last_seen.elapsed();
        last_seen = Instant::now();
        let forker = FORKER.load(Ordering::SeqCst);
        if forker != 0 && is_blocked(forker) {
            standstill += since;
        }
        let limit = if HELD_UP.load(Ordering::SeqCst) {
            FURTHER_STANDSTILL
        } else {
            STANDSTILL
        };
        standstill >= limit
    });
    if !over {
        HELD_UP.store(true, Ordering::SeqCst);
    }
    over
}

/// Whether a thread waits for something other than a processor. One that is in the
/// midst of `fork`, which takes its time in a large process, does not.
fn is_blocked(thread: i32) -> bool {
    let stat = fs::read_to_string(format!("/proc/self/task/{thread}/stat"));
    // The state follows the name, which stands in brackets and may hold some. Where
    // there is no /proc, a fork is taken to stand still.
    let state = stat.as_deref().ok().and_then(|text| text.rsplit_once(") "));
    state.is_none_or(|(_, state)| state.starts_with('S'))
}

/// Waits until something is so, or until it takes too long; tells which.
fn wait_until(done: impl Fn() -> bool, mut too_long: impl FnMut() -> bool) -> bool {
    let started = Instant::now();
    while !done() {
        // A use takes microseconds, and so does a fork of a small process.
        if started.elapsed() < SOON {
            thread::yield_now();
            continue;
        }
        if too_long() || started.elapsed() >= LIMIT {
            return false;
        }
        thread::sleep(SOON);
    }
    true
}
