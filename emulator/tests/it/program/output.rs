//! Output that cannot be written, or that nobody reads.

use std::fs::File;
use std::process::Stdio;

use rustix::process::Signal;

use super::{exports, program, signal};

/// A device that has no room for anything.
fn full() -> File {
    File::options().write(true).open("/dev/full").unwrap()
}

#[test]
fn standard_output_that_cannot_be_written_has_a_status_of_its_own() {
    for arguments in [&["--help"][..], &["--version"], &[]] {
        let output = program().args(arguments).stdout(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{arguments:?}: {output:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            stderr.starts_with("loginid-emulator: standard output: ")
                && stderr.lines().count() == 1,
            "{stderr}"
        );

        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = program().args(arguments).stdout(writer).output().unwrap();
        assert_eq!(output.status.code(), Some(141), "{arguments:?}: {output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}

#[test]
fn messages_that_cannot_be_written_change_nothing() {
    let run = |arguments: &[&str]| {
        let mut command = program();
        command.env("LOGINID_PROXY", "foreign").args(arguments);
        command.stderr(full()).output().unwrap()
    };
    let output = run(&["--host", "0.0.0.0", "exec", "echo", "ran"]);
    assert_eq!(output.stdout, b"ran\n", "{output:?}");
    assert!(output.status.success(), "{output:?}");
    assert_eq!(run(&["exec", "/no/such/program"]).status.code(), Some(127));
    assert_eq!(run(&["--nonsense"]).status.code(), Some(2));

    let mut serving = program()
        .env("LOGINID_PROXY", "foreign")
        .stdout(Stdio::piped())
        .stderr(full())
        .spawn()
        .unwrap();
    exports(&mut serving, 7);
    signal(&serving, Signal::TERM);
    assert!(serving.wait().unwrap().success());
}
