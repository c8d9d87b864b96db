//! `loginid token`: decoding and verifying, for both services.

use std::path::Path;
use std::process::Output;

use loginid_emulator::{Emulator, TokenPart};
use serde_json::{Value, json};

use crate::support::{document, get, program, with_input};

/// A service with a token of a user.
struct Case {
    variables: Vec<(&'static str, String)>,
    token: String,
    audience: String,
}

fn v1(emulator: &Emulator) -> Case {
    let (id, key) = (emulator.client_id(), emulator.private_key());
    let client = loginid::Client::new(id, Some(key), Some(emulator.base_url())).unwrap();
    client.add_user_without_credentials("jane").unwrap();
    let login = emulator.login("jane").unwrap();
    Case {
        variables: vec![
            ("LOGINID_CLIENT_ID", emulator.client_id().to_owned()),
            ("LOGINID_BASE_URL", emulator.base_url().to_owned()),
        ],
        token: login["jwt"].as_str().unwrap().to_owned(),
        audience: emulator.client_id().to_owned(),
    }
}

fn v2(emulator: &Emulator) -> Case {
    let service = emulator.v2();
    let login = service.login("jane").unwrap();
    Case {
        variables: vec![("LOGINID_V2_BASE_URL", service.base_url().to_owned())],
        token: login["jwtAccess"].as_str().unwrap().to_owned(),
        audience: service.application_id().to_owned(),
    }
}

impl Case {
    fn verify(&self, arguments: &[&str]) -> Output {
        self.verify_token(arguments, &self.token)
    }

    fn verify_token(&self, arguments: &[&str], token: &str) -> Output {
        let mut command = program();
        command.args(["token", "verify"]).args(arguments);
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        let output = with_input(&mut command, token.as_bytes());
        let all = [output.stdout.as_slice(), &output.stderr].concat();
        let text = String::from_utf8(all).unwrap();
        assert!(!text.contains("eyJ"), "a token: {text}");
        output
    }
}

fn users(emulator: &Emulator) -> [Case; 2] {
    [v1(emulator), v2(emulator)]
}

/// The token with another last letter of its claims.
fn forged(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{signed}.{other}{}", &signature[1..])
}

#[test]
fn a_token_is_decoded_with_a_loud_warning() {
    let emulator = Emulator::start();
    for case in users(&emulator) {
        let decode = |arguments: &[&str]| {
            let mut command = program();
            command.args(["token", "decode"]).args(arguments);
            with_input(&mut command, format!("{}\n", case.token).as_bytes())
        };
        let output = decode(&[]);
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.starts_with("NOT VERIFIED: "), "{text}");
        assert!(
            text.contains(&format!("  aud: \"{}\"\n", case.audience)),
            "{text}"
        );
        assert!(
            text.contains("  alg: \"ES256\"\n") && text.contains(" GMT ("),
            "{text}"
        );
        assert!(!text.contains("eyJ"), "{text}");

        let output = decode(&["--json"]);
        let printed = document(&output);
        assert_eq!(printed["verified"], false);
        assert_eq!(printed["claims"]["aud"], case.audience.as_str());
        assert!(
            printed["times"]["iat"].as_str().unwrap().ends_with(" ago)"),
            "{printed}"
        );
        assert!(
            String::from_utf8(output.stderr)
                .unwrap()
                .contains("NOT VERIFIED")
        );
    }
    // What it says is printed without control characters.
    let token = emulator.sign_token(
        TokenPart::Json(json!({"alg": "ES256"})),
        TokenPart::Json(json!({"aud": "a\u{9b}31m\u{202e}b"})),
    );
    let output = with_input(program().args(["token", "decode"]), token.as_bytes());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("  aud: \"a 31m b\"\n"), "{text}");
}

