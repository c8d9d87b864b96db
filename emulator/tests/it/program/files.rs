//! The files that settings name: pipes, and files without an end.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::process::Signal;

use super::{program, signal};

/// The options that name a file to read.
const OPTIONS: [&str; 6] = [
    "--config",
    "--private-key-file",
    "--service-key-file",
    "--v2-api-key-file",
    "--v2-service-key-file",
    "--seed",
];

fn pipe(folder: &Path) -> PathBuf {
    let pipe = folder.join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status().unwrap();
    assert!(made.success());
    pipe
}

#[test]
fn a_file_without_an_end_is_refused() {
    for option in OPTIONS {
        // With less memory than an endless file would take.
        let script = "ulimit -v 4000000; exec \"$0\" \"$1\" /dev/zero";
        let program = env!("CARGO_BIN_EXE_loginid-emulator");
        let output = Command::new("sh")
            .args(["-c", script, program, option])
            .output()
            .unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{option}: {stderr}");
        assert!(
            stderr.contains("/dev/zero: it is larger than 64 MiB"),
            "{option}: {stderr}"
        );
    }
}

#[test]
fn a_file_may_be_a_pipe() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = pipe(folder.path());
    let mut command = program();
    command.arg("--seed").arg(&pipe).args(["exec", "true"]);
    let mut child = command.spawn().unwrap();
    let mut writer = OpenOptions::new().write(true).open(&pipe).unwrap();
    writer.write_all(b"{}").unwrap();
    drop(writer);
    assert!(child.wait().unwrap().success());
}

#[test]
fn waiting_for_a_pipe_can_be_stopped() {
    let folder = tempfile::tempdir().unwrap();
    let pipe = pipe(folder.path());
    for option in OPTIONS {
        for command in [&[][..], &["exec", "true"]] {
            let mut child = program()
                .arg(option)
                .arg(&pipe)
                .args(command)
                .stdout(Stdio::null())
                .spawn()
                .unwrap();
            // This succeeds when the program opens the pipe too.
            let writer = OpenOptions::new().write(true).open(&pipe).unwrap();
            signal(&child, Signal::TERM);
            // A program that still waits would go on now.
            drop(writer);
            let status = child.wait().unwrap();
            assert_eq!(status.signal(), Some(15), "{option} {command:?}");
        }
    }
}
