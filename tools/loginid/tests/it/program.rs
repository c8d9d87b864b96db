//! The program as a whole: arguments, help, closed pipes, and what describes it.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::{Command, Stdio};

use loginid_emulator::Emulator;
use serde_json::Value;

use crate::support::{document, program, with_input};

const COMMANDS: [&[&str]; 5] = [
    &["doctor"],
    &["keygen"],
    &["token", "decode"],
    &["token", "verify"],
    &["config", "check"],
];

fn help(command: &[&str]) -> String {
    let output = program().args(command).arg("--help").output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    String::from_utf8(output.stdout).unwrap()
}

/// The options in a help text.
fn options(help: &str) -> BTreeSet<String> {
    let (_, options) = help.split_once("options:\n").expect("options");
    let words = options.lines().flat_map(|line| line.split("  ").nth(1));
    let words = words.flat_map(|names| names.split([' ', ',']));
    words
        .filter(|word| word.starts_with('-'))
        .map(str::to_owned)
        .collect()
}

fn read(path: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    std::fs::read_to_string(root.join(path)).expect(path)
}

#[test]
fn wrong_arguments_are_refused_and_never_shown_if_they_may_be_secret() {
    for arguments in [
        &[][..],
        &["CANARY"],
        &["token"],
        &["config"],
        &["token", "CANARY"],
        &["token", "decode", "CANARY"],
        &["token", "verify", "CANARY"],
        &["token", "verify", "--service", "CANARY"],
        &["token", "verify", "--json=CANARY"],
        &["doctor", "CANARY"],
        &["keygen", "-o", "x", "CANARY"],
        &["config", "check", "CANARY"],
        &["keygen"],
        &["keygen", "--public", "x"],
        &["doctor", "--token-file", "x"],
        &["config", "check", "--public-key", "x"],
    ] {
        let output = program().args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(output.stdout.is_empty());
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(
            stderr.starts_with("loginid: ") && stderr.lines().count() == 1,
            "{stderr}"
        );
        assert!(!stderr.contains("CANARY"), "{stderr}");
    }
    let token = OsStr::from_bytes(b"CANARY\xff");
    let output = program()
        .args(["token", "verify", "--username"])
        .arg(token)
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(!String::from_utf8_lossy(&output.stderr).contains("CANARY"));
    let output = program().arg("--version").output().unwrap();
    let version = format!("loginid {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8(output.stdout).unwrap(), version);
}

#[test]
fn with_json_each_failure_is_one_document() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("key");
    std::fs::write(&key, "taken").unwrap();
    let key = key.to_str().unwrap();
    for (arguments, status, code) in [
        (&["CANARY", "--json"][..], 2, Value::Null),
        (&["--json", "doctor", "--bogus"], 2, Value::Null),
        (&["config", "check", "--json"], 2, Value::Null),
        (
            &["token", "verify", "--json", "--service", "v3"],
            2,
            Value::Null,
        ),
        (
            &["token", "decode", "--json", "--token-file", "/no/such/file"],
            2,
            Value::Null,
        ),
        (&["token", "decode", "--json"], 1, "malformed_token".into()),
        (&["keygen", "--json", "-o", key], 1, Value::Null),
    ] {
        let output = with_input(program().args(arguments), b"CANARY");
        assert_eq!(output.status.code(), Some(status), "{arguments:?}");
        let printed = document(&output);
        assert_eq!(printed["error"]["code"], code, "{arguments:?}");
        let message = printed["error"]["message"].as_str().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(stderr.contains(message), "{stderr}");
        assert!(!stderr.contains("CANARY"), "{stderr}");
    }
}

#[test]
fn output_that_cannot_be_written_is_no_verdict() {
    for command in [&["--version"][..], &["doctor"], &["doctor", "--json"]] {
        let full = std::fs::File::options()
            .write(true)
            .open("/dev/full")
            .unwrap();
        let output = program().args(command).stdout(full).output().unwrap();
        assert_eq!(output.status.code(), Some(3), "{command:?}: {output:?}");
    }
}

