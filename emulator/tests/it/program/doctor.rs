//! The former name of `loginid doctor`.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

/// A program that prints its name and its arguments, and ends with status 7.
fn write_stub(path: &Path) {
    fs::write(path, "#!/bin/sh\necho \"$0\" \"$@\"\nexit 7\n").unwrap();
    fs::set_permissions(path, Permissions::from_mode(0o755)).unwrap();
}

fn doctor(program: &Path, path: &Path) -> Output {
    let mut command = Command::new(program);
    command.args(["doctor", "--public-key", "a b", "--json"]);
    command.env("PATH", path).output().unwrap()
}

#[test]
fn it_runs_the_program_beside_it_or_the_one_in_path() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    fs::create_dir(place("beside")).unwrap();
    fs::create_dir(place("path")).unwrap();
    let emulator = place("beside/loginid-emulator");
    fs::copy(env!("CARGO_BIN_EXE_loginid-emulator"), &emulator).unwrap();

    let missing = doctor(&emulator, &place("path"));
    assert_eq!(missing.status.code(), Some(2), "{missing:?}");
    let stderr = String::from_utf8(missing.stderr).unwrap();
    assert!(
        stderr.contains("cannot run loginid, neither beside"),
        "{stderr}"
    );

    for name in ["path/loginid", "beside/loginid"] {
        write_stub(&place(name));
        let output = doctor(&emulator, &place("path"));
        assert_eq!(output.status.code(), Some(7), "{output:?}");
        let printed = String::from_utf8(output.stdout).unwrap();
        let expected = format!("{} doctor --public-key a b --json\n", place(name).display());
        assert_eq!(printed, expected);
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            stderr,
            "loginid-emulator: doctor is now a command of its own: loginid doctor\n"
        );
    }
}
