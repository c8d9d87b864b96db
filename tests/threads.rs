//! Row "Threads" of the trust tests: many threads, many calls, many clients.

#[path = "support/capi.rs"]
mod capi;
#[path = "support/process.rs"]
mod process;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use capi::{Client, config, lid_status};
use loginid_emulator::{Emulator, TokenPart};
use process::{descriptors, resident_kib};
use serde_json::json;

const THREADS: usize = 64;
/// Resident memory may differ by this much, whatever the number of calls.
const FLAT_KIB: i64 = 4 * 1024;

fn emulator() -> Emulator {
    let emulator = Emulator::builder().recording(false).start();
    let client = Client::new(&config(&emulator, json!({})));
    for number in 0..THREADS {
        client.add_user(&format!("user-{number}")).ok();
    }
    emulator
}

fn own_process(test: &str, usual: usize, torture: usize) {
    let emulator = emulator();
    let forged = emulator.sign_token(TokenPart::Usual, json!({"aud": "another"}).into());
    process::run(
        test,
        &json!({
            "config": config(&emulator, json!({"request_timeout_ms": 120_000})),
            "token": emulator.login("user-0").expect("a user")["jwt"],
            "forged": forged,
            "times": process::times(usual, torture),
        }),
    );
}

#[test]
fn sixty_four_threads_share_a_client_and_get_their_own_answers() {
    own_process("calling_process", 20_000, 1_000_000);
}

/// Not a test of its own: the process with the threads.
#[test]
fn calling_process() {
    let Some(input) = process::input() else {
        return;
    };
    let client = Client::new(&input["config"]);
    let token = input["token"].as_str().expect("a token");
    let forged = input["forged"].as_str().expect("a token");
    let times = input["times"].as_u64().expect("a number") as usize;
    let asked = AtomicUsize::new(0);
    let call = |thread: usize, number: usize| match number % 20 {
        0 => {
            let username = format!("user-{thread}");
            let user = client.get_user(&username).ok();
            assert_eq!(user["username"], username.as_str());
            asked.fetch_add(1, Ordering::SeqCst);
        }
        1..10 => {
            let scope = format!("scope-{thread}-{number}");
            let made = client.service_token(&scope).ok();
            assert!(
                made["token"]
                    .as_str()
                    .is_some_and(|token| token.len() > 200)
            );
        }
        10..18 => {
            client.verify_token(token).ok();
        }
        _ => {
            let outcome = client.verify_token(forged);
            assert_eq!(
                outcome.status,
                lid_status::LID_ERROR_CLAIM_MISMATCH,
                "{}",
                outcome.text
            );
        }
    };
    let all = |from: usize, to: usize| {
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let call = &call;
                scope.spawn(move || {
                    for number in (from..to).filter(|number| number % THREADS == thread) {
                        call(thread, number / THREADS);
                    }
                });
            }
        });
    };
    // The first calls make connections, threads' own memory and the like.
    let warm = 5_000;
    all(0, warm);
    let before = (resident_kib(), descriptors());
    all(warm, warm + times);
    let after = (resident_kib(), descriptors());
    let asked = asked.load(Ordering::SeqCst);
    println!("{times} calls in {THREADS} threads, {asked} over HTTP: {before:?} -> {after:?}");
    assert!(
        after.0 - before.0 < FLAT_KIB,
        "memory: {before:?} -> {after:?} KiB"
    );
    // Idle connections are kept, at most one for each thread that asks at once.
    assert!(
        after.1 <= before.1 + THREADS,
        "descriptors: {before:?} -> {after:?}"
    );
}

#[test]
fn clients_come_and_go_and_leave_nothing() {
    own_process("client_making_process", 300, 10_000);
}

/// Not a test of its own: the process that makes clients.
#[test]
fn client_making_process() {
    let Some(input) = process::input() else {
        return;
    };
    let times = input["times"].as_u64().expect("a number") as usize;
    let live = |number: usize| {
        let client = Client::new(&input["config"]);
        client.service_token("users.retrieve").ok();
        if number.is_multiple_of(10) {
            client.get_user("user-0").ok();
        }
    };
    (0..100).for_each(live);
    let before = (resident_kib(), descriptors());
    (0..times).for_each(live);
    let after = (resident_kib(), descriptors());
    println!("{times} clients: {before:?} -> {after:?}");
    assert!(
        after.0 - before.0 < FLAT_KIB,
        "memory: {before:?} -> {after:?} KiB"
    );
    assert_eq!(after.1, before.1, "descriptors");
}

#[test]
fn the_last_thread_frees_the_client_right_after_the_others_finished() {
    let emulator = emulator();
    let config = config(&emulator, json!({"request_timeout_ms": 120_000}));
    for _ in 0..process::times(50, 1_000) {
        let client = Arc::new(Client::new(&config));
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let client = client.clone();
                thread::spawn(move || {
                    let user = client.get_user(&format!("user-{number}")).ok();
                    assert_eq!(user["username"], format!("user-{number}"));
                    // Whoever is last drops the client.
                })
            })
            .collect();
        drop(client);
        threads
            .into_iter()
            .for_each(|thread| thread.join().expect("no panic"));
    }
}