#[test]
fn a_closed_pipe_ends_the_program_without_a_panic() {
    let emulator = Emulator::start();
    for command in [
        &["--help"][..],
        &["doctor"],
        &["doctor", "--json"],
        &["config", "check"],
    ] {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let output = program()
            .args(command)
            .env("LOGINID_CLIENT_ID", emulator.client_id())
            .env("LOGINID_BASE_URL", emulator.base_url())
            .stdout(writer)
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(141), "{command:?}: {output:?}");
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}

#[test]
fn the_findings_of_the_doctor_are_one_document() {
    let emulator = Emulator::start();
    let run = |key: &str| {
        program()
            .args(["--json", "doctor"])
            .env("LOGINID_CLIENT_ID", emulator.client_id())
            .env("LOGINID_BASE_URL", emulator.base_url())
            .env("LOGINID_PRIVATE_KEY", key)
            .output()
            .unwrap()
    };
    let output = run(emulator.private_key());
    assert!(output.status.success(), "{output:?}");
    let printed = document(&output);
    assert_eq!(printed["well"], true);
    let members = ["code", "found", "service", "subject", "to_do", "verdict"];
    for finding in printed["findings"].as_array().unwrap() {
        // In any order: Cargo may build serde_json with the one of the text.
        let mut names: Vec<_> = finding.as_object().unwrap().keys().collect();
        names.sort();
        assert_eq!(names, members, "{finding}");
        assert_eq!(finding["service"], "v1");
        assert_eq!(finding["code"], Value::Null);
    }
    let output = run("CANARY");
    assert_eq!(output.status.code(), Some(1));
    let printed = document(&output);
    let problem = printed["findings"]
        .as_array()
        .unwrap()
        .last()
        .unwrap()
        .clone();
    assert_eq!(printed["well"], false);
    assert_eq!(problem["verdict"], "problem");
    assert_eq!(problem["code"], "invalid_private_key");
    assert!(
        problem["to_do"].is_string() && !printed.to_string().contains("CANARY"),
        "{printed}"
    );
}

#[test]
fn the_man_page_and_the_completions_have_every_command_and_option() {
    let page = read("man/loginid.1").replace("\\-", "-");
    let completions = ["bash", "zsh", "fish"].map(|shell| {
        let file = format!("tools/loginid/completions/loginid.{shell}");
        (shell, read(&file))
    });
    for command in COMMANDS {
        let options = options(&help(command));
        assert!(
            options.contains("--json") && options.contains("--help"),
            "{options:?}"
        );
        for name in command.iter().map(|word| (*word).to_owned()).chain(options) {
            assert!(page.contains(&name), "the man page lacks {name}");
            for (shell, text) in &completions {
                let written = match (*shell, name.strip_prefix("--"), name.strip_prefix('-')) {
                    ("fish", Some(long), _) => format!(" -l {long}"),
                    ("fish", None, Some(short)) => format!(" -s {short}"),
                    _ => name.clone(),
                };
                assert!(
                    text.contains(&written),
                    "{shell} lacks {written} of {command:?}"
                );
            }
        }
    }
}

#[test]
fn the_completion_of_bash_offers_the_options_of_the_command() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/completions/loginid.bash");
    let complete = |words: &[&str]| {
        let typed = words
            .iter()
            .map(|word| format!("'{word}' "))
            .collect::<String>();
        let line = format!(
            ". {script}; COMP_WORDS=(loginid {typed}); COMP_CWORD={}; _loginid; \
             printf '%s\\n' \"${{COMPREPLY[@]}}\"",
            words.len()
        );
        let output = Command::new("bash").args(["-c", &line]).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines().map(str::to_owned).collect::<BTreeSet<_>>()
    };
    assert!(
        complete(&[""]).is_superset(
            &["doctor", "keygen", "token", "config"]
                .map(str::to_owned)
                .into()
        )
    );
    assert_eq!(
        complete(&["token", ""]),
        ["decode", "verify"].map(str::to_owned).into()
    );
    for command in COMMANDS {
        let offered = complete(&[command, &["-"]].concat());
        assert_eq!(offered, options(&help(command)), "{command:?}");
    }
}
