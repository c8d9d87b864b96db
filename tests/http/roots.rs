//! The trusted roots: those that variables name, and what cannot be read.

use std::fs;
use std::path::Path;

use loginid_emulator::Emulator;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::capi::lid_status::*;
use crate::capi::{Client, config};
use crate::part;

/// A configuration without CA certificates: the roots must contain the CA.
fn by_roots(emulator: &Emulator) -> Value {
    let mut config = config(emulator, json!({"max_retries": 0}));
    config.as_object_mut().expect("an object").remove("ca_pem");
    config
}

/// Runs a part with only these variables for roots.
fn with_roots(part: &str, input: &Value, file: Option<&Path>, folder: Option<&Path>) {
    let mut command = part::command(part, input);
    for (name, value) in [("SSL_CERT_FILE", file), ("SSL_CERT_DIR", folder)] {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    part::run_command(part, &mut command);
}

#[test]
fn roots_that_variables_name_are_trusted() {
    let emulator = Emulator::builder().tls().start();
    let (one, all) = (
        TempDir::new().expect("a folder"),
        TempDir::new().expect("a folder"),
    );
    let own = emulator.ca_pem().expect("TLS");
    let another = Emulator::builder().tls().start();
    let damaged = "-----BEGIN CERTIFICATE-----\nAAAA\n";
    let odd = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let text = format!(
        "\u{feff}{}{odd}{damaged}{}",
        another.ca_pem().expect("TLS"),
        own.replace('\n', "\r\n  ")
    );
    let file = one.path().join("roots.pem");
    fs::write(&file, text).expect("a file");
    fs::write(all.path().join("0.pem"), odd).expect("a file");
    fs::write(all.path().join("1.pem"), own).expect("a file");
    let config = by_roots(&emulator);
    let part = "roots::in_a_process_with_named_roots";
    with_roots(part, &config, Some(&file), None);
    with_roots(part, &config, None, Some(all.path()));
    with_roots(
        part,
        &config,
        Some(Path::new("/dev/null")),
        Some(all.path()),
    );
    with_roots(part, &config, Some(&file), Some(Path::new("/dev/null")));
    assert_eq!(emulator.request_count(), 4);
}

#[test]
#[ignore = "a part of the test above"]
fn in_a_process_with_named_roots() {
    let outcome = Client::new(&part::input()).get_user("nobody");
    assert_eq!(outcome.code(), "user_not_found", "{}", outcome.text);
}

#[test]
fn named_roots_that_cannot_be_read_are_an_error_and_nothing_is_cached() {
    let emulator = Emulator::builder().tls().start();
    let folder = TempDir::new().expect("a folder");
    let path = folder.path().join("roots");
    let mut input = json!({
        "config": by_roots(&emulator), "path": path, "ca_pem": emulator.ca_pem(),
        "variable": "SSL_CERT_FILE",
    });
    let part = "roots::in_a_process_whose_roots_come_late";
    with_roots(part, &input, Some(&path), None);
    fs::remove_file(&path).expect("the file that the part made");
    input["variable"] = "SSL_CERT_DIR".into();
    with_roots(part, &input, None, Some(&path));
    assert_eq!(emulator.request_count(), 2);
}

#[test]
#[ignore = "a part of the test above"]
fn in_a_process_whose_roots_come_late() {
    let input = part::input();
    let text = |name: &str| input[name].as_str().expect("a text");
    let path = Path::new(text("path"));
    for _ in 0..2 {
        let outcome = Client::try_new(&input["config"]).expect_err("no roots");
        assert_eq!(outcome.status, LID_ERROR_CONFIG, "{}", outcome.text);
        assert_eq!(outcome.code(), "unreadable_file", "{}", outcome.text);
        let expected = format!(
            "{}: cannot read '{}': No such file",
            text("variable"),
            text("path")
        );
        assert!(outcome.text.contains(&expected), "{}", outcome.text);
        // Without TLS they are not needed.
        let mut plain = input["config"].clone();
        plain["base_url"] = "http://127.0.0.1:1".into();
        Client::new(&plain);
    }
    if text("variable") == "SSL_CERT_DIR" {
        fs::create_dir(path).expect("a folder");
        fs::write(path.join("ca.pem"), text("ca_pem")).expect("a file");
    } else {
        fs::write(path, text("ca_pem")).expect("a file");
    }
    let outcome = Client::new(&input["config"]).get_user("nobody");
    assert_eq!(outcome.code(), "user_not_found", "{}", outcome.text);
}

#[test]
fn a_full_descriptor_table_is_an_error_and_the_next_client_reads_the_roots_again() {
    let emulator = Emulator::builder().tls().start();
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("roots.pem");
    fs::write(&file, emulator.ca_pem().expect("TLS")).expect("a file");
    let part = "roots::in_a_process_with_a_full_descriptor_table";
    let mut input = json!({"config": by_roots(&emulator), "named": true});
    with_roots(part, &input, Some(&file), None);
    with_roots(part, &input, None, Some(folder.path()));
    assert_eq!(emulator.request_count(), 2);
    // The system's own roots.
    input["named"] = false.into();
    with_roots(part, &input, None, None);
}

#[test]
#[ignore = "a part of the test above"]
fn in_a_process_with_a_full_descriptor_table() {
    let input = part::input();
    let usual = getrlimit(Resource::Nofile);
    let none = Rlimit {
        current: Some(0),
        maximum: usual.maximum,
    };
    setrlimit(Resource::Nofile, none).expect("a lower limit");
    let outcome = Client::try_new(&input["config"]);
    setrlimit(Resource::Nofile, usual).expect("the limit before");
    let outcome = outcome.expect_err("no descriptor");
    assert_eq!(outcome.status, LID_ERROR_CONFIG, "{}", outcome.text);
    assert_eq!(outcome.code(), "unreadable_file", "{}", outcome.text);
    assert!(
        outcome.text.contains("Too many open files"),
        "{}",
        outcome.text
    );
    let client = Client::new(&input["config"]);
    if input["named"] == true {
        let outcome = client.get_user("nobody");
        assert_eq!(outcome.code(), "user_not_found", "{}", outcome.text);
    }
}
