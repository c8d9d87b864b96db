//! Signals that interrupt system calls, as timers and profilers send them.

use std::ffi::{CStr, c_char};
use std::io::Write;
use std::ptr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use loginid::ffi::lid_create_tx;
use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::json;

use crate::capi::lid_status::*;
use crate::capi::{Client, Outcome, c, config};
use crate::connections::FullQueue;
use crate::deadline::{LIMIT_MS, in_time};
use crate::listener::{Listener, read_request};
use crate::relay::{Relay, Then};

/// How long the event takes that a call waits for.
const PAUSE: Duration = Duration::from_millis(500);
/// More than the buffers of both sockets hold while nothing is read.
const LARGE: usize = 8 << 20;

static HANDLED: AtomicUsize = AtomicUsize::new(0);

extern "C" fn count(_: libc::c_int) {
    HANDLED.fetch_add(1, Ordering::Relaxed);
}

/// Runs a call while SIGUSR1 is sent to its thread all the time.
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
fn signals_do_not_break_a_call() {
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
fn signals_do_not_extend_the_deadline() {
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
    let started = Instant::now();
    interrupted(|| client.generate_code("ann")).ok();
    assert!(started.elapsed() >= Duration::from_secs(1));
}

#[test]
fn signals_do_not_break_a_tls_handshake() {
    let emulator = Emulator::builder().tls().start();
    for intact in [0, 200] {
        let relay = Relay::start(&emulator, intact, Then::Stall(PAUSE));
        let further = json!({"base_url": relay.base_url(), "request_timeout_ms": 60_000});
        let client = Client::new(&config(&emulator, further));
        let outcome = interrupted(|| client.add_user(&format!("ann-{intact}")));
        outcome.ok();
    }
    assert_eq!(emulator.request_count(), 2);
}

#[test]
fn signals_do_not_break_a_write() {
    let emulator = Emulator::start();
    let listener = Listener::start(|mut stream, _| {
        // In the meantime both sockets' buffers fill up, and the write has to wait.
        thread::sleep(PAUSE);
        if let Some(request) = read_request(&mut stream) {
            let length = request.matches('x').count();
            let body = format!("{{\"id\":\"a\",\"length\":{length}}}");
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            let answer = stream.write_all((head + &body).as_bytes());
            answer.expect("the client listens");
        }
    });
    let further = json!({"base_url": listener.base_url(), "request_timeout_ms": 60_000});
    let client = Client::new(&config(&emulator, further));
    let payload = c("x".repeat(LARGE));
    let created = interrupted(|| {
        // SAFETY: the header's contract, with living arguments.
        client.call(|client, out| unsafe {
            lid_create_tx(client, payload.as_ptr(), ptr::null(), c"n".as_ptr(), out)
        })
    });
    let length = created.ok()["length"].as_u64().expect("a number") as usize;
    assert!(length >= LARGE, "only {length} bytes arrived");
    assert_eq!(listener.accepted(), 1);
}

#[test]
fn signals_while_another_call_fetches_the_key_do_not_end_the_wait() {
    let emulator = Emulator::start();
    let config = config(&emulator, json!({"request_timeout_ms": 60_000}));
    let login = Client::new(&config).register_password("ann", "a good password");
    let jwt = login.ok()["jwt"].as_str().expect("a token").to_owned();
    let client = Client::new(&config);
    emulator.clear_requests();
    let slow = FaultKind::Delay {
        ms: 2_000,
        carried_out: false,
    };
    emulator.inject(Fault::new(slow).on_path("/certs"));
    thread::scope(|scope| {
        let first = scope.spawn(|| client.verify_token(&jwt).ok());
        while emulator.request_count() == 0 {
            thread::yield_now();
        }
        interrupted(|| client.verify_token(&jwt)).ok();
        first.join().expect("no panic");
    });
    assert_eq!(emulator.request_count(), 1, "the second call waited");
}

#[test]
fn signals_while_a_name_is_resolved_do_not_end_the_wait() {
    let emulator = Emulator::start();
    let base_url = emulator.base_url().replace("127.0.0.1", SLOW_NAME);
    let further = json!({"base_url": base_url, "request_timeout_ms": 60_000, "allow_http": true});
    let client = Client::new(&config(&emulator, further));
    let started = Instant::now();
    interrupted(|| client.add_user("ann")).ok();
    assert!(started.elapsed() >= PAUSE, "the name was not slow");
}

/// A name that takes a while to resolve.
const SLOW_NAME: &str = "slow.invalid";

/// Replaces the C library's function in this test program, so that there is a name
/// service to wait for.
#[unsafe(no_mangle)]
extern "C" fn getaddrinfo(
    node: *const c_char,
    service: *const c_char,
    hints: *const libc::addrinfo,
    result: *mut *mut libc::addrinfo,
) -> libc::c_int {
    type Real = unsafe extern "C" fn(
        *const c_char,
        *const c_char,
        *const libc::addrinfo,
        *mut *mut libc::addrinfo,
    ) -> libc::c_int;
    // SAFETY: the arguments are those of the real function, which is there since
    // the C library is; a name is NULL or NUL-terminated.
    unsafe {
        let real = libc::dlsym(libc::RTLD_NEXT, c"getaddrinfo".as_ptr());
        let real: Real = std::mem::transmute(real);
        if !node.is_null() && CStr::from_ptr(node).to_bytes() == SLOW_NAME.as_bytes() {
            thread::sleep(PAUSE);
            return real(c"127.0.0.1".as_ptr(), service, hints, result);
        }
        real(node, service, hints, result)
    }
}
