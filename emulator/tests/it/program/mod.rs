//! The program `loginid-emulator`.

mod doctor;
mod environment;
mod exec;
mod files;
mod output;
mod recipes;
mod settings;

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::get;

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_loginid-emulator"))
}

/// The program `loginid`, which `make test` has built: a client of the emulator that reads the
/// variables.
fn loginid() -> PathBuf {
    let program = Path::new(env!("CARGO_BIN_EXE_loginid-emulator")).with_file_name("loginid");
    assert!(
        program.is_file(),
        "build loginid first, with `cargo build --workspace` or `make test`"
    );
    program
}

fn sh(script: &str) -> Output {
    program()
        .args(["exec", "--", "sh", "-c", script])
        .output()
        .unwrap()
}

fn signal(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Reads the exports of a program that keeps serving.
fn exports(child: &mut Child, lines: usize) -> String {
    let mut reader = BufReader::new(child.stdout.as_mut().unwrap());
    let mut text = String::new();
    for _ in 0..lines {
        reader.read_line(&mut text).unwrap();
    }
    text
}

/// The value of a variable, as a shell evaluates the exports.
fn evaluated(exports: &str, variable: &str) -> String {
    let script = format!("{exports}printf %s \"${variable}\"");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn it_prints_variables_for_a_shell_and_serves_until_it_is_stopped() {
    for stop in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mut child = program().stdout(Stdio::piped()).spawn().unwrap();
        let text = exports(&mut child, 7);
        assert!(
            text.lines().all(|line| line.starts_with("export LOGINID_")),
            "{text}"
        );
        let base_url = evaluated(&text, "LOGINID_BASE_URL");
        assert_eq!(evaluated(&text, "LOGINID_EMULATOR_URL"), base_url);
        assert_eq!(evaluated(&text, "LOGINID_CLIENT_ID").len(), 64);
        let key = evaluated(&text, "LOGINID_PRIVATE_KEY");
        assert!(
            key.starts_with(r"-----BEGIN PRIVATE KEY-----\n") && !key.contains('\n'),
            "{key}"
        );
        assert_eq!(get(&base_url, "/certs").status, 200);
        let application_id = evaluated(&text, "LOGINID_V2_APPLICATION_ID");
        let port = base_url.rsplit_once(':').unwrap().1;
        assert_eq!(
            evaluated(&text, "LOGINID_V2_BASE_URL"),
            format!("http://{application_id}.localhost:{port}")
        );
        assert_eq!(evaluated(&text, "LOGINID_V2_API_KEY").len(), 43);
        signal(&child, stop);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn the_certificate_authority_is_in_a_temporary_file_unless_a_file_is_named() {
    let mut child = program()
        .arg("--tls")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = exports(&mut child, 8);
    let path = evaluated(&text, "LOGINID_CA_FILE");
    assert!(
        std::fs::read_to_string(&path)
            .unwrap()
            .starts_with("-----BEGIN CERTIFICATE-----")
    );
    assert!(evaluated(&text, "LOGINID_BASE_URL").starts_with("https://"));
    signal(&child, Signal::TERM);
    assert!(child.wait().unwrap().success());
    assert!(!Path::new(&path).exists());

    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("ca.pem");
    let output = program()
        .args(["exec", "--tls", "--ca-out"])
        .arg(&file)
        .args(["--", "sh", "-c", "printf %s \"$LOGINID_CA_FILE\""])
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout, file.as_os_str().as_encoded_bytes());
    assert!(file.exists());
}

#[test]
fn invalid_arguments_are_explained() {
    for arguments in [
        &["--nonsense"][..],
        &["exec"],
        &["--port", "x"],
        &["--host", "a b"],
        &["--rp-id", "https://shop.example"],
        &["--origin", "shop.example"],
    ] {
        let output = program().args(arguments).output().unwrap();
        assert_eq!(
            (output.status.code(), output.stdout.is_empty()),
            (Some(2), true),
            "{arguments:?}"
        );
        assert!(output.stderr.starts_with(b"loginid-emulator: "));
    }
    let help = program().arg("--help").output().unwrap();
    assert!(help.status.success() && String::from_utf8(help.stdout).unwrap().contains("usage:"));
    let version = program().arg("--version").output().unwrap();
    assert_eq!(
        version.stdout,
        format!("loginid-emulator {}\n", env!("CARGO_PKG_VERSION")).as_bytes()
    );
}

#[test]
fn the_man_page_has_every_command_and_option_of_the_help() {
    let man = concat!(env!("CARGO_MANIFEST_DIR"), "/../man/loginid-emulator.1");
    let page = std::fs::read_to_string(man)
        .expect("the page")
        .replace("\\-", "-");
    let help = program()
        .arg("--help")
        .output()
        .expect("the emulator")
        .stdout;
    let help = String::from_utf8(help).expect("UTF-8");
    let (usage, options) = help.split_once("options:").expect("options");
    let commands = usage.lines().filter_map(|line| {
        let (_, rest) = line.split_once("loginid-emulator ")?;
        let command = rest.split(' ').next()?;
        command.starts_with(char::is_lowercase).then_some(command)
    });
    let options = options.split(|end: char| end.is_whitespace() || end == ',');
    let names: Vec<_> = commands
        .chain(options.filter(|word| word.starts_with('-')))
        .collect();
    assert!(
        names.contains(&"exec") && names.contains(&"--tls"),
        "{names:?}"
    );
    for name in names {
        assert!(page.contains(name), "it lacks {name}");
    }
}
