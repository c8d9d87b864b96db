//! Where settings come from, what is kept from one start to the next, and what is printed.

use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use loginid_emulator::Emulator;
use rustix::process::Signal;
use serde_json::{Value, json};

use super::{program, signal};
use crate::support::{App, get, send};

/// A program that serves, with what it printed.
struct Running {
    child: Child,
    stdout: String,
    stderr: BufReader<std::process::ChildStderr>,
}

impl Running {
    /// Starts it and waits for the line that says that it is ready.
    fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut stdout = String::new();
        child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut stdout)
            .unwrap();
        let mut running = Self {
            stderr: BufReader::new(child.stderr.take().unwrap()),
            child,
            stdout,
        };
        let line = running.line();
        assert!(
            line.starts_with("loginid-emulator: ready at http"),
            "{line}"
        );
        running
    }

    /// The next line of standard error.
    fn line(&mut self) -> String {
        let mut line = String::new();
        self.stderr.read_line(&mut line).unwrap();
        line.trim_end().to_owned()
    }

    fn variables(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("{}", self.stdout))
    }

    fn base_url(&self) -> String {
        let variables = self.variables();
        variables["LOGINID_BASE_URL"].as_str().unwrap().to_owned()
    }

    fn stop(mut self) {
        signal(&self.child, Signal::TERM);
        assert!(self.child.wait().unwrap().success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

fn in_json(arguments: &[&str]) -> Command {
    let mut command = program();
    command.args(["--output", "json"]).args(arguments);
    command
}

/// Key files of an application and of the service.
fn keys(folder: &Path) -> [String; 2] {
    let other = Emulator::start();
    ["app.pem", "service.pem"].map(|name| {
        let added = other.add_application(Default::default()).unwrap();
        fs::write(folder.join(name), added.private_key.unwrap()).unwrap();
        folder.join(name).to_str().unwrap().to_owned()
    })
}

#[test]
fn a_pinned_identity_is_the_same_at_each_start() {
    let folder = tempfile::tempdir().unwrap();
    let [app, service] = keys(folder.path());
    let api_key = folder.path().join("api.key");
    fs::write(&api_key, "a-secret\n").unwrap();
    let options = [
        "--v2-application-id",
        "SHOP-1",
        "--v2-api-key-file",
        api_key.to_str().unwrap(),
        "--client-id",
        "shop",
        "--private-key-file",
        &app,
        "--service-key-file",
        &service,
        "--v2-service-key-file",
        &app,
        "--clock",
        "1000000000",
    ];
    let seen = [(), ()].map(|()| {
        let running = Running::start(&mut in_json(&options));
        let variables = running.variables();
        let info = get(&running.base_url(), "/_emulator/").ok();
        let now = info["now"].as_i64().unwrap();
        assert!((1_000_000_000..1_000_000_100).contains(&now), "{now}");
        let certs = get(&running.base_url(), "/certs").body;
        let key_set = get(&running.base_url(), "/fido2/v2/.well-known/jwks.json").ok();
        running.stop();
        (
            variables["LOGINID_CLIENT_ID"].clone(),
            variables["LOGINID_PRIVATE_KEY"].clone(),
            info["kid"].clone(),
            certs,
            variables["LOGINID_V2_API_KEY"].clone(),
            variables["LOGINID_V2_APPLICATION_ID"].clone(),
            key_set,
        )
    });
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0].4, "a-secret");
    assert_eq!(seen[0].5, "SHOP-1");
    assert_eq!(seen[0].0, "shop");
    let pem = fs::read_to_string(&app).unwrap().replace('\n', "\\n");
    assert_eq!(seen[0].1, pem);
}

#[test]
fn an_option_wins_over_a_variable_and_a_variable_over_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let [..] = keys(folder.path());
    let file = folder.path().join("emulator.toml");
    fs::write(
        &file,
        "client_id = \"file\"\nrp_id = \"file.example\"\norigins = [\"https://a.example\"]\n\
         private_key_file = \"app.pem\"\noutput = \"json\"\nclock = 5\n",
    )
    .unwrap();
    let seen = |command: &mut Command| {
        let running = Running::start(command);
        let info = get(&running.base_url(), "/_emulator/").ok();
        let application = &info["applications"][0];
        running.stop();
        json!([
            application["client_id"],
            application["rp_id"],
            application["origins"].as_array().map(Vec::len),
        ])
    };
    let mut only_file = program();
    only_file.arg("--config").arg(&file);
    assert_eq!(seen(&mut only_file), json!(["file", "file.example", 1]));

    let mut all = program();
    all.env("LOGINID_EMULATOR_CONFIG", &file)
        .env("LOGINID_EMULATOR_CLIENT_ID", "variable")
        .env("LOGINID_EMULATOR_RP_ID", "variable.example")
        .env(
            "LOGINID_EMULATOR_ORIGINS",
            "https://b.example https://c.example",
        )
        .env("LOGINID_EMULATOR_PORT", "")
        .args(["--client-id", "option"]);
    assert_eq!(seen(&mut all), json!(["option", "variable.example", 2]));
}

