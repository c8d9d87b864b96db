//! A fork at each point of a process's first call: what exists once for the process must not be
//! left half made in the child.

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
    /// How many allocations this thread still makes until it stays at one.
    static LEFT: Cell<Option<usize>> = const { Cell::new(None) };
}
static REACHED: AtomicBool = AtomicBool::new(false);
static FORKED: AtomicBool = AtomicBool::new(false);

/// The allocations are the points: a lock that is held for long enough to matter is held during one.
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
        Points::pass();
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

/// One call of each kind with a new client: requests, a token of the library's own, a verification.
fn first_calls(input: &Value) {
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
            assert_eq!(child.end(), "done", "forked at allocation {point}");
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
    let mut points = 0;
    // Each time in a child, in which the library was not used before.
    while Child::start(|| fork_at(points * every, &input).to_string()).end() == "true" {
        points += 1;
    }
    assert!(points > 20, "only {points} points");
    println!("{points} points");
}

/// Forks at each of so many allocations.
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
