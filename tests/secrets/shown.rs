//! What can be printed: errors about configurations and keys, and Debug.

use loginid::{Client, Config};
use loginid_emulator::Emulator;
use serde_json::json;

use crate::capi::{Client as CClient, config};

fn assert_hidden(text: &str, secret: &str) {
    for line in secret.lines().filter(|line| !line.starts_with("-----")) {
        for part in line.as_bytes().chunks(12) {
            let part = std::str::from_utf8(part).expect("ASCII");
            assert!(part.len() < 12 || !text.contains(part), "{part} in {text}");
        }
    }
}

#[test]
fn debug_of_a_client_and_its_configuration_shows_no_secret() {
    let emulator = Emulator::start();
    let further = json!({
        "headers": {"cookie": "CANARY-header"},
        "proxy": "http://CANARY-user:CANARY-password@127.0.0.1:1",
    });
    let config = config(&emulator, further).to_string();
    let config = Config::from_json(&config).unwrap();
    let debug = format!("{config:?} {config:#?}");
    let client = Client::with_config(config).unwrap();
    let debug = format!("{debug} {client:?}");
    assert!(!debug.contains("CANARY"), "{debug}");
    assert!(!debug.contains("PRIVATE KEY"), "{debug}");
    assert_hidden(&debug, emulator.private_key());
}

/// Keys that cannot be used, made from one that can.
fn spoilt(key: &str) -> Vec<String> {
    let body: Vec<&str> = key.lines().collect();
    vec![
        key.replace("BEGIN PRIVATE", "BEGIN RSA PRIVATE")
            .replace("END PRIVATE", "END RSA PRIVATE"),
        key.replace("BEGIN PRIVATE", "BEGIN EC PRIVATE")
            .replace("END PRIVATE", "END EC PRIVATE"),
        key.replace("PRIVATE", "PUBLIC"),
        key.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY"),
        key.replace("PRIVATE KEY", "CERTIFICATE"),
        key.replace("-----END PRIVATE KEY-----", ""),
        key.replace("-----BEGIN PRIVATE KEY-----", ""),
        key.replace(body[1], &format!("{}!", &body[1][..63])),
        key.replace(body[1], &body[1].to_lowercase()),
        body[1..body.len() - 1].concat(),
        format!("{key}{key}").replace("PRIVATE KEY-----\n", "PRIVATE KEY "),
    ]
}

#[test]
fn errors_about_a_private_key_do_not_quote_it() {
    let emulator = Emulator::start();
    let key = emulator.private_key();
    for bad in spoilt(key) {
        let outcome = CClient::try_new(&config(&emulator, json!({"private_key": bad})));
        let text = outcome.expect_err("an unusable key").text;
        assert_hidden(&text, key);
    }
}

#[test]
fn errors_about_a_configuration_do_not_quote_its_secrets() {
    let emulator = Emulator::start();
    let key = emulator.private_key();
    let whole = config(
        &emulator,
        json!({"request_timeout_ms": 0, "proxy": "CANARY://x"}),
    );
    let whole = whole.to_string();
    // Cut anywhere, it is not JSON; whole, it is out of range.
    for end in 0..=whole.len() {
        let Some(text) = whole.get(..end) else {
            continue;
        };
        let error = Config::from_json(text).expect_err("unusable");
        let text = format!("{error:?} {}", error.to_json());
        assert_hidden(&text, key);
        assert!(!text.contains("CANARY"), "{text}");
    }
}
