//! Everything that can be printed: errors about configurations and keys, and Debug.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use loginid::ffi::lid_new_from_env;
use loginid::{Client, Config, v2};
use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::capi::{Client as CClient, V2Client, config};
use crate::part;

fn assert_hidden(text: &str, secret: &str) {
    for line in secret.lines().filter(|line| !line.starts_with("-----")) {
        for part in line.as_bytes().windows(12) {
            let part = std::str::from_utf8(part).expect("ASCII");
            assert!(!text.contains(part), "{part} in {text}");
        }
    }
}

#[test]
fn debug_of_a_client_and_its_configuration_shows_no_secret() {
    let emulator = Emulator::start();
    let further = json!({
        "headers": {"cookie": "CANARY-header"},
        "proxy": "http://CANARY-user:CANARY-password@127.0.0.1:1",
        // A loopback host would not be reached through the proxy.
        "base_url": "https://elsewhere.invalid",
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

/// Unusable keys, made from a usable one.
fn damaged(key: &str) -> Vec<String> {
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
    for bad in damaged(key) {
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
    // Truncated, it is not JSON; complete, it is out of range.
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

/// The forms of a key in a wrong place.
fn misplaced(key: &str) -> Vec<String> {
    let lines: Vec<&str> = key.lines().collect();
    let body = lines[1..lines.len() - 1].concat();
    // Base64 has slashes, so a key may look like a path of short names.
    let mut with_slashes = lines[2].to_owned();
    with_slashes.insert(20, '/');
    with_slashes.insert(41, '/');
    vec![
        key.to_owned(),
        key.trim_end().replace('\n', "\\n"),
        key.replace('\n', ""),
        lines[1..].join("\n"),
        lines[1..].join("\\n"),
        lines[1..].concat(),
        lines[1].to_owned(),
        lines[2].to_owned(),
        format!("/{body}"),
        format!("./{body}"),
        format!("{}.pem", lines[2]),
        format!("/{with_slashes}.pem"),
        body,
    ]
}

/// The fields that the documentation names.
fn fields() -> Vec<String> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/configuration.md");
    let text = std::fs::read_to_string(path).expect("the documentation");
    let first_cells = text.lines().filter_map(|line| line.split('|').nth(1));
    let names = first_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2).map(str::to_owned));
    let names: Vec<String> = names.collect();
    for known in ["private_key_file", "ca_file", "headers", "proxy"] {
        assert!(names.iter().any(|name| name == known), "no {known}");
    }
    names
}

#[test]
fn a_key_instead_of_a_path_is_refused_and_not_quoted() {
    let emulator = Emulator::start();
    let key = emulator.private_key();
    for (field, instead) in [("private_key_file", "private_key"), ("ca_file", "ca_pem")] {
        for text in misplaced(key) {
            let mut config = config(&emulator, json!({field: text}));
            config.as_object_mut().unwrap().remove(instead);
            let outcome = CClient::try_new(&config).expect_err("no path");
            assert_hidden(&outcome.text, key);
            let pem = text.contains("-----") || text.contains('\n');
            let code = if pem {
                "invalid_field"
            } else {
                "unreadable_file"
            };
            assert_eq!(outcome.code(), code, "{}", outcome.text);
            let message = outcome.error("message").to_string();
            assert!(message.contains(field), "{message}");
            // If the text may be a key, the message says where keys belong.
            assert!(message.contains(instead), "{message}");
        }
    }
}

/// Hexadecimal, an identifier, or one word.
#[test]
fn an_api_key_instead_of_a_path_is_not_quoted() {
    for key in [
        "0123456789abcdef0123456789abcdef",
        "01234567-89ab-cdef-0123-456789abcdef",
        "key_0123456789_canary",
        "CANARYCANARY1234",
    ] {
        let config = json!({"base_url": "https://a.api.loginid.io", "api_key_file": key});
        let outcome = V2Client::try_new(&config).expect_err("no file");
        assert_eq!(outcome.code(), "unreadable_file");
        assert!(!outcome.text.contains(key), "{}", outcome.text);
        let message = outcome.error("message").to_string();
        assert!(message.contains("use api_key)"), "{message}");
    }
}

#[test]
fn a_path_that_cannot_be_read_is_shown() {
    let paths = [
        "key.pem",
        "api-key",
        "loginid-service.pem",
        "/run/secrets/loginid_key",
    ];
    for path in paths.into_iter().chain(["../no such/key.pem"]) {
        let config = json!({"client_id": "a", "private_key_file": path});
        let outcome = CClient::try_new(&config).expect_err("no file");
        assert_eq!(outcome.code(), "unreadable_file");
        assert!(outcome.text.contains(path), "{}", outcome.text);
    }
}

#[test]
fn a_key_anywhere_in_a_configuration_is_not_quoted() {
    let emulator = Emulator::start();
    let key = emulator.private_key();
    let mut refused = 0;
    let mut shows_nothing = |config: &str| {
        if let Err(error) = Config::from_json(config).and_then(Client::with_config) {
            refused += 1;
            assert_hidden(&format!("{error:?} {}", error.to_json()), key);
        }
    };
    for text in misplaced(key) {
        for field in fields() {
            for value in [
                json!(text),
                json!([text]),
                json!({ &text: text }),
                json!({ &text: 1 }),
                json!({"x-name": text}),
            ] {
                shows_nothing(&json!({"client_id": "a", &field: value}).to_string());
            }
        }
        for config in [json!(text), json!([text]), json!({ &text: text })] {
            shows_nothing(&config.to_string());
        }
        shows_nothing(&text);
        shows_nothing(&format!("{{\"client_id\":\"a\"}}{text}"));
    }
    assert!(refused > 1000, "{refused}");
}

#[test]
fn a_key_in_an_environment_variable_for_a_path_is_not_quoted() {
    let emulator = Emulator::start();
    for variable in ["LOGINID_PRIVATE_KEY_FILE", "LOGINID_CA_FILE"] {
        for text in misplaced(emulator.private_key()) {
            let name = "shown::process_with_an_environment";
            let output = part::command(name, &Value::Null)
                .env("LOGINID_CLIENT_ID", "a")
                .env(variable, text)
                .output()
                .expect("a process");
            let printed = String::from_utf8_lossy(&output.stdout);
            part::demand_ran(name, output.status, &printed);
            assert!(printed.contains("LID_ERROR_CONFIG"), "{printed}");
            assert_hidden(&printed, emulator.private_key());
            assert_hidden(
                &String::from_utf8_lossy(&output.stderr),
                emulator.private_key(),
            );
        }
    }
}

#[test]
#[ignore = "a part of the test above: the process whose environment is read"]
fn process_with_an_environment() {
    // SAFETY: the pointers are of living variables.
    let made = CClient::of(|client, out| unsafe { lid_new_from_env(client, out) });
    println!("{}", made.expect_err("no path").text);
}

/// An API key looks like any other text, so only its alphabet gives it away.
const API_KEY: &str = "CaN4RyKe-y0123_456789AbCdEfGhIjKlMnOpQrStUv";

/// The forms of an API key in a wrong place.
fn misplaced_api_key() -> [String; 6] {
    [
        API_KEY.to_owned(),
        format!("{API_KEY}\n"),
        format!("Basic {}", STANDARD.encode(format!("{API_KEY}:"))),
        format!("/{API_KEY}"),
        format!("/run/secrets/{API_KEY}"),
        format!("{API_KEY}:"),
    ]
}

fn assert_api_key_hidden(text: &str) {
    assert_hidden(text, API_KEY);
    assert_hidden(text, &STANDARD.encode(API_KEY));
}

#[test]
fn an_api_key_anywhere_in_a_configuration_is_not_quoted() {
    let mut refused = 0;
    let mut shows_nothing = |config: &str| {
        if let Err(error) = v2::Config::from_json(config).and_then(v2::Client::with_config) {
            refused += 1;
            assert_api_key_hidden(&format!("{error:?} {}", error.to_json()));
        }
    };
    for text in misplaced_api_key() {
        for field in fields() {
            for value in [
                json!(text),
                json!([text]),
                json!({ &text: text }),
                json!({ &text: 1 }),
                json!({"x-name": text}),
            ] {
                let base_url = "https://app.elsewhere.invalid";
                shows_nothing(&json!({"base_url": base_url, &field: value}).to_string());
                let mut config = json!({"base_url": base_url, "api_key": text});
                config[&field] = value;
                shows_nothing(&config.to_string());
            }
        }
        for config in [json!(text), json!([text]), json!({ &text: text })] {
            shows_nothing(&config.to_string());
        }
        shows_nothing(&text);
        for base_url in [
            format!("https://{text}@app.elsewhere.invalid"),
            format!("https://app.elsewhere.invalid/{text}"),
            format!("https://app.elsewhere.invalid?{text}"),
            format!("https://app.elsewhere.invalid:{text}"),
        ] {
            shows_nothing(&json!({ "base_url": base_url }).to_string());
        }
    }
    assert!(refused > 500, "{refused}");
}

#[test]
fn an_api_key_in_a_cut_or_wrong_configuration_is_not_quoted() {
    let whole = json!({
        "base_url": "https://app.elsewhere.invalid", "api_key": API_KEY, "max_retries": 99,
        "headers": {"cookie": "CANARY-header"}, "proxy": "CANARY://x",
    });
    let whole = whole.to_string();
    for end in 0..=whole.len() {
        let error = v2::Config::from_json(&whole[..end]).expect_err("unusable");
        let text = format!("{error:?} {}", error.to_json());
        assert_api_key_hidden(&text);
        assert!(!text.contains("CANARY"), "{text}");
    }
}

#[test]
fn debug_of_a_v2_client_and_its_configuration_shows_no_secret() {
    let config = json!({
        "base_url": "https://app.elsewhere.invalid", "api_key": API_KEY,
        "headers": {"cookie": "CANARY-header"},
        "proxy": "http://CANARY-user:CANARY-password@127.0.0.1:1",
    });
    let config = v2::Config::from_json(&config.to_string()).unwrap();
    let debug = format!("{config:?} {config:#?}");
    let client = v2::Client::with_config(config).unwrap();
    let options = r#"{"headers":{"x-key":"CANARY-option"}}"#;
    let derived = client.with_options(Some(options), None).unwrap();
    let debug = format!("{debug} {client:?} {derived:#?}");
    assert!(!debug.contains("CANARY"), "{debug}");
    assert_api_key_hidden(&debug);
}

#[test]
fn an_api_key_in_an_environment_variable_for_another_value_is_not_quoted() {
    for variable in [
        "LOGINID_V2_API_KEY_FILE",
        "LOGINID_V2_BASE_URL",
        "LOGINID_CA_FILE",
        "LOGINID_MAX_RETRIES",
        // Misspelt.
        "LOGINID_V2_APIKEY",
    ] {
        for text in misplaced_api_key() {
            let name = "shown::process_with_a_v2_environment";
            let mut command = part::command(name, &Value::Null);
            command
                .env("LOGINID_V2_BASE_URL", "https://app.elsewhere.invalid")
                .env(variable, text);
            let output = command.output().expect("a process");
            let printed = String::from_utf8_lossy(&output.stdout);
            part::demand_ran(name, output.status, &printed);
            assert!(
                printed.contains("LID_ERROR_CONFIG"),
                "{variable}: {printed}"
            );
            assert_api_key_hidden(&printed);
            assert_api_key_hidden(&String::from_utf8_lossy(&output.stderr));
        }
    }
}

#[test]
#[ignore = "a part of the test above: the process whose environment is read"]
fn process_with_a_v2_environment() {
    let error = v2::Config::from_env().expect_err("a wrong value");
    println!("{} {error:?}", error.to_json());
}
