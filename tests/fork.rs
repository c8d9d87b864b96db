//! Row "Fork" of the trust tests: a client is made, its process forks while threads use
//! it, and both processes continue to make calls.

#[path = "support/capi.rs"]
mod capi;
#[path = "support/child.rs"]
mod child;
mod common;
#[path = "support/part.rs"]
mod part;
#[path = "support/pthread.rs"]
mod pthread;
#[allow(dead_code, reason = "the tests of threads use more of it")]
#[path = "support/token.rs"]
mod token;
#[path = "support/torture.rs"]
mod torture;

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use capi::{By, Client, V2Client, config, key_pair, v2_config};
use child::Child;
use loginid_emulator::{Emulator, Fault, FaultKind, Request};
use pthread::run_in_parallel;
use serde_json::{Value, json};
use token::{Distinct, Marks};
use torture::times;

const USERS: usize = 8;
const BUSY_THREADS: usize = 3;
/// The number of children at the same time.
const AT_ONCE: usize = 4;
/// Checks that the answer is this user's, not that of another call.
fn ask(client: &Client, number: usize) {
    let username = format!("user-{}", number % USERS);
    let user = client.get_user(&username).ok();
    assert_eq!(user["username"], username.as_str());
}

fn sign(client: &Client) -> String {
    let made = client.service_token("users.retrieve").ok();
    made["token"].as_str().expect("a token").to_owned()
}

/// Makes one call of each kind; returns the token that was made.
fn call_all(client: &Client, number: usize, token: &str) -> String {
    ask(client, number);
    client.verify_token(token).ok();
    ask(client, number + 1);
    sign(client)
}

fn fork_with(emulator: &Emulator, further: Value) {
    let mut config = config(emulator, further);
    config["request_timeout_ms"] = 60_000.into();
    let token = token_of_a_user(emulator);
    let forks = times(200, 1_000);
    part::run(
        "forking_process",
        &json!({"config": config, "token": token, "forks": forks}),
    );
}

/// Adds the users, and logs one of them in.
fn token_of_a_user(emulator: &Emulator) -> String {
    let client = Client::new(&config(emulator, json!({})));
    for number in 0..USERS {
        client.add_user(&format!("user-{number}")).ok();
    }
    let login = emulator.login("user-0").expect("a user");
    login["jwt"].as_str().expect("a token").to_owned()
}

#[test]
fn parent_and_child_both_make_calls_over_http() {
    let emulator = Emulator::builder().recording(false).start();
    fork_with(&emulator, json!({}));
}

#[test]
fn parent_and_child_both_make_calls_over_https() {
    let emulator = Emulator::builder().tls().recording(false).start();
    fork_with(&emulator, json!({}));
}

/// The key is due again a second after each fetch: while one thread fetches it, the
/// others check the locks around it.
#[test]
fn parent_and_child_both_make_calls_while_keys_are_refreshed() {
    let emulator = Emulator::builder().recording(false).start();
    emulator.inject(late_keys(150));
    fork_with(&emulator, json!({"key_cache_ttl_s": 1}));
}

/// The busy threads and the children verify tokens that are remembered.
#[test]
fn parent_and_child_both_make_calls_and_remember_verified_tokens() {
    let emulator = Emulator::builder().recording(false).start();
    fork_with(&emulator, json!({"verified_tokens": 1}));
}

fn late_keys(ms: u64) -> Fault {
    let carried_out = false;
    Fault::new(FaultKind::Delay { ms, carried_out }).on("GET", "/certs")
}

