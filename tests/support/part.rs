//! Parts of tests that run in a separate process, without the threads, memory, descriptors
//! and variables of other tests.
//!
//! A part is a test function marked `#[ignore = "a part of …"]`: only the test that needs it
//! starts it, and checks that it ran.

use std::process::{Command, ExitStatus};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::process;
use crate::torture::times;

const INPUT: &str = "LOGINID_TEST_INPUT";

/// Runs a part of this binary in a new process, passes it a value, and returns its output.
#[track_caller]
pub fn run(part: &str, input: &Value) -> String {
    run_command(part, &mut command(part, input))
}

/// Runs a [`command`]. The time limit is many times what it takes: ten minutes, four hours under
/// `make torture`.
#[track_caller]
pub fn run_command(part: &str, command: &mut Command) -> String {
    let minutes = times(10, 4 * 60) as u64;
    run_within(Duration::from_secs(60 * minutes), part, command)
}

/// # Panics
/// If the part fails, does not run, or reaches the limit.
#[track_caller]
pub fn run_within(limit: Duration, part: &str, command: &mut Command) -> String {
    let folder = TempDir::new().expect("a folder for the output");
    let ended = process::run_within(limit, folder.path(), command);
    match ended.status {
        Some(status) => demand_ran(part, status, &ended.output),
        None => panic!("{part} hangs: not over after {limit:?}; {}", ended.output),
    }
    print!("{}", ended.output);
    ended.output
}

/// The command that runs a part of this binary, named with its modules.
pub fn command(part: &str, input: &Value) -> Command {
    let mut command = Command::new(std::env::current_exe().expect("this test"));
    command
        .args(["--ignored", "--exact", part, "--nocapture"])
        .env(INPUT, input.to_string());
    command
}

/// A test binary succeeds when no test has the name: its output must say that one passed.
///
/// # Panics
/// If the part failed or did not run.
#[track_caller]
pub fn demand_ran(part: &str, status: ExitStatus, output: &str) {
    assert!(status.success(), "{part}: {status}\n{output}");
    assert!(
        output.contains("test result: ok. 1 passed; 0 failed; 0 ignored"),
        "{part} did not run:\n{output}"
    );
}

/// The value passed to this process.
///
/// # Panics
/// If no test started this process.
pub fn input() -> Value {
    let text = std::env::var(INPUT).expect("only the test it is a part of starts it");
    serde_json::from_str(&text).expect("JSON")
}
