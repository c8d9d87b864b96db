//! Running a program that might never end.

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
    /// Whether it ended by itself, with exit status 0.
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| status.success())
    }
}

/// Runs a program in `folder` and keeps what it prints. At the time limit it is killed with all
/// its children.
pub fn run_within(limit: Duration, folder: &Path, command: &mut Command) -> Ended {
    // A file, since a pipe would be kept open by a child that is left behind.
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
    let status = loop {
        if let Some(status) = child.try_wait().expect("the program's status") {
            break Some(status);
        }
        if Instant::now() > give_up {
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
        output: String::from_utf8_lossy(&output).into_owned(),
    }
}