#[test]
#[ignore = "a part of the tests above: the process that forks"]
fn forking_process() {
    let input = part::input();
    let token = input["token"].as_str().expect("a token");
    let forks = input["forks"].as_u64().expect("a number") as usize;
    let used = Client::new(&input["config"]);
    let mut distinct = Distinct::default();
    let over = AtomicBool::new(false);
    let running = Barrier::new(BUSY_THREADS + 2);
    let busy = thread::scope(|scope| {
        let (used, over, running) = (&used, &over, &running);
        let done = Over(over);
        let busy: Vec<_> = (0..BUSY_THREADS)
            .map(|number| {
                scope.spawn(move || {
                    running.wait();
                    be_busy(used, number, token, over)
                })
            })
            .collect();
        scope.spawn(move || {
            running.wait();
            come_and_go(used, over);
        });
        running.wait();
        for round in 0..forks / AT_ONCE {
            // In every other round, a client without a previous call.
            let fresh = Client::new(&input["config"]);
            let client = if round % 2 == 0 { used } else { &fresh };
            let children: Vec<Child> = (0..AT_ONCE)
                .map(|number| Child::start(|| life(client, number, token)))
                .collect();
            distinct.add(&token::read(&call_all(client, round, token)).marks);
            for child in children {
                for made in child.end().split_whitespace() {
                    distinct.add(&token::read(made).marks);
                }
            }
        }
        drop(done);
        busy.into_iter()
            .flat_map(|thread| thread.join().expect("right answers"))
            .collect::<Vec<Marks>>()
    });
    assert_eq!(distinct.len(), forks / AT_ONCE + 2 * forks);
    busy.iter().for_each(|marks| distinct.add(marks));
    let (all, busy) = (distinct.len(), busy.len());
    assert!(busy > 0, "the busy threads made no call");
    println!("{forks} forks, {all} tokens all different, {busy} of them by busy threads");
}

/// Ends the busy threads, also when a test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

fn while_not(over: &AtomicBool, mut work: impl FnMut()) {
    while !over.load(Ordering::SeqCst) {
        work();
    }
}

/// Makes calls until the end; returns the marks of the tokens that it made.
fn be_busy(client: &Client, number: usize, token: &str, over: &AtomicBool) -> Vec<Marks> {
    let mut marks = Vec::new();
    while_not(over, || {
        let made = call_all(client, number, token);
        marks.push(token::read(&made).marks);
    });
    marks
}

/// Threads that make one token each: a fork may happen while they start to draw random
/// bytes, or while they end.
fn come_and_go(client: &Client, over: &AtomicBool) {
    while_not(over, || {
        run_in_parallel(|| sign(client), || ());
    });
}

/// What a child does: it makes calls in two threads, then frees the client.
fn life(client: &Client, number: usize, token: &str) -> String {
    let (second, first) = run_in_parallel(
        || call_all(client, number + 1, token),
        || call_all(client, number, token),
    );
    // SAFETY: the child's copy, freed once: this process ends without dropping it.
    unsafe { loginid::ffi::lid_free(client.raw()) };
    format!("{first} {second}")
}

/// The cryptography library draws random bytes under its own locks, and has others for
/// threads that start and end. A child that inherits a held lock waits forever, at the
/// latest when it starts a thread.
#[test]
fn no_fork_meets_a_lock_of_the_random_generator() {
    let forks = times(400, 10_000);
    part::run("signing_process", &json!({"forks": forks}));
}

#[test]
#[ignore = "a part of the test above: the process that signs and forks"]
fn signing_process() {
    let input = part::input();
    let forks = input["forks"].as_u64().expect("a number") as usize;
    let (private_key, _) = key_pair();
    let client = Client::new(&json!({"client_id": "app", "private_key": private_key}));
    let mut distinct = Distinct::default();
    let over = AtomicBool::new(false);
    let running = Barrier::new(2 * BUSY_THREADS + 1);
    thread::scope(|scope| {
        let _over = Over(&over);
        for _ in 0..BUSY_THREADS {
            scope.spawn(|| {
                running.wait();
                while_not(&over, || drop(sign(&client)));
            });
            scope.spawn(|| {
                running.wait();
                come_and_go(&client, &over);
            });
        }
        running.wait();
        for _ in 0..forks {
            let child = Child::start(|| {
                let (second, first) = run_in_parallel(|| sign(&client), || sign(&client));
                format!("{first} {second}")
            });
            for made in child.end().split_whitespace() {
                distinct.add(&token::read(made).marks);
            }
        }
    });
    assert_eq!(distinct.len(), 2 * forks);
}

