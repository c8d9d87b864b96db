//! `loginid config check`: what is in effect and from where, without a connection.

use std::net::TcpListener;
use std::process::Output;

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{document, program};

fn check(variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = program();
    command.args(["config", "check"]).args(arguments);
    command.envs(variables.iter().copied()).output().unwrap()
}

fn setting(service: &Value, name: &str) -> Value {
    let settings = service["settings"].as_array().unwrap();
    let found = settings.iter().find(|setting| setting["name"] == name);
    found
        .unwrap_or_else(|| panic!("no {name} in {service}"))
        .clone()
}

#[test]
fn each_setting_has_its_value_and_source_and_nothing_is_connected_to() {
    let emulator = Emulator::start();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let address = listener.local_addr().unwrap();
    let (url, proxy) = (
        format!("http://{address}/"),
        format!("http://me:CANARY@{address}"),
    );
    let variables = [
        ("LOGINID_CLIENT_ID", "shop"),
        ("LOGINID_PRIVATE_KEY", emulator.private_key()),
        ("LOGINID_BASE_URL", &url),
        ("LOGINID_V2_BASE_URL", "http://app1.localhost:1"),
        ("LOGINID_V2_API_KEY", "CANARY"),
        ("LOGINID_MAX_RETRIES", "7"),
        ("LOGINID_PROXY", &proxy),
    ];
    let output = check(&variables, &["--json"]);
    assert!(output.status.success(), "{output:?}");
    let printed = document(&output);
    assert_eq!(printed["valid"], true);
    let [v1, v2] = printed["services"].as_array().unwrap().as_slice() else {
        panic!("{printed}");
    };
    assert_eq!(
        (&v1["service"], &v2["service"]),
        (&json!("v1"), &json!("v2"))
    );
    for service in [v1, v2] {
        assert_eq!(
            setting(service, "max_retries"),
            json!({"name": "max_retries", "variable": "LOGINID_MAX_RETRIES", "value": 7,
                   "source": "LOGINID_MAX_RETRIES"})
        );
        assert_eq!(
            setting(service, "leeway_s"),
            json!({"name": "leeway_s", "variable": "LOGINID_LEEWAY_S", "value": 60,
                   "source": "default"})
        );
        assert_eq!(setting(service, "proxy")["value"], "(not shown)");
        assert_eq!(setting(service, "headers")["variable"], Value::Null);
    }
    let hidden = setting(v1, "private_key");
    assert_eq!(hidden["value"], "(not shown)");
    assert_eq!(setting(v1, "base_url")["value"], url.trim_end_matches('/'));
    assert_eq!(setting(v2, "application_id")["value"], "app1");
    assert_eq!(setting(v2, "application_id")["source"], "default");
    assert_eq!(setting(v2, "issuer")["value"], "http://app1.localhost:1");

    let text = check(&variables, &[]);
    let text = String::from_utf8(text.stdout).unwrap();
    assert!(
        text.contains("  max_retries        7  [LOGINID_MAX_RETRIES]\n"),
        "{text}"
    );
    for shown in [text, printed.to_string()] {
        assert!(
            !shown.contains("CANARY") && !shown.contains("MIG"),
            "{shown}"
        );
    }
    assert!(listener.accept().is_err(), "nothing is connected to");
}

#[test]
fn a_mistake_is_the_librarys_error() {
    let output = check(
        &[("LOGINID_CLIENT_ID", "shop"), ("LOGINID_MAX_RETRIES", "11")],
        &["--json"],
    );
    assert_eq!(output.status.code(), Some(1));
    let printed = document(&output);
    assert_eq!(printed["valid"], false);
    let error = &printed["services"][0]["error"];
    assert_eq!(error["code"], "out_of_range");
    assert_eq!(error["status"], "LID_ERROR_CONFIG");
    let none = check(&[], &[]);
    assert_eq!(none.status.code(), Some(2), "{none:?}");
}

#[test]
fn a_file_is_read_as_the_library_reads_it() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, config: Value| {
        let path = folder.path().join(name);
        std::fs::write(&path, config.to_string()).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let headers = json!({"x-secret": "CANARY"});
    let v1 = write("v1", json!({"client_id": "shop", "headers": headers}));
    let v2 = write(
        "v2",
        json!({"base_url": "https://app1.api.loginid.io", "api_key": "CANARY"}),
    );
    for (path, service) in [(&v1, "v1"), (&v2, "v2")] {
        // The environment does not count.
        let output = check(
            &[("LOGINID_MAX_RETRIES", "11")],
            &["--file", path, "--json"],
        );
        assert!(output.status.success(), "{output:?}");
        let printed = document(&output);
        assert_eq!(printed["services"][0]["service"], service);
        assert!(!printed.to_string().contains("CANARY"), "{printed}");
    }
    let output = check(&[], &["--file", &v1, "--json"]);
    let client_id = setting(&document(&output)["services"][0], "client_id");
    assert_eq!(client_id["source"], "file");
    let wrong = write(
        "wrong",
        json!({"client_id": "shop", "max_retrys": "CANARY"}),
    );
    let output = check(&[], &["--file", &wrong]);
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        text.contains("max_retrys") && text.contains("(unknown_field)"),
        "{text}"
    );
    assert!(!text.contains("CANARY"), "{text}");
    let output = check(&[], &["--file", "/no/such/file"]);
    assert_eq!(output.status.code(), Some(2));
}
