//! Row "Threads" of the trust tests: many threads, many calls, many clients.

#[path = "support/capi.rs"]
mod capi;
mod common;
#[path = "support/measure.rs"]
mod measure;
#[path = "support/part.rs"]
mod part;
#[path = "support/token.rs"]
mod token;
#[path = "support/torture.rs"]
mod torture;

use std::panic::catch_unwind;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use capi::{By, Client, Outcome, V2Client, config, lid_status, v2_config};
use loginid_emulator::{Emulator, TokenPart};
use measure::{descriptors, resident_kib};
use serde_json::{Value, json};
use token::{Distinct, Marks};
use torture::times;

const THREADS: usize = 64;
/// Resident memory may differ by this much, whatever the number of calls.
const FLAT_KIB: i64 = 4 * 1024;

/// ThreadSanitizer remembers each access to memory, which takes memory too.
fn assert_flat(before: i64, after: i64) {
    if std::env::var_os("TSAN_OPTIONS").is_none() {
        assert!(after - before < FLAT_KIB, "memory: {before} -> {after} KiB");
    }
}

fn with_users(emulator: Emulator) -> Emulator {
    let client = Client::new(&config(&emulator, json!({})));
    for number in 0..THREADS {
        client.add_user(&user(number)).ok();
    }
    emulator
}

fn emulator() -> Emulator {
    with_users(Emulator::builder().recording(false).start())
}

fn user(number: usize) -> String {
    format!("user-{number}")
}

fn own_process(test: &str, emulator: &Emulator, times: usize) {
    let forged = emulator.sign_token(TokenPart::Usual, json!({"aud": "another"}).into());
    let token = |number| emulator.login(&user(number)).expect("a user")["jwt"].clone();
    part::run(
        test,
        &json!({
            "config": config(emulator, json!({"request_timeout_ms": 120_000})),
            "tokens": (0..THREADS).map(token).collect::<Vec<_>>(),
            "forged": forged,
            "times": times,
        }),
    );
}

#[test]
fn sixty_four_threads_share_a_client_and_get_their_own_answers() {
    let count = times(20_000, 1_000_000);
    own_process("calling_process", &emulator(), count);
}

/// Shared by the threads: the client, a token for the user of each thread, and a wrong
/// token.
struct Calls {
    client: Client,
    tokens: Vec<String>,
    forged: String,
    asked: AtomicUsize,
}

impl Calls {
    /// A thread's call, whose answer differs from that of every other thread. Returns
    /// the marks of the token that it made, if it made one.
    fn make(&self, thread: usize, number: usize) -> Option<Marks> {
        match number % 20 {
            0 => {
                let user = self.client.get_user(user(thread)).ok();
                assert_eq!(user["username"], format!("user-{thread}"));
                self.asked.fetch_add(1, Ordering::SeqCst);
            }
            1..10 => return Some(self.sign(thread, number)),
            10..17 => {
                let verified = self.client.verify_token(&self.tokens[thread]).ok();
                assert_eq!(verified["claims"]["udata"], user(thread), "{verified}");
            }
            17 => {
                let (own, next) = (user(thread), user((thread + 1) % THREADS));
                self.verify_for(thread, &own).ok();
                let outcome = self.verify_for(thread, &next);
                assert_eq!(outcome.status, lid_status::LID_ERROR_CLAIM_MISMATCH);
            }
            _ => {
                let outcome = self.client.verify_token(&self.forged);
                assert_eq!(
                    outcome.status,
                    lid_status::LID_ERROR_CLAIM_MISMATCH,
                    "{}",
                    outcome.text
                );
            }
        }
        None
    }

    fn sign(&self, thread: usize, number: usize) -> Marks {
        let scope = format!("scope-{thread}-{number}");
        let made = self.client.service_token(&scope).ok();
        let token = token::read(made["token"].as_str().expect("a token"));
        assert_eq!(token.claims["scope"], scope.as_str());
        assert_eq!(token.claims["type"], scope.as_str());
        token.marks
    }

    /// Verifies a thread's token as one of this user.
    fn verify_for(&self, thread: usize, username: &str) -> Outcome {
        self.client
            .verify_token_for(&self.tokens[thread], Some(username))
    }