#[test]
fn a_wrong_setting_is_named_with_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let typo = write("typo.toml", "prot = 1\n");
    let secret = write("secret.toml", "port = 0\nv2_api_key = \"CANARY\"\n");
    let not_a_key = write("key.pem", "no key\n");
    let seed = write(
        "seed.json",
        r#"{"users":[{"username":"ada"},{"username":"ada"}]}"#,
    );
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let colon = write("api.key", "a:b");
    let missing = folder.path().join("none").to_str().unwrap().to_owned();
    for (option, value, expected) in [
        ("--config", &typo, "typo.toml"),
        ("--config", &typo, "prot"),
        ("--config", &missing, &missing),
        ("--private-key-file", &not_a_key, "private key"),
        ("--service-key-file", &missing, &missing),
        ("--v2-service-key-file", &not_a_key, "service key of"),
        ("--seed", &seed, "users[1]"),
        ("--seed", &not_a_key, "--seed"),
        ("--seed", &not_a_key, "at line 1 column 2"),
        ("--port", &"70000".to_owned(), "--port: "),
        ("--clock", &"now".to_owned(), "--clock: "),
        ("--output", &"xml".to_owned(), "--output: "),
        ("--config", &secret, "secret.toml:2: unknown field"),
        ("--client-id", &"a b".to_owned(), "client id"),
        ("--port", &port, &port),
        ("--v2-application-id", &"a.b".to_owned(), "application id"),
        ("--v2-api-key-file", &colon, "API key"),
    ] {
        let output = program().args([option, value]).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{option}");
        assert!(stderr.contains(expected), "{option}: {stderr}");
        assert_eq!(stderr.lines().count(), 1, "{option}: {stderr}");
        assert!(!stderr.contains("CANARY"), "{option}: {stderr}");
    }
    let output = program()
        .env("LOGINID_EMULATOR_PORT", "many")
        .output()
        .unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(stderr.contains("LOGINID_EMULATOR_PORT: "), "{stderr}");
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_variable_that_is_no_setting_is_refused() {
    for (name, expected) in [
        (
            "LOGINID_EMULATOR_PROT",
            "there is no variable LOGINID_EMULATOR_PROT: did you mean LOGINID_EMULATOR_PORT?",
        ),
        (
            "LOGINID_EMULATOR_ORIGIN",
            "there is no variable LOGINID_EMULATOR_ORIGIN: did you mean LOGINID_EMULATOR_ORIGINS?",
        ),
        (
            "LOGINID_EMULATOR_SOMETHING",
            "there is no variable LOGINID_EMULATOR_SOMETHING",
        ),
    ] {
        for arguments in [&["exec", "true"][..], &["exec", "--port", "0", "true"]] {
            let output = program().env(name, "1").args(arguments).output().unwrap();
            let stderr = String::from_utf8(output.stderr).unwrap();
            assert_eq!(stderr.trim_end(), format!("loginid-emulator: {expected}"));
            assert_eq!(output.status.code(), Some(2));
        }
    }
    // What an emulator prints for its clients, names of others, and what is empty.
    let mut command = program();
    command
        .env("LOGINID_EMULATOR_URL", "http://localhost:1")
        .env("LOGINID_EMULATOR_TOKEN", "secret")
        .env("LOGINID_EMULATOR_PROT", "")
        .env("LOGINID_EMULATORS", "1");
    let output = command.args(["exec", "true"]).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

/// The README lists each variable. None of them is refused as unknown.
#[test]
fn every_variable_of_the_readme_is_a_setting() {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = fs::read_to_string(readme).unwrap();
    let rows = readme.lines().filter(|line| line.starts_with("| `--"));
    let names: Vec<_> = rows
        .filter_map(|row| row.split("`LOGINID_EMULATOR_").nth(1)?.split('`').next())
        .collect();
    assert_eq!(names.len(), 17);
    for name in names {
        // The value is wrong for most of them: only the name counts.
        let mut command = program();
        command.env(format!("LOGINID_EMULATOR_{name}"), "/\u{1}");
        let output = command.args(["exec", "true"]).output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert!(!stderr.contains("there is no variable"), "{name}: {stderr}");
    }
}

#[test]
fn variables_are_printed_in_three_forms() {
    let folder = tempfile::tempdir().unwrap();
    let [app, _] = keys(folder.path());
    let pinned = |form: &str| {
        let mut command = program();
        let options = [
            "--output",
            form,
            "--client-id",
            "shop",
            "--private-key-file",
            &app,
        ];
        Running::start(command.args(options))
    };
    let (export, env, json) = (pinned("export"), pinned("env"), pinned("json"));
    let key = fs::read_to_string(&app).unwrap().replace('\n', "\\n");
    assert!(export.stdout.contains("export LOGINID_CLIENT_ID='shop'\n"));
    assert!(export.stdout.lines().last().unwrap().starts_with("unset "));
    assert!(
        env.stdout
            .contains(&format!("\nLOGINID_PRIVATE_KEY={key}\n"))
    );
    let lines = env.stdout.lines();
    assert!(lines.clone().all(|line| line.starts_with("LOGINID_")));
    let variables = json.variables();
    assert_eq!(variables["LOGINID_PRIVATE_KEY"], key);
    assert_eq!(variables.as_object().unwrap().len(), lines.count());
    for running in [export, env, json] {
        running.stop();
    }
}

#[test]
fn the_log_says_why_a_request_was_refused() {
    let mut running = Running::start(&mut in_json(&["--log"]));
    let base_url = running.base_url();
    get(&base_url, "/certs?kid=secret");
    get(&base_url, "/nowhere");
    // The CSI of terminals, and a character that reorders a line.
    get(&base_url, "/a\u{9b}2J\u{202e}");
    let body = json!({"username": "ada"}).to_string();
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        (
            "X-Client-ID",
            running.variables()["LOGINID_CLIENT_ID"]
                .as_str()
                .unwrap()
                .to_owned(),
        ),
    ];
    send(&base_url, "POST", "/manage/users", &headers, &body).unwrap();
    send(
        &base_url,
        "POST",
        "/_emulator/reset",
        &[("Origin", "https://a.example".to_owned())],
        "",
    )
    .unwrap();
    get(&base_url, "/healthz");
    for expected in [
        "GET /certs 404 public_key key_not_found: ",
        "GET /nowhere 404 - not_found: There is no such route",
        "GET /a%C2%9B2J%E2%80%AE 404 - not_found: ",
        "POST /manage/users 401 add_user_without_credentials unauthorized: The operation requires a service token",
        "POST /_emulator/reset 403 - origin_not_allowed: ",
        "GET /healthz 200 -",
    ] {
        let line = running.line();
        assert!(line.contains(expected), "{line}");
        assert!(!line.contains("secret"), "{line}");
        assert_eq!(line.split(' ').next().unwrap().len(), 24, "{line}");
    }
    running.stop();
}

