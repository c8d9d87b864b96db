//! How often an operation allocates memory, in Rust and in the C code of aws-lc, once it has run a
//! few times. Counted by the benchmark's program, `benches/c/allocations.c`, whose allocator takes
//! the place of the C library's.

mod common;

use std::collections::BTreeMap;
use std::process::Command;

use common::compiler::{compile, link_library_into, run};
use loginid::Client;
use loginid_emulator::Emulator;
use serde_json::Value;
use tempfile::TempDir;

const USER: &str = "ada@example.com";

/// The most that one operation may allocate. Lower the number when you need fewer.
const LIMITS: [(&str, u64); 7] = [
    ("token", 13),
    ("verify", 19),
    ("verify_again", 6),
    ("get_user", 44),
    ("v2_verify", 20),
    ("v2_call", 36),
    // Two calls: the grant and the call.
    ("v2_call_with_grant", 69),
];

/// Counts the allocations of each operation: the most that one of a hundred has made.
fn count(emulator: &Emulator) -> BTreeMap<String, u64> {
    let folder = TempDir::new().expect("a folder for the program");
    link_library_into(folder.path());
    let sources = ["allocations.c", "allocator.c", "worker.c"];
    let sources = sources.map(|name| common::root().join("benches/c").join(name));
    let program = compile(folder.path(), "allocations", &sources);
    let mut command = Command::new(program);
    command.env_clear().envs(emulator.environment());
    command.env("BENCH_USER", USER);
    for (name, value) in tokens(emulator) {
        command.env(name, value);
    }
    let printed = run(&mut command);
    println!("{printed}");
    let line = |line: &str| {
        let words: Vec<&str> = line.split(' ').collect();
        let [name, _average, _bytes, _not_freed, most] = words[..] else {
            panic!("{line}");
        };
        (name.to_owned(), most.parse().expect("a number"))
    };
    printed.lines().map(line).collect()
}

/// A token of each service for the user, who is added.
fn tokens(emulator: &Emulator) -> [(&'static str, String); 2] {
    let (url, key) = (emulator.base_url(), emulator.private_key());
    let client = Client::new(emulator.client_id(), Some(key), Some(url)).expect("a client");
    client.add_user_without_credentials(USER).expect("the user");
    let text = |answer: &Value, name: &str| answer[name].as_str().expect("a token").to_owned();
    let login = emulator.login(USER).expect("a login");
    let v2_login = emulator.v2().login(USER).expect("a login");
    [
        ("BENCH_TOKEN", text(&login, "jwt")),
        ("BENCH_V2_TOKEN", text(&v2_login, "jwtAccess")),
    ]
}

#[test]
fn an_operation_allocates_no_more_than_its_limit() {
    let counted = count(&Emulator::start());
    let limits = LIMITS.map(|(name, limit)| (name.to_owned(), limit));
    let limits = BTreeMap::from(limits);
    assert!(counted.keys().eq(limits.keys()), "{counted:?}");
    let more = counted.iter().filter(|(name, most)| **most > limits[*name]);
    let more: Vec<_> = more.collect();
    assert!(more.is_empty(), "more than the limit: {more:?}");
}
