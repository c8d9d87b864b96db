//! Programs with their own fork handlers, which link the shared library or the archive, register
//! their handlers before the archive does, or load the library with `dlopen` after that.

#[path = "support/capi.rs"]
mod capi;
mod common;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use capi::{Client, config};
use common::compiler::{cc, link_library_into, run};
use common::process::run_within;
use common::{root, shared_library};
use loginid_emulator::Emulator;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256, RsaKeySize};
use serde_json::json;
use tempfile::TempDir;

/// What the archive needs, as `loginid.pc.in` says.
const ARCHIVE_NEEDS: [&str; 2] = ["-lm", "-ldl"];

/// Makes the loader find the library beside the program.
const BESIDE: &str = "-Wl,-rpath,$ORIGIN";

/// The program's sources.
const SOURCES: [&str; 4] = ["program.c", "handlers.c", "inside.c", "support.c"];

struct Programs {
    folder: TempDir,
    names: [&'static str; 6],
}

/// The program, compiled in each way.
fn programs() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| {
        let folder = TempDir::new().expect("a folder for the programs");
        link_library_into(folder.path());
        let (search, archive) = (folder.path(), shared_library().with_extension("a"));
        let with_archive = |options: &[&str]| {
            let options = options.iter().map(OsString::from);
            let needs = ARCHIVE_NEEDS.map(OsString::from);
            options
                .chain([archive.clone().into()])
                .chain(needs)
                .collect()
        };
        let ways: [(&str, Vec<OsString>); 6] = [
            (
                "linked",
                vec![
                    "-L".into(),
                    search.into(),
                    "-lloginid".into(),
                    BESIDE.into(),
                ],
            ),
            ("with_archive", with_archive(&[])),
            (
                "before_archive",
                with_archive(&["-DHANDLERS_FIRST", "-no-pie"]),
            ),
            ("static", with_archive(&["-DHANDLERS_FIRST", "-static"])),
            (
                "static_pie",
                with_archive(&["-DHANDLERS_FIRST", "-static-pie"]),
            ),
            (
                "by_dlopen",
                vec!["-DBY_DLOPEN".into(), "-ldl".into(), BESIDE.into()],
            ),
        ];
        for (name, arguments) in &ways {
            compile(&folder.path().join(name), arguments);
        }
        let names = ways.map(|(name, _)| name);
        Programs { folder, names }
    })
}

fn compile(program: &Path, arguments: &[OsString]) {
    run(cc()
        .arg("-std=gnu99")
        .arg("-g")
        .arg("-I")
        .arg(root().join("include"))
        .args(SOURCES.map(|name| root().join("tests/fork_handlers").join(name)))
        .arg("-o")
        .arg(program)
        .args(arguments)
        .arg("-pthread"));
}

/// A configuration with the client certificate of an RSA key: reading it takes milliseconds.
fn config_with_rsa_key(emulator: &Emulator) -> &'static str {
    static CONFIG: OnceLock<String> = OnceLock::new();
    CONFIG.get_or_init(|| {
        let key = KeyPair::generate_rsa_for(&PKCS_RSA_SHA256, RsaKeySize::_3072).expect("a key");
        let certificate = CertificateParams::default()
            .self_signed(&key)
            .expect("a certificate");
        let identity = json!({
            "client_cert_pem": certificate.pem(),
            "client_key_pem": key.serialize_pem(),
        });
        config(emulator, identity).to_string()
    })
}

/// Runs a case in each way.
fn run_case(case: &str) {
    // One at a time: they measure how long forks take.
    static ALONE: Mutex<()> = Mutex::new(());
    let _alone = ALONE.lock().unwrap_or_else(PoisonError::into_inner);
    let programs = programs();
    let emulator = Emulator::start();
    Client::new(&config(&emulator, json!({})))
        .add_user("ada")
        .ok();
    let login = emulator.login("ada").expect("a user");
    for name in programs.names {
        let program: PathBuf = programs.folder.path().join(name);
        let folder = TempDir::new().expect("a folder for the output");
        let mut command = Command::new(program);
        command
            .arg(case)
            .env("LOGINID_BASE_URL", emulator.base_url())
            .env("LOGINID_CLIENT_ID", emulator.client_id())
            .env("LOGINID_PRIVATE_KEY", emulator.private_key())
            .env("TEST_CONFIG", config_with_rsa_key(&emulator))
            .env("TEST_TOKEN", login["jwt"].as_str().expect("a token"));
        let ended = run_within(Duration::from_secs(120), folder.path(), &mut command);
        assert!(
            ended.succeeded() && ended.output.ends_with("done\n"),
            "{name}: {:?}\n{}",
            ended.status,
            ended.output
        );
        print!("{name}: {}", ended.output);
    }
}

#[test]
fn a_lock_is_held_during_calls_and_forks() {
    run_case("a_lock_is_held_during_calls_and_forks");
}

#[test]
fn threads_are_joined_before_each_fork() {
    run_case("threads_are_joined_before_each_fork");
}

#[test]
fn the_lock_is_taken_by_threads_that_end() {
    run_case("the_lock_is_taken_by_threads_that_end");
}

#[test]
fn a_handler_waits_for_a_call() {
    run_case("a_handler_waits_for_a_call");
}

#[test]
fn forks_meet_threads_inside() {
    run_case("forks_meet_threads_inside");
}
