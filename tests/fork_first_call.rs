//! A fork at each point of a process's first call: what exists once for the process must not be
//! left half made in the child, nor a lock of the cryptography library held.

#[path = "support/capi.rs"]
mod capi;
#[path = "support/child.rs"]
mod child;
mod common;
#[path = "support/part.rs"]
mod part;
#[path = "support/pthread.rs"]
mod pthread;
#[path = "support/torture.rs"]
mod torture;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use capi::{By, Client, V2Client, config, v2_config};
use child::Child;
use loginid_emulator::Emulator;
use pthread::run_in_parallel;
use serde_json::{Value, json};
use torture::times;

/// How long a thread stays at its point if there is no fork: the library may delay it, by 20 ms at
/// most, until the thread has left a part that a fork must not interrupt.
const STAY: Duration = Duration::from_millis(10);

thread_local! {
    /// How many points this thread still passes until it stays at one.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
}
static REACHED: AtomicBool = AtomicBool::new(false);
static FORKED: AtomicBool = AtomicBool::new(false);

/// Whether the points are the locks that C code takes, and not the allocations of Rust code.
static AT_LOCKS: AtomicBool = AtomicBool::new(false);

/// A lock of Rust code that is held for long enough to matter is held during an allocation.
struct Points;

impl Points {
    fn pass() {
        let Some(left) = LEFT.get() else { return };
        LEFT.set(left.checked_sub(1));
        if left == 0 {
            REACHED.store(true, Ordering::SeqCst);
            let start = Instant::now();
            while !FORKED.load(Ordering::SeqCst) && start.elapsed() < STAY {
                thread::yield_now();
            }
        }
    }
}

