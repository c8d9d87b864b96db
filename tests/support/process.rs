//! Running a part of a test in a process of its own, where nobody else's
//! threads, memory and descriptors are counted.

// Each test binary uses a part of it.
#![allow(dead_code)]

use std::fs;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus};
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::Value;

const INPUT: &str = "LOGINID_TEST_INPUT";

/// Runs another test of this binary in a new process, and hands it a value.
/// Many times what it takes is taken for a hang: ten minutes, four hours under
/// `make torture`.
#[track_caller]
pub fn run(test: &str, input: &Value) {
    let minutes = times(10, 4 * 60) as u64;
    run_within(Duration::from_secs(60 * minutes), test, input);
}

/// # Panics
/// When the process fails, or has to be ended at the limit.
#[track_caller]
pub fn run_within(limit: Duration, test: &str, input: &Value) {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", test, "--nocapture"])
        .env(INPUT, input.to_string())
        // Its children end with it.
        .process_group(0)
        .spawn()
        .expect("a process");
    let status = ended(&mut child, limit).unwrap_or_else(|| {
        let threads = threads(child.id());
        kill(&mut child);
        panic!("{test} hangs: not over after {limit:?}; its threads:\n{threads}");
    });
    assert!(status.success(), "{test} in a process of its own: {status}");
}

fn ended(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let give_up = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().expect("a status") {
            return Some(status);
        }
        if Instant::now() > give_up {
            return None;
        }
        thread::sleep(Duration::from_millis(5));
    }
}

fn kill(child: &mut Child) {
    let group = Pid::from_raw(child.id() as i32).expect("a process");
    // It fails only when the process has just ended.
    let _ = kill_process_group(group, Signal::KILL);
    child.wait().expect("the end of a process of ours");
}

/// What each thread of a process, and of its children, is waiting in.
fn threads(process: u32) -> String {
    let mut lines = Vec::new();
    for task in entries(&format!("/proc/{process}/task")) {
        let about = |what| fs::read_to_string(format!("/proc/{process}/task/{task}/{what}"));
        let text = |what| about(what).unwrap_or_default().trim().to_owned();
        let system_call = text("syscall");
        lines.push(format!(
            "process {process}, {}: {}, system call {}",
            text("comm"),
            text("wchan"),
            system_call.split(' ').next().unwrap_or_default()
        ));
        for child in text("children").split(' ').filter_map(|id| id.parse().ok()) {
            lines.push(threads(child));
        }
    }
    lines.join("\n")
}

fn entries(folder: &str) -> Vec<String> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect()
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
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    number.expect("VmRSS").trim().parse().expect("a number")
}

/// Open file descriptors.
pub fn descriptors() -> usize {
    fs::read_dir("/proc/self/fd").expect("Linux").count()
}