#[test]
fn a_good_token_is_valid_and_others_are_not() {
    let emulator = Emulator::start();
    for case in users(&emulator) {
        let output = case.verify(&["--username", "jane", "--json"]);
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        let printed = document(&output);
        assert_eq!(printed["valid"], true);
        assert_eq!(printed["claims"]["aud"], case.audience.as_str());
        assert_eq!(printed["error"], Value::Null);
        let output = case.verify(&[]);
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            output.status.success() && text.starts_with("valid: "),
            "{text}"
        );

        for (arguments, token, code) in [
            (
                &["--json", "--username", "john"][..],
                case.token.clone(),
                "username_mismatch",
            ),
            (&["--json"], forged(&case.token), "invalid_signature"),
            (&["--json"], "CANARY".to_owned(), "malformed_token"),
            (&["--json"], String::new(), "malformed_token"),
        ] {
            let output = case.verify_token(arguments, &token);
            assert_eq!(output.status.code(), Some(1), "{output:?}");
            let printed = document(&output);
            assert_eq!(printed["valid"], false);
            assert_eq!(printed["error"]["code"], code);
            assert!(!printed.to_string().contains("CANARY"), "{printed}");
        }
    }
}

/// Writes a file, and returns its path.
fn write(folder: &Path, name: &str, text: &str) -> String {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path.to_str().unwrap().to_owned()
}

#[test]
fn keys_of_files_need_no_service() {
    let emulator = Emulator::start();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    let set = get(emulator.base_url(), KEY_SET);
    let key = write("key", &emulator.public_key());
    let set = write("set", &set.to_string());
    let other = Emulator::start();
    let other_key = write("other", &other.public_key());
    for (mut case, arguments) in users(&emulator)
        .into_iter()
        .zip([["--public-key", &key], ["--key-set", &set]])
    {
        // In a file of its own, too.
        let token = write("token", &format!("{}\n", case.token));
        let before = emulator.request_count();
        let output = case.verify_token(&[arguments[0], arguments[1], "--token-file", &token], "");
        assert_eq!(output.status.code(), Some(0), "{output:?}");
        assert_eq!(emulator.request_count(), before, "nothing is requested");
        if arguments[0] == "--public-key" {
            let output = case.verify(&["--public-key", &other_key]);
            assert_eq!(output.status.code(), Some(1), "{output:?}");
            // The configuration of a file in place of the variables.
            let config = json!({"client_id": case.audience, "base_url": "http://127.0.0.1:1"});
            let config = write("config", &config.to_string());
            case.variables.clear();
            let output = case.verify(&["--public-key", &key, "--config", &config]);
            assert_eq!(output.status.code(), Some(0), "{output:?}");
        }
    }
}

const KEY_SET: &str = "/fido2/v2/.well-known/jwks.json";

#[test]
fn bytes_that_are_no_text_are_an_invalid_token() {
    let emulator = Emulator::start();
    for case in users(&emulator) {
        let mut command = program();
        command.args(["token", "verify", "--json"]);
        command.envs(case.variables.iter().map(|(name, value)| (name, value)));
        let output = with_input(&mut command, &[case.token.as_bytes(), b"\xff"].concat());
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        assert_eq!(document(&output)["valid"], false);
    }
}

