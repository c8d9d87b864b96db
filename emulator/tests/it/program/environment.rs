//! Variables that contradict the emulator's are unset, all others are kept.

use std::io::Read;
use std::process::{Command, Stdio};

use rustix::process::Signal;

use super::{evaluated, program, signal};
use crate::support::get;

/// Variables of a real application that the emulator unsets, and others that it keeps.
const CONTRADICTING: [&str; 14] = [
    "LOGINID_BASE_URL_FILE",
    "LOGINID_CA_DIR",
    "LOGINID_CA_FILE",
    "LOGINID_CA_PEM",
    "LOGINID_CLIENT_CERT_FILE",
    "LOGINID_CLIENT_CERT_PEM",
    "LOGINID_CLIENT_KEY_FILE",
    "LOGINID_CLIENT_KEY_PEM",
    "LOGINID_ISSUER",
    "LOGINID_PRIVATE_KEY_FILE",
    "LOGINID_PRIVATE_KEY_PEM",
    "LOGINID_PROXY",
    "LOGINID_V2_API_KEY_FILE",
    "LOGINID_V2_ISSUER",
];
const KEPT: [&str; 5] = [
    "LOGINID_ISSUER_OF_ANOTHER_PROGRAM",
    "LOGINID_MAX_RETRIES",
    "LOGINID_PUBLIC_KEY_FILE",
    "HTTPS_PROXY",
    "SSL_CERT_FILE",
];

/// The names of the variables of `set_everything` in the output of `env`.
fn foreign_names(env: &[u8]) -> Vec<String> {
    let text = String::from_utf8(env.to_vec()).expect("UTF-8");
    let mut names: Vec<_> = text
        .lines()
        .filter_map(|line| line.strip_suffix("=foreign"))
        .map(str::to_owned)
        .collect();
    names.sort();
    names
}

fn set_everything(command: &mut Command) -> &mut Command {
    let own = [
        "LOGINID_PRIVATE_KEY",
        "LOGINID_CLIENT_ID",
        "LOGINID_BASE_URL",
        "LOGINID_V2_API_KEY",
        "LOGINID_V2_APPLICATION_ID",
        "LOGINID_V2_BASE_URL",
    ];
    for name in CONTRADICTING.iter().chain(&KEPT).chain(&own) {
        command.env(name, "foreign");
    }
    command
}

fn sorted<const N: usize>(names: [&str; N]) -> Vec<String> {
    let mut names = names.map(str::to_owned).to_vec();
    names.sort();
    names
}

#[test]
fn exec_unsets_contradicting_variables_and_names_them() {
    let output = set_everything(program().args(["exec", "env"]))
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(foreign_names(&output.stdout), sorted(KEPT));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        stderr,
        format!(
            "loginid-emulator: unset: {} (they contradict the emulator's settings)\n",
            CONTRADICTING.join(", ")
        )
    );

    let output = set_everything(program().args(["exec", "--tls", "env"]))
        .output()
        .unwrap();
    assert_eq!(foreign_names(&output.stdout), sorted(KEPT));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("CA_PEM") && !stderr.contains("CA_FILE"),
        "{stderr}"
    );

    let output = program().args(["exec", "env"]).output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn settings_of_a_real_application_do_not_reach_the_command() {
    let folder = tempfile::tempdir().unwrap();
    let output = program()
        .args(["exec", "--"])
        .arg(super::loginid())
        .arg("doctor")
        .env("LOGINID_PRIVATE_KEY_FILE", folder.path().join("absent.pem"))
        .env("LOGINID_PROXY", "http://127.0.0.1:1")
        .env("LOGINID_CA_FILE", folder.path().join("absent.pem"))
        .env("LOGINID_ISSUER", "another")
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    assert!(printed.contains("token"), "{printed}");
}

#[test]
fn the_printed_lines_unset_contradicting_variables() {
    let mut child = set_everything(&mut program())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // To its end: the emulator closes standard output and keeps serving.
    let mut lines = String::new();
    let mut out = child.stdout.take().unwrap();
    out.read_to_string(&mut lines).unwrap();
    let base_url = evaluated(&lines, "LOGINID_BASE_URL");
    assert_eq!(get(&base_url, "/certs").status, 200);

    let mut shell = Command::new("sh");
    let output = set_everything(shell.args(["-c", &format!("{lines}env")]))
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(foreign_names(&output.stdout), sorted(KEPT));

    signal(&child, Signal::TERM);
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    assert!(child.wait().unwrap().success());
    for name in CONTRADICTING {
        assert!(stderr.contains(name), "{name}: {stderr}");
    }

    // The shell may have other variables than the emulator.
    let mut child = program().stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = String::new();
    let mut out = child.stdout.take().unwrap();
    out.read_to_string(&mut lines).unwrap();
    signal(&child, Signal::TERM);
    assert!(child.wait().unwrap().success());
    let script =
        format!("LOGINID_PRIVATE_KEY_FILE=x\n{lines}echo ${{LOGINID_PRIVATE_KEY_FILE-unset}}");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert_eq!(output.stdout, b"unset\n");
}

#[test]
fn a_variable_whose_name_is_no_identifier_is_not_printed() {
    let mut child = program()
        .env("LOGINID_CA_$(echo evaluated >&2)", "foreign")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = String::new();
    let mut out = child.stdout.take().unwrap();
    out.read_to_string(&mut lines).unwrap();
    signal(&child, Signal::TERM);
    assert!(child.wait().unwrap().success());
    assert!(
        lines.contains("unset LOGINID_CA_FILE ") && !lines.contains("echo"),
        "{lines}"
    );
}