    /// Makes the calls with these numbers in all threads. Each thread writes its marks
    /// to its own memory, which must be allocated already.
    fn make_all(&self, from: usize, to: usize, marks: &mut [Vec<Marks>]) {
        thread::scope(|scope| {
            for (thread, room) in marks.iter_mut().enumerate() {
                scope.spawn(move || {
                    let own = (from..to).filter(|number| number % THREADS == thread);
                    let mut free = room.iter_mut();
                    for made in own.filter_map(|number| self.make(thread, number / THREADS)) {
                        *free.next().expect("room for each token") = made;
                    }
                    let unused = free.len();
                    room.truncate(room.len() - unused);
                });
            }
        });
    }
}

#[test]
fn sixty_four_threads_share_a_v2_client_and_get_their_own_answers() {
    let count = times(20_000, 1_000_000);
    v2_process(
        "v2_calling_process",
        &v2_emulator(Emulator::builder()),
        count,
    );
}

/// With a user for each thread.
fn v2_emulator(builder: loginid_emulator::Builder) -> Emulator {
    let emulator = builder.recording(false).start();
    for number in 0..THREADS {
        emulator.v2().login(&user(number)).expect("a login");
    }
    emulator
}

fn v2_process(test: &str, emulator: &Emulator, times: usize) {
    let service = emulator.v2();
    let login = |number| service.login(&user(number)).expect("a login");
    let logins: Vec<Value> = (0..THREADS).map(login).collect();
    let confirmed = |number| {
        let (name, payload) = (user(number), format!("pay {number}"));
        service.confirm_transaction(None, &name, &payload, "nonce")
    };
    let forged = service.sign_token(
        TokenPart::Usual,
        json!({"aud": "another", "iss": service.base_url(), "exp": emulator.now() + 600}).into(),
    );
    let config = v2_config(emulator, json!({"request_timeout_ms": 120_000}));
    let client = V2Client::new(&config);
    let passkey = |number| {
        let list = client.list_passkeys(By::Name(&user(number))).ok();
        list["passkeys"][0]["id"].clone()
    };
    part::run(
        test,
        &json!({
            "config": config,
            "tokens": logins.iter().map(|login| login["jwtAccess"].clone()).collect::<Vec<_>>(),
            "passkeys": (0..THREADS).map(passkey).collect::<Vec<_>>(),
            "confirmed": (0..THREADS).map(|n| confirmed(n).expect("a token")).collect::<Vec<_>>(),
            "forged": forged,
            "times": times,
        }),
    );
}

/// Shared by the threads: the client, and what belongs to the user of each thread.
struct V2Calls {
    client: V2Client,
    tokens: Vec<String>,
    passkeys: Vec<String>,
    confirmed: Vec<String>,
    forged: String,
    asked: AtomicUsize,
}

impl V2Calls {
    fn read(input: &Value) -> V2Calls {
        let texts = |name: &str| {
            let list = input[name].as_array().expect("a list").iter();
            let texts = list.map(|text| text.as_str().expect("a text").to_owned());
            let texts: Vec<String> = texts.collect();
            assert_eq!(texts.len(), THREADS, "{name}");
            texts
        };
        V2Calls {
            client: V2Client::new(&input["config"]),
            tokens: texts("tokens"),
            passkeys: texts("passkeys"),
            confirmed: texts("confirmed"),
            forged: input["forged"].as_str().expect("a token").to_owned(),
            asked: AtomicUsize::new(0),
        }
    }

    /// A thread's call, whose answer differs from that of every other thread.
    fn make(&self, thread: usize, number: usize) {
        let (client, own) = (&self.client, user(thread));
        let token = &self.tokens[thread];
        match number % 40 {
            // With a grant for the name, and with the user's own token.
            0 => self.list(thread, By::Name(&own)),
            20 => self.list(thread, By::Token(token)),
            1..20 => {
                let verified = client.verify_token(token, Some(&own)).ok();
                assert_eq!(verified["claims"]["username"], own, "{verified}");
            }
            21..30 => {
                let payload = format!("pay {thread}");
                let token = &self.confirmed[thread];
                let verified = client.verify_transaction(token, &payload, "nonce").ok();
                assert_eq!(verified["claims"]["username"], own, "{verified}");
            }
            30..35 => {
                let next = user((thread + 1) % THREADS);
                let outcome = client.verify_token(token, Some(&next));
                assert_eq!(outcome.status, lid_status::LID_ERROR_CLAIM_MISMATCH);
            }
            _ => {
                let outcome = client.verify_token(&self.forged, None);
                assert_eq!(outcome.code(), "audience_mismatch", "{}", outcome.text);
            }
        }
    }