/// A thread of the parent is fetching a key. That thread does not exist in the child,
/// so the child must not wait for it.
fn fork_during_a_fetch(emulator: &Emulator) {
    let token = token_of_a_user(emulator);
    let client = Client::new(&config(emulator, json!({"request_timeout_ms": 60_000})));
    emulator.inject(late_keys(5_000).times(1));
    emulator.clear_requests();
    thread::scope(|scope| {
        let fetching = scope.spawn(|| client.verify_token(&token).ok());
        while emulator.request_count() == 0 {
            thread::yield_now();
        }
        // Only one: the emulator's TLS runs in this process and is not protected from forks.
        Child::start(|| life(&client, 1, &token)).end();
        assert!(!fetching.is_finished(), "the child waited for its parent");
    });
    let fetched = |request: &Request| request.path == "/certs";
    let fetches = emulator.requests().into_iter().filter(fetched).count();
    assert_eq!(fetches, 2, "one by each process");
}

#[test]
fn a_child_fetches_the_key_that_its_parent_is_fetching_over_http() {
    fork_during_a_fetch(&Emulator::start());
}

#[test]
fn a_child_fetches_the_key_that_its_parent_is_fetching_over_https() {
    fork_during_a_fetch(&Emulator::builder().tls().start());
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
            sign(&client)
        });
        ask(&client, 3);
        format!("{} {}", sign(&client), grandchild.end())
    });
    ask(&client, 4);
    let mut distinct = Distinct::default();
    for made in child.end().split(' ').chain([sign(&client).as_str()]) {
        distinct.add(&token::read(made).marks);
    }
    assert_eq!(distinct.len(), 3);
    // The pause lets a stray write to a shared connection arrive.
    thread::sleep(Duration::from_millis(10));
    ask(&client, 5);
}

// ---- The current service ----

/// What a process does with a client of the current service: a call with a grant, one with a
/// token, and verifications. Checks that the answers are this user's.
fn use_v2(client: &V2Client, users: &Value, number: usize) {
    let user = &users[number % USERS];
    let text = |name: &str| user[name].as_str().expect("a text");
    let (name, token) = (text("name"), text("token"));
    for by in [By::Name(name), By::Token(token)] {
        let list = client.list_passkeys(by).ok();
        assert_eq!(list["passkeys"][0]["id"], user["passkey"], "{list}");
    }
    let verified = client.verify_token(token, Some(name)).ok();
    assert_eq!(verified["claims"]["username"], user["name"]);
    let outcome = client.verify_token(token, Some("another"));
    assert_eq!(outcome.code(), "username_mismatch", "{}", outcome.text);
}

fn v2_users(emulator: &Emulator) -> Value {
    let client = V2Client::new(&v2_config(emulator, json!({})));
    let user = |number| {
        let name = format!("user-{number}");
        let login = emulator.v2().login(&name).expect("a login");
        let list = client.list_passkeys(By::Name(&name)).ok();
        json!({
            "name": name, "token": login["jwtAccess"], "passkey": list["passkeys"][0]["id"],
        })
    };
    (0..USERS).map(user).collect()
}

fn fork_with_v2(emulator: &Emulator, further: Value) {
    let mut config = v2_config(emulator, further);
    config["request_timeout_ms"] = 60_000.into();
    let users = v2_users(emulator);
    let forks = times(100, 1_000);
    part::run(
        "v2_forking_process",
        &json!({"config": config, "users": users, "forks": forks}),
    );
}

#[test]
fn parent_and_child_both_use_a_v2_client_over_http() {
    let emulator = Emulator::builder().recording(false).start();
    fork_with_v2(&emulator, json!({}));
}

#[test]
fn parent_and_child_both_use_a_v2_client_over_https() {
    let emulator = Emulator::builder().tls().recording(false).start();
    fork_with_v2(&emulator, json!({}));
}