#[test]
fn an_export_is_a_seed() {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("seed.json");
    fs::write(
        &seed,
        r#"{"users":[{"username":"ada","credentials":[{"type":"password","password":"correct horse"}]}]}"#,
    )
    .unwrap();
    let log_in = |running: &Running| {
        let variables = running.variables();
        let emulator = Emulator::start();
        let key = variables["LOGINID_PRIVATE_KEY"].as_str().unwrap();
        let app = App {
            client_id: variables["LOGINID_CLIENT_ID"].as_str().unwrap().to_owned(),
            private_key: Some(key.replace("\\n", "\n")),
            ..App::of(&emulator)
        };
        let headers = [
            ("Content-Type", "application/json".to_owned()),
            ("X-Client-ID", app.client_id.clone()),
            (
                "Authorization",
                format!("Bearer {}", app.token("auth.login")),
            ),
        ];
        let body = json!({"username": "ada", "password": "correct horse"}).to_string();
        let base_url = running.base_url();
        let answer = send(&base_url, "POST", "/authenticate/password", &headers, &body);
        answer.unwrap().ok()["user"]["id"].clone()
    };
    let first = Running::start(&mut in_json(&["--seed", seed.to_str().unwrap()]));
    let id = log_in(&first);
    let export = get(&first.base_url(), "/_emulator/state").ok();
    assert!(!export.to_string().contains("correct horse"), "{export}");
    first.stop();
    fs::write(&seed, export.to_string()).unwrap();
    let second = Running::start(&mut in_json(&["--seed", seed.to_str().unwrap()]));
    assert_eq!(log_in(&second), id);
    second.stop();
}
