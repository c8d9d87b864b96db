//! `loginid-emulator exec`: exit statuses and signals.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::{program, sh, signal};
use crate::support::eventually;

#[test]
fn exec_exits_with_the_status_of_the_command() {
    assert_eq!(sh("exit 0").status.code(), Some(0));
    assert_eq!(sh("exit 7").status.code(), Some(7));
    assert_eq!(sh("kill -9 $$").status.code(), Some(137));
    assert_eq!(
        program()
            .args(["exec", "/no/such/program"])
            .output()
            .unwrap()
            .status
            .code(),
        Some(127)
    );
    assert_eq!(
        program()
            .args(["exec", "/"])
            .output()
            .unwrap()
            .status
            .code(),
        Some(126)
    );
    let output = sh("printf %s \"$LOGINID_BASE_URL $LOGINID_CLIENT_ID\"");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.starts_with("http://localhost:") && text.len() > 80,
        "{text}"
    );
}

#[test]
fn exec_passes_signals_on_and_leaves_nothing_behind() {
    for (stop, name) in [
        (Signal::TERM, "TERM"),
        (Signal::INT, "INT"),
        (Signal::HUP, "HUP"),
        (Signal::QUIT, "QUIT"),
    ] {
        let script = format!(
            "trap 'echo got {name}; exit 9' {name}; echo $$ $LOGINID_CA_FILE; while :; do sleep 0.05; done"
        );
        let mut child = program()
            .args(["exec", "--tls", "sh", "-c", &script])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut reader = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        let (pid, ca_file) = line.trim().split_once(' ').unwrap();
        assert!(Path::new(ca_file).exists());
        signal(&child, stop);
        let mut rest = String::new();
        reader.read_to_string(&mut rest).unwrap();
        assert_eq!(rest, format!("got {name}\n"), "once, not twice");
        assert_eq!(child.wait().unwrap().code(), Some(9));
        assert!(!Path::new(ca_file).exists());
        let process = format!("/proc/{pid}");
        eventually("the command is gone", || !Path::new(&process).exists());
    }
}

#[test]
fn exec_ends_as_soon_as_its_command_does() {
    let started = Instant::now();
    assert_eq!(sh("exit 7").status.code(), Some(7));
    assert!(
        started.elapsed() < Duration::from_secs(2),
        "{:?}",
        started.elapsed()
    );
}
