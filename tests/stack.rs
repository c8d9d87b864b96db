//! The least stack that `docs/deploying.md` names for a thread is enough for every kind of call.
//! With `LOGINID_TORTURE=1` it also finds out how much each of them needs.

#[path = "support/capi.rs"]
mod capi;
mod common;
#[allow(dead_code, reason = "tests with counts use more of it")]
#[path = "support/torture.rs"]
mod torture;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use capi::{By, Client, V2Client, config, v2_config};
use common::compiler::{compile, link_library_into};
use common::process::run_within;
use common::root;
use loginid_emulator::Emulator;
use serde_json::json;
use torture::torture;

const PASSWORD: &str = "correct horse battery staple";
const KINDS: [(&str, &str); 14] = [
    ("new", "LID_OK"),
    ("with_options", "LID_OK"),
    ("generate_key_pair", "LID_OK"),
    ("generate_service_token", "LID_OK"),
    ("get_user", "LID_OK"),
    ("create_tx", "LID_OK"),
    ("authenticate_password", "LID_OK"),
    ("verify_token", "LID_OK"),
    ("wait_code", "LID_ERROR_TIMEOUT"),
    ("v2_new", "LID_OK"),
    ("v2_list_passkeys", "LID_OK"),
    ("v2_verify_token", "LID_OK"),
    ("v2_verify_otp", "LID_OK"),
    ("json", "LID_OK"),
];
/// Of the calls, as the program reads it.
const USER: &str = "ada@example.com";

struct Calls<'a> {
    folder: &'a Path,
    emulator: Emulator,
    token: String,
    v2_token: String,
}

impl Calls<'_> {
    /// Whether the call ends as expected on a stack of this size.
    fn work(&self, kind: &str, expected: &str, bytes: usize) -> Result<(), String> {
        let service = self.emulator.v2();
        let mut command = Command::new(self.folder.join("calls"));
        command
            .args([kind, &bytes.to_string()])
            .env("LOGINID_CLIENT_ID", self.emulator.client_id())
            .env("LOGINID_PRIVATE_KEY", self.emulator.private_key())
            .env("LOGINID_BASE_URL", self.emulator.base_url())
            .env("TOKEN", &self.token)
            // Not every resolver knows the host of the application.
            .env("LOGINID_V2_BASE_URL", self.emulator.base_url())
            .env("LOGINID_V2_APPLICATION_ID", service.application_id())
            .env("LOGINID_V2_API_KEY", service.api_key())
            .env("LOGINID_V2_ISSUER", service.base_url())
            .env("V2_TOKEN", &self.v2_token)
            .env("V2_CODE", self.v2_code(kind))
            .env("PASSWORD", PASSWORD);
        if let Some(ca) = self.emulator.ca_pem() {
            command.env("LOGINID_CA_PEM", ca);
        }
        let ended = run_within(Duration::from_secs(120), self.folder, &mut command);
        if ended.succeeded() && ended.output == format!("{kind}: {expected}\n") {
            return Ok(());
        }
        Err(format!(
            "{kind} on {bytes} bytes: {:?} {}",
            ended.status, ended.output
        ))
    }

    /// A new one-time code, for a call that needs one.
    fn v2_code(&self, kind: &str) -> String {
        if kind != "v2_verify_otp" {
            return String::new();
        }
        let client = V2Client::new(&v2_config(&self.emulator, json!({})));
        let made = client.create_otp(By::Name(USER)).ok();
        made["code"].as_str().expect("a code").to_owned()
    }

    /// The least multiple of 4 KiB that is enough.
    fn least(&self, kind: &str, expected: &str, enough: usize) -> usize {
        let (mut too_small, mut enough) = (4, enough / 1024);
        while enough - too_small > 4 {
            let middle = (too_small + enough) / 8 * 4;
            match self.work(kind, expected, middle * 1024) {
                Ok(()) => enough = middle,
                Err(_) => too_small = middle,
            }
        }
        enough
    }
}

/// The size in `docs/deploying.md`.
fn documented() -> usize {
    let page = fs::read_to_string(root().join("docs/deploying.md")).expect("the page");
    let (before, _) = page
        .split_once(" KiB of stack")
        .expect("'N KiB of stack' in the page");
    let number = before.rsplit([' ', '\n', '*']).next().expect("a number");
    1024 * number.parse::<usize>().expect("a number")
}

fn every_kind_of_call(emulator: Emulator) {
    let folder = tempfile::tempdir().expect("a folder");
    link_library_into(folder.path());
    compile(
        folder.path(),
        "calls",
        &[root().join("tests/stack/calls.c")],
    );
    let client = Client::new(&config(&emulator, json!({})));
    client.register_password(USER, PASSWORD).ok();
    let login = emulator.login(USER).expect("a user");
    let v2_login = emulator.v2().login(USER).expect("a login");
    let calls = Calls {
        folder: folder.path(),
        token: login["jwt"].as_str().expect("a token").to_owned(),
        v2_token: v2_login["jwtAccess"].as_str().expect("a token").to_owned(),
        emulator,
    };
    let documented = documented();
    for (kind, expected) in KINDS {
        if let Err(why) = calls.work(kind, expected, documented) {
            panic!("{why}");
        }
        if torture() {
            let least = calls.least(kind, expected, documented);
            println!("{kind}: {least} KiB");
        }
    }
}

#[test]
fn the_documented_stack_is_enough_for_every_kind_of_call_over_http() {
    every_kind_of_call(Emulator::start());
}

#[test]
fn the_documented_stack_is_enough_for_every_kind_of_call_over_https() {
    every_kind_of_call(Emulator::builder().tls().start());
}