    fn list(&self, thread: usize, by: By<'_>) {
        let list = self.client.list_passkeys(by).ok();
        assert_eq!(list["passkeys"][0]["id"], self.passkeys[thread], "{list}");
        self.asked.fetch_add(1, Ordering::SeqCst);
    }

    fn make_all(&self, from: usize, to: usize) {
        thread::scope(|scope| {
            for thread in 0..THREADS {
                scope.spawn(move || {
                    let own = (from..to).filter(|number| number % THREADS == thread);
                    own.for_each(|number| self.make(thread, number / THREADS));
                });
            }
        });
    }
}

#[test]
#[ignore = "a part of the tests above: the process with the threads"]
fn v2_calling_process() {
    let input = part::input();
    let calls = V2Calls::read(&input);
    let times = input["times"].as_u64().expect("a number") as usize;
    // The first calls make connections, thread-local memory and so on.
    let warm = 5_000;
    calls.make_all(0, warm);
    let before = (resident_kib(), descriptors());
    calls.make_all(warm, warm + times);
    let after = (resident_kib(), descriptors());
    let asked = calls.asked.load(Ordering::SeqCst);
    println!("{times} calls in {THREADS} threads, {asked} over HTTP: {before:?} -> {after:?}");
    assert!(asked > times / 25, "{asked}");
    assert_flat(before.0, after.0);
    assert!(
        after.1 <= before.1 + THREADS,
        "descriptors: {before:?} -> {after:?}"
    );
}

#[test]
fn v2_clients_are_made_and_freed_without_leaks_over_http_and_https() {
    let count = times(300, 10_000);
    for builder in [Emulator::builder(), Emulator::builder().tls()] {
        v2_process("v2_client_making_process", &v2_emulator(builder), count);
    }
}

#[test]
#[ignore = "a part of the test above: the process that makes clients"]
fn v2_client_making_process() {
    let input = part::input();
    let live = |number: usize| {
        let client = V2Client::new(&input["config"]);
        let derived = client.with_options(r#"{"headers":{"x-a":"1"}}"#);
        if number.is_multiple_of(10) {
            derived.list_passkeys(By::Name("user-0")).ok();
        }
        // Every other time the parent is freed first.
        if number.is_multiple_of(2) {
            drop(client);
        }
    };
    live_without_leaks(live);
}

#[test]
fn the_last_thread_frees_the_v2_client_right_after_the_others_finished() {
    let emulator = v2_emulator(Emulator::builder());
    let config = v2_config(&emulator, json!({"request_timeout_ms": 120_000}));
    for _ in 0..times(50, 1_000) {
        let client = Arc::new(V2Client::new(&config));
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let client = client.clone();
                thread::spawn(move || {
                    client.list_passkeys(By::Name(&user(number))).ok();
                    // The last thread drops the client.
                })
            })
            .collect();
        drop(client);
        threads
            .into_iter()
            .for_each(|thread| thread.join().expect("no panic"));
    }
}

/// Memory for the marks of this many calls. It is written to, so that it is resident
/// before the calls.
fn room(calls: usize) -> Vec<Vec<Marks>> {
    let most = calls / THREADS + 20;
    vec![vec![Marks::NONE; most]; THREADS]
}

