//! Running a program that may hang.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process_group};

/// How a program ended, and what it printed.
pub struct Ended {
    /// `None` when it had to be killed.
    pub status: Option<ExitStatus>,
    pub output: String,
}

impl Ended {
    /// Whether it exited with status 0.
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }
}

/// Runs a program in `folder` and keeps what it prints. At the time limit it is killed with all
/// its children; the output then says what each of its threads was waiting in.
pub fn run_within(limit: Duration, folder: &Path, command: &mut Command) -> Ended {
    // A file, because a remaining child would keep a pipe open.
    let printed = folder.join("output");
    let file = File::create(&printed).expect("a file for the output");
    let mut child = command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(file.try_clone().expect("a descriptor"))
        .stderr(file)
        .process_group(0)
        .spawn()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let give_up = Instant::now() + limit;
    let mut threads = String::new();
    let status = loop {
        if let Some(status) = child.try_wait().expect("the program's status") {
            break Some(status);
        }
        if Instant::now() > give_up {
            threads = format!("its threads:\n{}\n", threads_of(child.id()));
            if let Some(group) = Pid::from_raw(child.id() as i32) {
                // It fails only when the program has just ended.
                let _ = kill_process_group(group, Signal::KILL);
            }
            child.wait().expect("the program's end");
            break None;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let output = fs::read(&printed).expect("the output");
    Ended {
        status,
        output: threads + &String::from_utf8_lossy(&output),
    }
}

/// What each thread of a process, and of its children, is waiting in.
fn threads_of(process: u32) -> String {
    let mut lines = Vec::new();
    for task in entries(&format!("/proc/{process}/task")) {
        let file = |name| fs::read_to_string(format!("/proc/{process}/task/{task}/{name}"));
        let text = |name| file(name).unwrap_or_default().trim().to_owned();
        let system_call = text("syscall");
        lines.push(format!(
            "process {process}, {}: {}, system call {}",
            text("comm"),
            text("wchan"),
            system_call.split(' ').next().unwrap_or_default()
        ));
        for child in text("children").split(' ').filter_map(|id| id.parse().ok()) {
            lines.push(threads_of(child));
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