/// As above: a thread is fetching the key set at most forks.
#[test]
fn parent_and_child_both_use_a_v2_client_while_keys_are_refreshed() {
    let emulator = Emulator::builder().recording(false).start();
    emulator.inject(late(KEY_SET, 150));
    fork_with_v2(
        &emulator,
        json!({"key_cache_ttl_s": 1, "verified_tokens": 1}),
    );
}

#[test]
#[ignore = "a part of the tests above: the process that forks"]
fn v2_forking_process() {
    let input = part::input();
    let (config, users) = (&input["config"], &input["users"]);
    let forks = input["forks"].as_u64().expect("a number") as usize;
    let used = V2Client::new(config);
    let over = AtomicBool::new(false);
    let running = Barrier::new(BUSY_THREADS + 1);
    thread::scope(|scope| {
        let (used, over, running) = (&used, &over, &running);
        let _done = Over(over);
        for number in 0..BUSY_THREADS {
            scope.spawn(move || {
                running.wait();
                while_not(over, || use_v2(used, users, number));
            });
        }
        running.wait();
        for round in 0..forks / AT_ONCE {
            // In every other round, a client without a previous call.
            let fresh = V2Client::new(config);
            let client = if round % 2 == 0 { used } else { &fresh };
            let children: Vec<Child> = (0..AT_ONCE)
                .map(|number| Child::start(|| v2_life(client, users, number)))
                .collect();
            use_v2(client, users, round);
            for child in children {
                assert_eq!(child.end(), "done");
            }
        }
    });
    println!("{forks} forks");
}

/// What a child does: it uses the client in two threads, then frees it.
fn v2_life(client: &V2Client, users: &Value, number: usize) -> String {
    run_in_parallel(
        || use_v2(client, users, number + 1),
        || use_v2(client, users, number),
    );
    // SAFETY: the child's copy, freed once: this process ends without dropping it.
    unsafe { loginid::ffi::lid_v2_free(client.raw()) };
    "done".to_owned()
}

const GRANT: &str = "/fido2/v2/mgmt/grant";
const KEY_SET: &str = "/fido2/v2/.well-known/jwks.json";

fn late(path: &str, ms: u64) -> Fault {
    let carried_out = false;
    Fault::new(FaultKind::Delay { ms, carried_out }).on_path(path)
}

/// A thread of the parent is in the middle of this request. That thread does not exist in the
/// child, so the child must not wait for it, and makes the request itself.
fn fork_during(emulator: &Emulator, path: &str, start: impl Fn(&V2Client, &str) + Sync) {
    let users = v2_users(emulator);
    let token = users[0]["token"].as_str().expect("a token");
    let further = json!({"request_timeout_ms": 60_000, "max_retries": 0});
    let client = V2Client::new(&v2_config(emulator, further));
    emulator.inject(late(path, 5_000).times(1));
    emulator.clear_requests();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| start(&client, token));
        while emulator.request_count() == 0 {
            thread::yield_now();
        }
        // Only one: the emulator's TLS runs in this process and is not protected from forks.
        assert_eq!(Child::start(|| v2_life(&client, &users, 0)).end(), "done");
        assert!(!waiting.is_finished(), "the child waited for its parent");
    });
    let requests = emulator.requests();
    let sent = requests.iter().filter(|request| request.path == path);
    // One by the parent, and those of the child's two threads, which share a key set.
    assert_eq!(sent.count(), if path == GRANT { 3 } else { 2 });
    use_v2(&client, &users, 2);
}

#[test]
fn a_child_fetches_the_key_set_that_its_parent_is_fetching() {
    for emulator in [Emulator::start(), Emulator::builder().tls().start()] {
        fork_during(&emulator, KEY_SET, |client, token| {
            client.verify_token(token, None).ok();
        });
    }
}

#[test]
fn a_child_requests_a_grant_while_its_parent_waits_for_one() {
    for emulator in [Emulator::start(), Emulator::builder().tls().start()] {
        fork_during(&emulator, GRANT, |client, _| {
            client.list_passkeys(By::Name("user-0")).ok();
        });
    }
}
