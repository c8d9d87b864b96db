//! Row "Fork" of the trust tests: a client is made, its process forks while
//! threads are busy with it, and both sides go on calling.

#[path = "support/capi.rs"]
mod capi;
#[path = "support/process.rs"]
mod process;

use std::collections::HashSet;
use std::io::{Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use capi::{Client, config};
use loginid_emulator::Emulator;
use serde_json::{Value, json};

const USERS: usize = 8;
const BUSY_THREADS: usize = 3;
/// Children at the same time.
const AT_ONCE: usize = 4;
/// After so many seconds a child is taken to hang, and the signal ends it.
const HANG_S: u32 = 120;

/// The user's own answer, and no other call's.
fn ask(client: &Client, number: usize) {
    let username = format!("user-{}", number % USERS);
    let user = client.get_user(&username).ok();
    assert_eq!(user["username"], username.as_str());
}

fn nonce(client: &Client) -> String {
    let token = client.service_token("users.retrieve").ok();
    let claims = token["token"].as_str().expect("a token").split('.').nth(1);
    let claims = URL_SAFE_NO_PAD
        .decode(claims.expect("claims"))
        .expect("base64url");
    let claims: Value = serde_json::from_slice(&claims).expect("JSON");
    claims["nonce"].as_str().expect("a nonce").to_owned()
}

/// One of everything; gives the nonce of a token.
fn call_all(client: &Client, number: usize, token: &str) -> String {
    ask(client, number);
    client.verify_token(token).ok();
    ask(client, number + 1);
    nonce(client)
}

struct Child {
    id: libc::pid_t,
    says: std::io::PipeReader,
}

impl Child {
    /// Forks. The child does its work, says what it gives and ends.
    fn start(work: impl FnOnce() -> String) -> Child {
        let (says, mut say) = std::io::pipe().expect("a pipe");
        // SAFETY: the child calls the library, which promises to work there, and
        // ends with _exit.
        match unsafe { libc::fork() } {
            0 => {
                // SAFETY: ends this process, should it hang.
                unsafe { libc::alarm(HANG_S) };
                let done = catch_unwind(AssertUnwindSafe(work))
                    .is_ok_and(|text| say.write_all(text.as_bytes()).is_ok());
                // SAFETY: nothing of the parent's is cleaned up.
                unsafe { libc::_exit(if done { 0 } else { 1 }) }
            }
            id => {
                assert!(id > 0, "no fork");
                Child { id, says }
            }
        }
    }

    /// What it said, after it ended well.
    fn end(mut self) -> String {
        let mut status = 0;
        // SAFETY: a child of ours, waited for once.
        assert_eq!(unsafe { libc::waitpid(self.id, &mut status, 0) }, self.id);
        assert!(
            !libc::WIFSIGNALED(status),
            "a child hung or crashed: {status}"
        );
        assert_eq!(status, 0, "a child got a wrong answer");
        let mut text = String::new();
        self.says.read_to_string(&mut text).expect("UTF-8");
        text
    }
}

fn fork_with(emulator: &Emulator) {
    let config = config(emulator, json!({"request_timeout_ms": 60_000}));
    let client = Client::new(&config);
    for number in 0..USERS {
        client.add_user(&format!("user-{number}")).ok();
    }
    let token = emulator.login("user-0").expect("a user")["jwt"].clone();
    let forks = process::times(200, 1_000);
    process::run(
        "forking_process",
        &json!({"config": config, "token": token, "forks": forks}),
    );
}

#[test]
fn parent_and_child_both_go_on_over_http() {
    fork_with(&Emulator::builder().recording(false).start());
}

#[test]
fn parent_and_child_both_go_on_over_https() {
    fork_with(&Emulator::builder().tls().recording(false).start());
}

/// Not a test of its own: the process that forks.
#[test]
fn forking_process() {
    let Some(input) = process::input() else {
        return;
    };
    let token = input["token"].as_str().expect("a token");
    let forks = input["forks"].as_u64().expect("a number") as usize;
    let used = Client::new(&input["config"]);
    let mut nonces = HashSet::new();
    let over = AtomicBool::new(false);
    let calls = AtomicUsize::new(0);
    thread::scope(|scope| {
        for number in 0..BUSY_THREADS {
            let (used, over, calls) = (&used, &over, &calls);
            scope.spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    ask(used, number);
                    used.verify_token(token).ok();
                    used.service_token("users.retrieve").ok();
                    calls.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
        for round in 0..forks / AT_ONCE {
            // Every other round a client that no call was made with.
            let fresh = Client::new(&input["config"]);
            let client = if round % 2 == 0 { &used } else { &fresh };
            let children: Vec<Child> = (0..AT_ONCE)
                .map(|number| Child::start(|| life(client, number, token)))
                .collect();
            nonces.insert(call_all(client, round, token));
            for child in children {
                for nonce in child.end().split_whitespace() {
                    assert!(nonces.insert(nonce.to_owned()), "{nonce} again");
                }
            }
        }
        over.store(true, Ordering::SeqCst);
    });
    assert_eq!(nonces.len(), forks / AT_ONCE + 2 * forks);
    let calls = calls.load(Ordering::SeqCst);
    println!(
        "{forks} forks, {} nonces, {calls} rounds in busy threads",
        nonces.len()
    );
}

/// A child's life: calls in two threads, then it frees the client.
fn life(client: &Client, number: usize, token: &str) -> String {
    let nonces = thread::scope(|scope| {
        let second = scope.spawn(|| call_all(client, number + 1, token));
        let first = call_all(client, number, token);
        format!("{first} {}", second.join().expect("a nonce"))
    });
    // SAFETY: the child's copy, freed once: this process ends without dropping it.
    unsafe { loginid::ffi::lid_free(client.raw()) };
    nonces
}

#[test]
fn a_child_that_only_frees_the_client_leaves_the_parents_connections_alone() {
    let emulator = Emulator::builder().tls().start();
    let client = Client::new(&config(&emulator, json!({})));
    client.add_user("user-0").ok();
    for _ in 0..10 {
        ask(&client, 0);
        let child = Child::start(|| {
            // SAFETY: the child's copy, freed once.
            unsafe { loginid::ffi::lid_free(client.raw()) };
            String::new()
        });
        child.end();
        ask(&client, 0);
    }
}

#[test]
fn a_grandchild_makes_its_own_connections_too() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({"request_timeout_ms": 60_000})));
    for number in 0..USERS {
        client.add_user(&format!("user-{number}")).ok();
    }
    let child = Child::start(|| {
        ask(&client, 1);
        let grandchild = Child::start(|| {
            ask(&client, 2);
            nonce(&client)
        });
        ask(&client, 3);
        format!("{} {}", nonce(&client), grandchild.end())
    });
    ask(&client, 4);
    let mut nonces: Vec<String> = child.end().split(' ').map(str::to_owned).collect();
    nonces.push(nonce(&client));
    assert_eq!(nonces.iter().collect::<HashSet<_>>().len(), 3, "{nonces:?}");
    // The pause lets a stray write to a shared connection arrive.
    thread::sleep(Duration::from_millis(10));
    ask(&client, 5);
}