// SAFETY: the system's allocator does the work.
unsafe impl GlobalAlloc for Points {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if !AT_LOCKS.load(Ordering::SeqCst) {
            Points::pass();
        }
        // SAFETY: as the caller promises.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: as the caller promises.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static POINTS: Points = Points;

type Lock = unsafe extern "C" fn(*mut libc::pthread_mutex_t) -> libc::c_int;

/// Replaces the C library's function in this test program. The point is after it: the lock is held.
#[unsafe(no_mangle)]
unsafe extern "C" fn pthread_mutex_lock(lock: *mut libc::pthread_mutex_t) -> libc::c_int {
    // SAFETY: the real function is there since the C library is, and gets the caller's argument.
    let result = unsafe {
        let real = libc::dlsym(libc::RTLD_NEXT, c"pthread_mutex_lock".as_ptr());
        std::mem::transmute::<*mut libc::c_void, Lock>(real)(lock)
    };
    if AT_LOCKS.load(Ordering::SeqCst) {
        Points::pass();
    }
    result
}

/// One call of each kind with a new client: requests, a token of the library's own, a verification.
fn first_calls(input: &Value) {
    if let Some(user) = input["damaged"].as_str() {
        let client = Client::new(&input["config"]);
        // Another thread connects: a handshake has errors, too.
        run_in_parallel(|| client.get_user("ada").ok(), || ());
        let outcome = client.get_user(user);
        assert!(outcome.text.contains("\"tls_failed\""), "{}", outcome.text);
        return;
    }
    let token = input["token"].as_str().expect("a token");
    if input["service"] == "v2" {
        let client = V2Client::new(&input["config"]);
        client.verify_token(token, None).ok();
        client.list_passkeys(By::Name("ada")).ok();
    } else {
        let client = Client::new(&input["config"]);
        client.verify_token(token).ok();
        client.get_user("ada").ok();
    }
}

/// In a process that has not used the library: one thread makes the first calls, and another one
/// forks while the first is at this point. Returns whether the calls reach it.
fn fork_at(point: usize, input: &Value) -> bool {
    let over = AtomicBool::new(false);
    let (reached, ()) = run_in_parallel(
        || {
            while !REACHED.load(Ordering::SeqCst) {
                if over.load(Ordering::SeqCst) {
                    return REACHED.load(Ordering::SeqCst);
                }
                thread::yield_now();
            }
            let child = Child::start(|| {
                first_calls(input);
                "done".to_owned()
            });
            FORKED.store(true, Ordering::SeqCst);
            assert_eq!(child.end(), "done", "forked at point {point}");
            true
        },
        || {
            LEFT.set(Some(point));
            first_calls(input);
            LEFT.set(None);
            over.store(true, Ordering::SeqCst);
        },
    );
    reached
}

#[test]
#[ignore = "a part of the tests below: the process that forks"]
fn forking_process() {
    let input = part::input();
    let every = input["every"].as_u64().expect("a number") as usize;
    AT_LOCKS.store(input["damaged"].is_string(), Ordering::SeqCst);
    let mut points = 0;
    // Each time in a child, in which the library was not used before.
    while Child::start(|| fork_at(points * every, &input).to_string()).end() == "true" {
        points += 1;
    }
    let least = if input["damaged"].is_string() { 1 } else { 20 };
    assert!(points > least, "only {points} points");
    println!("{points} points");
}

/// Forks at each of so many points.
fn fork_at_points(every: usize, input: Value) {
    let mut input = input;
    input["every"] = every.into();
    part::run("forking_process", &input);
}

fn v1_input(emulator: &Emulator) -> Value {
    Client::new(&config(emulator, json!({})))
        .add_user("ada")
        .ok();
    let login = emulator.login("ada").expect("a user");
    json!({"service": "v1", "config": config(emulator, json!({})), "token": login["jwt"]})
}

fn v2_input(emulator: &Emulator) -> Value {
    let login = emulator.v2().login("ada").expect("a login");
    let config = v2_config(emulator, json!({}));
    json!({"service": "v2", "config": config, "token": login["jwtAccess"]})
}

#[test]
fn a_fork_during_the_first_call_leaves_the_child_usable() {
    let emulator = Emulator::builder().recording(false).start();
    fork_at_points(1, v1_input(&emulator));
}

#[test]
fn a_fork_during_the_first_call_of_the_current_service_leaves_the_child_usable() {
    let emulator = Emulator::builder().recording(false).start();
    fork_at_points(1, v2_input(&emulator));
}

/// Over https the calls make many more allocations, most of them for the system's roots.
#[test]
fn a_fork_during_the_first_call_over_https_leaves_the_child_usable() {
    let emulator = Emulator::builder().tls().recording(false).start();
    fork_at_points(times(29, 5), v2_input(&emulator));
}

/// Copies TLS records, each of which is shown first: its type and its content.
fn copy_records(mut from: &TcpStream, mut to: &TcpStream, show: impl Fn(u8, &mut [u8])) {
    let mut header = [0; 5];
    while from.read_exact(&mut header).is_ok() {
        let mut content = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
        let copied = from.read_exact(&mut content).and_then(|()| {
            show(header[0], &mut content);
            to.write_all(&[&header, &content[..]].concat())
        });
        if copied.is_err() {
            return;
        }
    }
}

/// A relay that damages the answer to a request with this user. Returns its port.
fn damage_answers(emulator: &Emulator, user: &str) -> u16 {
    const APPLICATION_DATA: u8 = 23;
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let own_port = listener.local_addr().expect("an address").port();
    let service = emulator
        .base_url()
        .rsplit(':')
        .next()
        .expect("a port")
        .parse();
    let (service, length): (u16, usize) = (service.expect("a number"), user.len());
    thread::spawn(move || {
        for client in listener.incoming() {
            let client = Arc::new(client.expect("a connection"));
            let service = TcpStream::connect(("127.0.0.1", service)).expect("the emulator");
            let service = Arc::new(service);
            let is_requested = Arc::new(AtomicBool::new(false));
            let (from, to, seen) = (client.clone(), service.clone(), is_requested.clone());
            thread::spawn(move || {
                copy_records(&from, &to, |kind, content| {
                    // No record of the handshake is as long.
                    if kind == APPLICATION_DATA && content.len() > length {
                        seen.store(true, Ordering::SeqCst);
                    }
                });
            });
            thread::spawn(move || {
                copy_records(&service, &client, |_, content| {
                    if is_requested.load(Ordering::SeqCst) {
                        content[0] ^= 1;
                    }
                });
            });
        }
    });
    own_port
}

/// aws-lc takes a lock at the first error of a thread, which may be that of a damaged record, if
/// another thread has connected.
#[test]
fn a_fork_while_a_damaged_answer_is_read_leaves_the_child_usable() {
    let emulator = Emulator::builder().tls().recording(false).start();
    Client::new(&config(&emulator, json!({})))
        .add_user("ada")
        .ok();
    let user = "a".repeat(5000);
    let port = damage_answers(&emulator, &user);
    let base_url = format!("https://127.0.0.1:{port}");
    let config = config(&emulator, json!({"base_url": base_url, "max_retries": 0}));
    fork_at_points(1, json!({"damaged": user, "config": config}));
}
