//! The program `loginid-emulator`.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::support::{eventually, get};

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_loginid-emulator"))
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

/// Reads the exports of a program that goes on serving.
fn exports(child: &mut Child, lines: usize) -> String {
    let mut reader = BufReader::new(child.stdout.as_mut().unwrap());
    let mut text = String::new();
    for _ in 0..lines {
        reader.read_line(&mut text).unwrap();
    }
    text
}

/// The variables as a shell understands them, one a line.
fn evaluated(exports: &str, variable: &str) -> String {
    let script = format!("{exports}printf %s \"${variable}\"");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    String::from_utf8(output.stdout).unwrap()
}

#[test]
fn it_prints_variables_a_shell_can_evaluate_and_serves_until_told_to_stop() {
    for stop in [Signal::INT, Signal::TERM, Signal::HUP] {
        let mut child = program().stdout(Stdio::piped()).spawn().unwrap();
        let text = exports(&mut child, 4);
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
        signal(&child, stop);
        assert!(child.wait().unwrap().success());
    }
}

#[test]
fn the_authority_is_a_temporary_file_unless_one_is_named() {
    let mut child = program()
        .arg("--tls")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = exports(&mut child, 5);
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
fn exec_exits_as_the_command_does() {
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
        text.starts_with("http://127.0.0.1:") && text.len() > 80,
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

/// What a shell has set up for a real application, and what is left of it with an emulator.
const CONTRADICTING: [&str; 12] = [
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
];
const KEPT: [&str; 5] = [
    "LOGINID_ISSUER_OF_ANOTHER_PROGRAM",
    "LOGINID_MAX_RETRIES",
    "LOGINID_PUBLIC_KEY_FILE",
    "HTTPS_PROXY",
    "SSL_CERT_FILE",
];

/// The names of a program's variables, as `env` prints them, that `set_everything` has set.
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
fn exec_unsets_what_contradicts_its_variables_and_names_it() {
    let output = set_everything(program().args(["exec", "env"]))
        .output()
        .unwrap();
    assert!(output.status.success());
    assert_eq!(foreign_names(&output.stdout), sorted(KEPT));
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!(
        said,
        format!(
            "loginid-emulator: unset: {} (they contradict the emulator's settings)\n",
            CONTRADICTING.join(", ")
        )
    );

    let output = set_everything(program().args(["exec", "--tls", "env"]))
        .output()
        .unwrap();
    assert_eq!(foreign_names(&output.stdout), sorted(KEPT));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains("CA_PEM") && !said.contains("CA_FILE"),
        "{said}"
    );

    let output = program().args(["exec", "env"]).output().unwrap();
    assert!(output.status.success());
    assert_eq!(String::from_utf8(output.stderr).unwrap(), "");
}

#[test]
fn what_was_set_for_a_real_application_does_not_reach_the_emulator() {
    let folder = tempfile::tempdir().unwrap();
    let output = program()
        .args([
            "exec",
            "--",
            env!("CARGO_BIN_EXE_loginid-emulator"),
            "doctor",
        ])
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
fn the_printed_lines_unset_what_contradicts_them() {
    let mut child = set_everything(&mut program())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // To its end: standard output is closed while the emulator serves on.
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
    let mut said = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut said)
        .unwrap();
    assert!(child.wait().unwrap().success());
    for name in CONTRADICTING {
        assert!(said.contains(name), "{name}: {said}");
    }

    // The shell may have other variables than the emulator had.
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
fn a_variable_whose_name_no_shell_has_is_not_printed_for_one() {
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

/// The shell blocks of docs/testing.md that start an emulator to work with.
fn recipes() -> Vec<String> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/testing.md");
    let text = std::fs::read_to_string(page).expect("the page");
    let blocks = text.split("```sh\n").skip(1);
    blocks
        .filter_map(|block| Some(block.split_once("```")?.0.to_owned()))
        .filter(|block| block.contains("$SHELL") || block.contains("emulator.env"))
        .collect()
}

/// Runs a script in a folder of its own, in a shell that finds the emulator.
fn in_a_shell(shell: &str, script: &str) -> Output {
    let folder = tempfile::tempdir().unwrap();
    let programs = Path::new(env!("CARGO_BIN_EXE_loginid-emulator"))
        .parent()
        .unwrap();
    let path = std::env::var("PATH").unwrap();
    // The shell of the recipe is this one, and reads what it does from its input.
    let mut child = Command::new(shell)
        .args(["-e", "-c", script])
        .current_dir(folder.path())
        .env("PATH", format!("{}:{path}", programs.display()))
        .env("SHELL", shell)
        .env("LOGINID_PRIVATE_KEY_FILE", "absent.pem")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    std::io::Write::write_all(&mut input, b"loginid-emulator doctor; echo ended: $?\n").unwrap();
    drop(input);
    child.wait_with_output().unwrap()
}

#[test]
fn the_recipes_of_the_documentation_cannot_read_the_variables_too_early() {
    let recipes = recipes();
    assert_eq!(recipes.len(), 2, "{recipes:?}");
    for shell in ["sh", "bash"] {
        let output = in_a_shell(shell, &recipes[0]);
        let printed = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && printed.ends_with("ended: 0\n"),
            "{printed}"
        );

        let check = "loginid-emulator doctor; echo ended: $?; kill $!; wait $!; ls\n";
        // Too early, as it was with a plain file, it was in every one of ten runs.
        for _ in 0..10 {
            let output = in_a_shell(shell, &format!("{}{check}", recipes[1]));
            let printed = String::from_utf8(output.stdout).unwrap();
            assert!(
                output.status.success() && printed.ends_with("ended: 0\n"),
                "{printed}"
            );
        }
    }
}

/// Otherwise what follows would run against the service of a real application.
#[test]
fn the_recipe_ends_a_script_whose_emulator_does_not_start() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let start = "loginid-emulator >";
    let recipe = recipes()[1].replace(start, &format!("loginid-emulator --port {port} >"));
    assert!(recipe.contains("--port"), "{recipe}");
    for shell in ["sh", "bash"] {
        let script = format!("set +e\nexport LOGINID_EMULATOR_URL=old\n{recipe}echo tests run");
        let output = in_a_shell(shell, &script);
        assert!(!output.status.success() && output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(said.contains("the emulator did not start"), "{said}");
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

#[test]
fn a_mistake_on_the_command_line_is_explained() {
    for arguments in [&["--nonsense"][..], &["exec"], &["--port", "x"]] {
        let output = program().args(arguments).output().unwrap();
        assert_eq!(
            (output.status.code(), output.stdout.is_empty()),
            (Some(2), true)
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
        names.contains(&"doctor") && names.contains(&"--tls"),
        "{names:?}"
    );
    for name in names {
        assert!(page.contains(name), "it lacks {name}");
    }
}