#[test]
#[ignore = "a part of the tests above: the process with the threads"]
fn calling_process() {
    let input = part::input();
    let text = |value: &Value| value.as_str().expect("a token").to_owned();
    let calls = Calls {
        client: Client::new(&input["config"]),
        tokens: (0..THREADS)
            .map(|number| text(&input["tokens"][number]))
            .collect(),
        forged: text(&input["forged"]),
        asked: AtomicUsize::new(0),
    };
    let times = input["times"].as_u64().expect("a number") as usize;
    // The first calls make connections, thread-local memory and so on.
    let warm = 5_000;
    let (mut first, mut marks) = (room(warm), room(times));
    calls.make_all(0, warm, &mut first);
    let before = (resident_kib(), descriptors());
    calls.make_all(warm, warm + times, &mut marks);
    let after = (resident_kib(), descriptors());
    let mut distinct = Distinct::default();
    for made in first.iter().chain(&marks).flatten() {
        distinct.add(made);
    }
    let asked = calls.asked.load(Ordering::SeqCst);
    println!(
        "{times} calls in {THREADS} threads, {asked} over HTTP, {} tokens: {before:?} -> {after:?}",
        distinct.len()
    );
    assert!(distinct.len() > times * 2 / 5, "{}", distinct.len());
    assert_flat(before.0, after.0);
    // Idle connections stay open, at most one per thread.
    assert!(
        after.1 <= before.1 + THREADS,
        "descriptors: {before:?} -> {after:?}"
    );
}

#[test]
fn clients_are_made_and_freed_without_leaks_over_http() {
    let count = times(300, 10_000);
    own_process("client_making_process", &emulator(), count);
}

/// Each has its own TLS configuration and certificate verifier.
#[test]
fn clients_are_made_and_freed_without_leaks_over_https() {
    let emulator = with_users(Emulator::builder().tls().recording(false).start());
    let count = times(300, 10_000);
    own_process("client_making_process", &emulator, count);
}

#[test]
#[ignore = "a part of the tests above: the process that makes clients"]
fn client_making_process() {
    let input = part::input();
    let live = |number: usize| {
        let client = Client::new(&input["config"]);
        client.service_token("users.retrieve").ok();
        if number.is_multiple_of(10) {
            client.get_user("user-0").ok();
        }
    };
    live_without_leaks(live);
}

/// Makes and frees clients, as often as the input says, without more memory or descriptors.
fn live_without_leaks(live: impl Fn(usize)) {
    let times = part::input()["times"].as_u64().expect("a number") as usize;
    (0..100).for_each(&live);
    let before = (resident_kib(), descriptors());
    (0..times).for_each(&live);
    let after = (resident_kib(), descriptors());
    println!("{times} clients: {before:?} -> {after:?}");
    assert_flat(before.0, after.0);
    assert_eq!(after.1, before.1, "descriptors");
}

#[test]
fn a_hanging_process_is_killed_and_named() {
    let start = || {
        let mut command = part::command("hanging_process", &json!({}));
        part::run_within(Duration::from_secs(1), "hanging_process", &mut command)
    };
    let panic = catch_unwind(start).expect_err("it hangs");
    let printed = panic.downcast_ref::<String>().expect("a message");
    assert!(printed.contains("hanging_process hangs"), "{printed}");
    assert!(printed.contains("its threads:\nprocess "), "{printed}");
}

#[test]
#[ignore = "a part of the test above: a process that never ends"]
fn hanging_process() {
    loop {
        thread::park();
    }
}

#[test]
fn a_part_whose_test_does_not_exist_is_an_error() {
    let panic = catch_unwind(|| part::run("no_such_process", &json!({}))).expect_err("none");
    let printed = panic.downcast_ref::<String>().expect("a message");
    assert!(printed.contains("no_such_process did not run"), "{printed}");
}

#[test]
fn the_last_thread_frees_the_client_right_after_the_others_finished() {
    let emulator = emulator();
    let config = config(&emulator, json!({"request_timeout_ms": 120_000}));
    for _ in 0..times(50, 1_000) {
        let client = Arc::new(Client::new(&config));
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let client = client.clone();
                thread::spawn(move || {
                    let found = client.get_user(user(number)).ok();
                    assert_eq!(found["username"], user(number));
                    // The last thread drops the client.
                })
            })
            .collect();
        drop(client);
        threads
            .into_iter()
            .for_each(|thread| thread.join().expect("no panic"));
    }
}
