//! Running a part of a test in a process of its own, where nobody else's
//! threads, memory and descriptors are counted.

// Each test binary uses a part of it.
#![allow(dead_code)]

use std::process::Command;

use serde_json::Value;

const INPUT: &str = "LOGINID_TEST_INPUT";

/// Runs another test of this binary in a new process, and hands it a value.
#[track_caller]
pub fn run(test: &str, input: &Value) {
    let status = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", test, "--nocapture"])
        .env(INPUT, input.to_string())
        .status()
        .expect("a process");
    assert!(status.success(), "{test} in a process of its own: {status}");
}

/// What this process was handed; nothing when the test was not started by [`run`].
pub fn input() -> Option<Value> {
    let text = std::env::var(INPUT).ok()?;
    Some(serde_json::from_str(&text).expect("JSON"))
}

/// How often to do something: less by default than under `make torture`.
pub fn times(usual: usize, torture: usize) -> usize {
    match std::env::var_os("LOGINID_TORTURE") {
        Some(_) => torture,
        None => usual,
    }
}

/// Resident memory in KiB.
pub fn resident_kib() -> i64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    number.expect("VmRSS").trim().parse().expect("a number")
}

/// Open file descriptors.
pub fn descriptors() -> usize {
    std::fs::read_dir("/proc/self/fd").expect("Linux").count()
}
