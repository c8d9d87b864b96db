//! `loginid keygen`: modes, and files that are never overwritten.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::{Command, Output};

use loginid_emulator::Emulator;

use crate::support::{document, program};

fn keygen(arguments: &[&str], folder: &Path) -> Output {
    let mut command = program();
    command.arg("keygen").args(arguments).current_dir(folder);
    command.output().unwrap()
}

/// `loginid doctor` for a service, which is still to be given the keys.
fn doctor(service: &Emulator) -> Command {
    let mut command = program();
    command
        .arg("doctor")
        .env("LOGINID_BASE_URL", service.base_url())
        .env("LOGINID_CLIENT_ID", service.client_id());
    command
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[test]
fn the_keys_are_a_pair_that_the_service_accepts() {
    let folder = tempfile::tempdir().unwrap();
    let output = keygen(&["-o", "key.pem"], folder.path());
    assert!(output.status.success(), "{output:?}");
    let public = String::from_utf8(output.stdout).unwrap();
    assert!(public.starts_with("-----BEGIN PUBLIC KEY-----"), "{public}");
    let path = folder.path().join("key.pem");
    assert_eq!(mode(&path), 0o600);
    let private = fs::read_to_string(&path).unwrap();
    assert!(private.starts_with("-----BEGIN PRIVATE KEY-----"));
    let emulator = Emulator::builder().private_key(private).start();
    let mut doctor = doctor(&emulator);
    doctor
        .env("LOGINID_PRIVATE_KEY_FILE", &path)
        .env("LOGINID_PUBLIC_KEY", &public);
    let output = doctor.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn the_private_key_may_go_to_another_program() {
    let folder = tempfile::tempdir().unwrap();
    let output = keygen(&["-o", "-", "--public", "key.pub"], folder.path());
    assert!(output.status.success(), "{output:?}");
    assert_eq!(names(folder.path()), ["key.pub"]);
    let private = String::from_utf8(output.stdout).unwrap();
    assert!(private.starts_with("-----BEGIN PRIVATE KEY-----\n"));
    assert_eq!(private.matches("-----END").count(), 1);
    let emulator = Emulator::builder().private_key(private.clone()).start();
    let mut doctor = doctor(&emulator);
    doctor
        .args(["--public-key", "key.pub"])
        .current_dir(folder.path())
        .env("LOGINID_PRIVATE_KEY", &private);
    let output = doctor.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn two_keys_on_standard_output_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    for arguments in [
        &["-o", "-"][..],
        &["-o", "-", "--public", "-"],
        &["-o", "-", "--public", "key.pub", "--json"],
    ] {
        let output = keygen(arguments, folder.path());
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("give --public FILE"), "{stderr}");
        assert!(!String::from_utf8_lossy(&output.stdout).contains("PRIVATE"));
        assert!(names(folder.path()).is_empty());
    }
    let output = keygen(&["-o", "key.pem", "--public", "-"], folder.path());
    assert!(output.stdout.starts_with(b"-----BEGIN PUBLIC KEY-----"));
    assert_eq!(names(folder.path()), ["key.pem"]);
}

#[test]
fn a_public_key_without_its_private_key_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = program()
        .args(["keygen", "-o", "-", "--public", "key.pub"])
        .current_dir(folder.path())
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn files_have_their_modes_whatever_the_umask_is() {
    for (umask, private, public) in [("000", 0o600, 0o644), ("077", 0o600, 0o600)] {
        let folder = tempfile::tempdir().unwrap();
        let script = format!("umask {umask}; exec \"$0\" keygen -o a --public b --json");
        let output = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_loginid")])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        let printed = document(&output);
        assert_eq!(printed["private_key_file"], "a");
        assert_eq!(printed["public_key_file"], "b");
        let written = fs::read_to_string(folder.path().join("b")).unwrap();
        assert_eq!(printed["public_key"], written.as_str());
        assert!(!printed.to_string().contains("PRIVATE"), "{printed}");
        assert_eq!(mode(&folder.path().join("a")), private, "{umask}");
        assert_eq!(mode(&folder.path().join("b")), public, "{umask}");
    }
}

#[test]
fn no_file_is_overwritten_and_no_link_followed() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join(name);
    fs::write(file("taken"), "old").unwrap();
    symlink("taken", file("link")).unwrap();
    symlink("nowhere", file("dangling")).unwrap();
    let before = names(folder.path());
    for arguments in [
        &["-o", "taken"][..],
        &["-o", "link"],
        &["-o", "dangling"],
        &["-o", "new", "--public", "taken"],
        &["-o", "new", "--public", "dangling"],
        &["-o", "new", "--public", "new"],
        &["-o", "no/such/folder"],
    ] {
        let output = keygen(arguments, folder.path());
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{output:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.starts_with("loginid: cannot create "), "{stderr}");
        assert_eq!(names(folder.path()), before, "{arguments:?}");
    }
    assert_eq!(fs::read_to_string(file("taken")).unwrap(), "old");
}

#[test]
fn a_key_whose_public_part_cannot_be_written_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let output = program()
        .args(["keygen", "-o", "key.pem"])
        .current_dir(folder.path())
        .stdout(full)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(3), "{output:?}");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn half_a_file_is_removed() {
    let folder = tempfile::tempdir().unwrap();
    // No file may grow, and the signal for it is ignored: writing is then an error.
    let script = "trap '' XFSZ; ulimit -f 0; exec \"$0\" keygen -o key.pem --public public.pem";
    let output = Command::new("sh")
        .args(["-c", script, env!("CARGO_BIN_EXE_loginid")])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("cannot write key.pem"), "{stderr}");
    assert!(names(folder.path()).is_empty());
}

#[test]
fn a_private_key_that_would_be_lost_is_not_made() {
    let folder = tempfile::tempdir().unwrap();
    // A closed standard output is the null device too.
    for output in [">&-", ">/dev/null"] {
        let script = format!("exec \"$0\" keygen -o - --public key.pub {output}");
        let output = Command::new("sh")
            .args(["-c", &script, env!("CARGO_BIN_EXE_loginid")])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains("the private key would be lost"), "{stderr}");
        assert!(names(folder.path()).is_empty());
    }
}
