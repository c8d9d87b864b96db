//! Signals that interrupt system calls, as timers and profilers send them.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::json;

use crate::capi::lid_status::*;
use crate::capi::{Client, Outcome, config};
use crate::connections::FullQueue;
use crate::deadline::{LIMIT_MS, in_time};

static HANDLED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn count(_: libc::c_int) {
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

/// Runs a call while its thread is sent SIGUSR1 all the time.
fn interrupted(call: impl FnOnce() -> Outcome) -> Outcome {
    // SAFETY: the handler only counts. Without SA_RESTART calls end with EINTR.
    unsafe {
        let mut action: libc::sigaction = std::mem::zeroed();
        action.sa_sigaction = count as *const () as usize;
        assert_eq!(
            libc::sigaction(libc::SIGUSR1, &action, std::ptr::null_mut()),
            0
        );
    }
    let before = HANDLED.load(Ordering::Relaxed);
    // SAFETY: this thread outlives the one that signals it.
    let target = unsafe { libc::pthread_self() };
    let done = Arc::new(AtomicBool::new(false));
    let over = done.clone();
    let signaller = thread::spawn(move || {
        while !over.load(Ordering::SeqCst) {
            // SAFETY: the target waits for this thread.
            unsafe { libc::pthread_kill(target, libc::SIGUSR1) };
            thread::sleep(Duration::from_micros(500));
        }
    });
    let outcome = call();
    done.store(true, Ordering::SeqCst);
    signaller.join().expect("no panic");
    let handled = HANDLED.load(Ordering::Relaxed) - before;
    assert!(handled > 20, "only {handled} signals arrived");
    outcome
}

#[test]
fn signals_during_a_call_do_not_break_it() {
    for emulator in [Emulator::start(), Emulator::builder().tls().start()] {
        let client = Client::new(&config(&emulator, json!({"request_timeout_ms": 60_000})));
        client.add_user("ann").ok();
        emulator.inject(
            Fault::new(FaultKind::Delay {
                ms: 500,
                carried_out: true,
            })
            .times(1),
        );
        interrupted(|| client.generate_code("ann")).ok();
        emulator.inject(
            Fault::new(FaultKind::Slow {
                bytes_per_second: 1000,
            })
            .times(1),
        );
        interrupted(|| client.generate_code("ann")).ok();
    }
}

#[test]
fn signals_do_not_stretch_the_deadline() {
    let emulator = Emulator::start();
    let further = json!({"request_timeout_ms": LIMIT_MS});
    let client = Client::new(&config(&emulator, further));
    emulator.inject(Fault::new(FaultKind::Delay {
        ms: 60_000,
        carried_out: false,
    }));
    let outcome = interrupted(|| in_time("read", || client.generate_code("ann")));
    assert_eq!(outcome.status, LID_ERROR_TIMEOUT, "{}", outcome.text);

    let queue = FullQueue::start();
    let further = json!({"base_url": queue.base_url(), "request_timeout_ms": LIMIT_MS});
    let client = Client::new(&config(&emulator, further));
    let outcome = interrupted(|| in_time("connect", || client.generate_code("ann")));
    assert_eq!(outcome.status, LID_ERROR_TIMEOUT, "{}", outcome.text);
}

#[test]
fn signals_while_waiting_to_retry_do_not_shorten_the_wait() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({})));
    client.add_user("ann").ok();
    let busy = FaultKind::Status {
        code: 429,
        body: String::new(),
        content_type: None,
        headers: vec![("Retry-After".to_owned(), "1".to_owned())],
        carried_out: false,
    };
    emulator.inject(Fault::new(busy).times(1));
    let started = std::time::Instant::now();
    interrupted(|| client.generate_code("ann")).ok();
    assert!(started.elapsed() >= Duration::from_secs(1));
}
