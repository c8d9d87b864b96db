//! `loginid doctor`: its findings for good and bad configurations.

mod certificates;
mod keys;
mod proxy;
mod settings;
mod v2;

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

use loginid_emulator::Emulator;

use crate::support::{emulator_program, program};

/// The doctor with a good configuration, which tests change.
struct Doctor(Command);

/// Its findings, and whether all is well.
struct Findings {
    well: bool,
    text: String,
}

impl Doctor {
    fn of(emulator: &Emulator) -> Self {
        Self::without_settings()
            .set("LOGINID_BASE_URL", emulator.base_url())
            .set("LOGINID_CLIENT_ID", emulator.client_id())
            .set("LOGINID_PRIVATE_KEY", emulator.private_key())
    }

    fn without_settings() -> Self {
        let mut command = program();
        command.arg("doctor");
        Self(command)
            // Long enough for a loaded machine.
            .set("LOGINID_CONNECT_TIMEOUT_MS", "60000")
            .set("LOGINID_REQUEST_TIMEOUT_MS", "60000")
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    fn public_key(mut self, file: &Path) -> Self {
        self.0.arg("--public-key").arg(file);
        self
    }

    fn findings(mut self) -> Findings {
        let output = self.0.output().unwrap();
        assert!(output.stderr.is_empty(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            !text.contains("MIG") && !text.contains("eyJ"),
            "a key or token: {text}"
        );
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1)), "{code:?}");
        let findings = Findings {
            well: code == Some(0),
            text,
        };
        assert_eq!(
            findings.well,
            !findings.text.contains("problem "),
            "{}",
            findings.text
        );
        findings
    }
}

impl Findings {
    /// Asserts that the line of this verdict and subject contains the words.
    fn has(&self, verdict: &str, subject: &str, words: &str) -> &Self {
        let start = format!("{verdict:<8} {subject:<17} ");
        let found = self
            .text
            .lines()
            .any(|line| line.starts_with(&start) && line.contains(words));
        assert!(
            found,
            "no '{verdict} {subject} … {words}' in:\n{}",
            self.text
        );
        self
    }

    /// Asserts that this is the only problem.
    fn only(&self, subject: &str, words: &str) {
        self.has("problem", subject, words);
        let problems = self.text.lines().filter(|line| line.starts_with("problem"));
        assert_eq!(problems.count(), 1, "{}", self.text);
        assert!(self.text.contains("To do: "), "{}", self.text);
    }
}

/// An address without a listener.
fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[test]
fn good_configurations_pass_over_http_and_https() {
    let plain = Emulator::start();
    let findings = Doctor::of(&plain).findings();
    assert!(findings.well, "{}", findings.text);
    for subject in [
        "client id",
        "private key",
        "base URL",
        "name",
        "connection",
        "clock",
        "service",
        "service token",
    ] {
        findings.has("ok", subject, "");
    }
    findings.has("ok", "proxy", "none");

    let secure = Emulator::builder().tls().start();
    let findings = Doctor::of(&secure)
        .set("LOGINID_CA_PEM", secure.ca_pem().unwrap())
        .findings();
    assert!(findings.well, "{}", findings.text);
    findings
        .has("ok", "trusted roots", "1 of LOGINID_CA_PEM")
        .has(
            "ok",
            "certificate",
            "issued by CN=loginid-emulator throw-away CA",
        );
}

#[test]
fn exec_sets_what_the_doctor_needs() {
    for tls in [false, true] {
        let mut command = Command::new(emulator_program());
        command.arg("exec").args(tls.then_some("--tls")).args([
            "--",
            env!("CARGO_BIN_EXE_loginid"),
            "doctor",
        ]);
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}");
        assert!(text.contains("ok       service token"), "{text}");
        assert!(text.contains("ok       v2 grant"), "{text}");
        assert!(!text.contains("note"), "{text}");
    }
}