#[test]
fn files_with_duplicate_members_are_refused_as_in_a_program() {
    let emulator = Emulator::start();
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| write(folder.path(), name, text);
    let [v1, v2] = users(&emulator);
    let url = emulator.v2().base_url().to_owned();
    let id = emulator.client_id();
    let twice = write(
        "v2",
        &format!(r#"{{"base_url":"https://other.example","base_url":"{url}"}}"#),
    );
    let twice_v1 = write("v1", &format!(r#"{{"client_id":"a","client_id":"{id}"}}"#));
    let list = write("list", "[]");
    let set = get(emulator.base_url(), KEY_SET)["keys"].clone();
    let set = write("set", &format!(r#"{{"keys":[],"keys":{set}}}"#));
    let key = write("key", &emulator.public_key());
    for (case, arguments, code) in [
        (
            &v1,
            &["--config", &twice_v1, "--public-key", &key][..],
            "invalid_json",
        ),
        (&v2, &["--config", &twice], "invalid_json"),
        (&v2, &["--config", &list], "invalid_json"),
        (&v2, &["--key-set", &set], "invalid_json"),
    ] {
        let output = case.verify(&[arguments, &["--json"]].concat());
        assert_eq!(output.status.code(), Some(2), "{output:?}");
        assert_eq!(document(&output)["error"]["code"], code);
    }
}

#[test]
fn what_cannot_be_checked_is_neither_valid_nor_invalid() {
    let emulator = Emulator::start();
    for mut case in users(&emulator) {
        let (_, url) = case.variables.last_mut().unwrap();
        let port = url.rsplit(':').next().unwrap().to_owned();
        *url = url.replace(&port, "1");
        case.variables.push(("LOGINID_MAX_RETRIES", "0".to_owned()));
        case.variables
            .push(("LOGINID_V2_ISSUER", emulator.v2().base_url().to_owned()));
        if case.variables[0].0 == "LOGINID_CLIENT_ID" {
            case.variables.pop();
        }
        let output = case.verify(&["--json"]);
        assert_eq!(output.status.code(), Some(3), "{output:?}");
        let printed = document(&output);
        assert_eq!(printed["valid"], Value::Null);
        assert_eq!(printed["error"]["code"], "connect_failed");

        case.variables.push(("LOGINID_LEEWAY_S", "many".to_owned()));
        let output = case.verify(&[]);
        assert_eq!(output.status.code(), Some(2), "{output:?}");
    }
}

#[test]
fn the_token_of_a_transaction_is_verified_with_its_payload() {
    let emulator = Emulator::start();
    let folder = tempfile::tempdir().unwrap();
    let payload = folder.path().join("payload");
    std::fs::write(&payload, "pay 10").unwrap();
    let path = payload.to_str().unwrap();
    let case = v2(&emulator);
    // A login confirms nothing, and usage is checked first.
    let output = case.verify(&["--tx-payload", path, "--nonce", "n", "--json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let code = document(&output)["error"]["code"].clone();
    assert_eq!(code, "transaction_hash_missing");
    for arguments in [
        &["--tx-payload", path][..],
        &["--nonce", "n"],
        &["--public-key", path],
    ] {
        assert_eq!(
            case.verify(arguments).status.code(),
            Some(2),
            "{arguments:?}"
        );
    }
    let case = v1(&emulator);
    let output = case.verify(&["--tx-payload", path, "--json"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
}

#[test]
fn an_endless_token_ends_the_program_soon() {
    for command in ["decode", "verify"] {
        let endless = std::fs::File::open("/dev/zero").unwrap();
        let output = program()
            .args(["token", command])
            .env("LOGINID_CLIENT_ID", "shop")
            .stdin(endless)
            .output()
            .unwrap();
        // It is no token, whoever wrote it: not a mistake of the configuration.
        assert_eq!(output.status.code(), Some(1), "{output:?}");
        let all = [output.stdout, output.stderr].concat();
        let text = String::from_utf8(all).unwrap();
        assert!(text.contains("longer than 16384 bytes"), "{text}");
    }
    // Longer than the library takes.
    let long = "a".repeat(100_000);
    let output = with_input(program().args(["token", "decode"]), long.as_bytes());
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stderr.len() < 500);
    let missing = program()
        .args(["token", "decode", "--token-file"])
        .arg(Path::new("/no/such/file"))
        .output()
        .unwrap();
    assert_eq!(missing.status.code(), Some(2));
}

#[test]
fn a_token_is_read_from_standard_input_and_from_pipes() {
    let emulator = Emulator::start();
    let case = v1(&emulator);
    for file in ["-", "/dev/stdin", "/dev/fd/0"] {
        let output = case.verify(&["--token-file", file]);
        assert!(output.status.success(), "{file}: {output:?}");
    }
}
