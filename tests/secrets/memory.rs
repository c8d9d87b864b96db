//! The private key is no longer in the process's memory after the client is freed, or
//! if it could not be made.
//!
//! The search runs in a separate process, which receives the key in a masked form, so
//! that only the library's copies can be found.

mod carried;
mod damaged;
mod give;
mod remembered;
mod search;
mod v2;

use std::io::{Read, Write};
use std::process::Stdio;

use loginid::ffi::lid_status;
use loginid_emulator::Emulator;
use serde_json::json;

use give::{Give, Settings, WAYS};
use search::{Masked, search, secrets_of};

use crate::part;

fn process(way: &str, end: &str) {
    let emulator = Emulator::start();
    let name = "memory::process_that_searches_itself";
    let handed = json!({"way": way, "end": end, "base_url": emulator.base_url()});
    let mut child = part::command(name, &handed)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let masked = Masked::new(emulator.private_key().bytes());
    let hex: String = masked.0.iter().map(|byte| format!("{byte:02x}")).collect();
    let mut input = child.stdin.take().expect("piped");
    writeln!(input, "{} {hex}", emulator.client_id()).expect("a reader");
    drop(input);
    let output = child.wait_with_output().expect("an end");
    println!("{way} {end}");
    part::demand_ran(
        name,
        output.status,
        &String::from_utf8_lossy(&output.stdout),
    );
}

#[test]
fn a_key_is_wiped_with_its_client_however_it_was_passed() {
    for (way, _) in WAYS {
        process(way, "used");
    }
}

#[test]
fn a_key_is_wiped_with_the_last_client_that_shares_it() {
    for end in ["parent first", "derived first"] {
        process("json", end);
    }
}

#[test]
fn a_key_is_wiped_when_the_configuration_is_refused() {
    for (way, _) in WAYS {
        process(way, "refused");
    }
}

#[test]
fn an_unusable_key_is_wiped_when_it_is_refused() {
    for (way, _) in WAYS {
        process(way, "unusable");
    }
}

#[test]
fn a_generated_key_is_wiped_with_its_string() {
    process("generated", "freed");
}

#[test]
#[ignore = "a part of the tests above: the process that is searched"]
fn process_that_searches_itself() {
    let handed = part::input();
    let text = |name: &str| handed[name].as_str().expect("a text");
    let (way, end, base_url) = (text("way"), text("end"), text("base_url"));
    let mut input = String::new();
    std::io::stdin().read_to_string(&mut input).expect("UTF-8");
    let (client_id, hex) = input.trim().split_once(' ').expect("two words");
    let digit = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).expect("hexadecimal");
    let key = match way {
        "generated" => give::generated(),
        _ => Masked((0..hex.len()).step_by(2).map(digit).collect()),
    };
    let settings = Settings {
        client_id,
        base_url,
        max_retries: 0,
    };
    let give = WAYS.iter().find(|(name, _)| *name == way);
    match (give, end) {
        (Some((_, give)), "used") => used(*give, &key, &settings),
        (Some((_, give)), "parent first") => shared(*give, &key, &settings, true),
        (Some((_, give)), "derived first") => shared(*give, &key, &settings, false),
        (Some((_, give)), "refused") => refused(way, *give, &key, &settings),
        (Some((_, give)), "unusable") => unusable(*give, &key, &settings),
        (None, "freed") => assert_wiped(&key, "freed"),
        _ => panic!("{way} {end}"),
    }
}

fn used(give: Give, key: &Masked, settings: &Settings<'_>) {
    let client = give(key, settings).expect("a client");
    client.service_token("users.retrieve").ok();
    client.add_user("ann").ok();
    client.get_user("ann").ok();
    let found = search(&secrets_of(key));
    assert!(!found.is_empty(), "the client's own key is not found");
    drop(client);
    assert_wiped(key, "used");
}

/// Of a client and one derived from it, the second to be freed still has the key.
fn shared(give: Give, key: &Masked, settings: &Settings<'_>, parent_first: bool) {
    let parent = give(key, settings).expect("a client");
    let derived = parent.with_options(r#"{"headers":{"x-a":"1"}}"#);
    let (first, second) = match parent_first {
        true => (parent, derived),
        false => (derived, parent),
    };
    first.service_token("users.retrieve").ok();
    drop(first);
    second.service_token("users.retrieve").ok();
    let found = search(&secrets_of(key));
    assert!(!found.is_empty(), "the key of the second is not found");
    drop(second);
    assert_wiped(key, "shared");
}

/// The key is intact; another field is wrong.
fn refused(way: &str, give: Give, key: &Masked, settings: &Settings<'_>) {
    for (what, settings) in [
        (
            "max_retries",
            Settings {
                max_retries: 99,
                ..*settings
            },
        ),
        (
            "client_id",
            Settings {
                client_id: "a b",
                ..*settings
            },
        ),
        (
            "base_url",
            Settings {
                base_url: "ftp://localhost",
                ..*settings
            },
        ),
    ] {
        match give(key, &settings) {
            Err(outcome) => assert_eq!(outcome.status, lid_status::LID_ERROR_CONFIG, "{what}"),
            // These constructors do not take this field.
            Ok(client) => {
                assert_eq!(what, "max_retries", "{way}");
                assert!(["argument", "management"].contains(&way), "{way}");
                drop(client);
            }
        }
        assert_wiped(key, what);
    }
}

fn unusable(give: Give, key: &Masked, settings: &Settings<'_>) {
    for (what, damaged) in damaged::keys(key) {
        let outcome = give(&damaged, settings).expect_err(what);
        assert_eq!(outcome.status, lid_status::LID_ERROR_PRIVATE_KEY, "{what}");
        assert_wiped(key, what);
    }
}

/// No part of the key is in memory. The search is checked: it would find one.
fn assert_wiped(key: &Masked, when: &str) {
    let secrets = secrets_of(key);
    let revealed = key.reveal();
    let found = search(&secrets);
    assert!(
        found.iter().any(|found| found.contains("line")),
        "the search is blind: {found:#?}"
    );
    drop(revealed);
    let found = search(&secrets);
    assert!(found.is_empty(), "{when}: {found:#?}");
}
