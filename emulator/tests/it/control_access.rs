//! Who may use the control API: no page of another origin, no other name for this machine, and no other
//! computer without the token.

use std::io::{Read, Write};

use loginid_emulator::Emulator;
use serde_json::Value;

use crate::support::{Answer, App, connect, control_api};

/// A request with exactly these header lines, on a connection of its own.
fn raw(address: &str, request_line: &str, lines: &[&str]) -> Answer {
    let mut stream = connect(address);
    let lines = lines.iter().map(|line| format!("{line}\r\n"));
    let request = format!(
        "{request_line}\r\n{}Connection: close\r\n\r\n",
        lines.collect::<String>()
    );
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    Answer::parse(&bytes).expect("an answer")
}

/// The result of a reset with these header lines: the error, or the status.
fn reset(emulator: &Emulator, lines: &[&str]) -> String {
    let address = format!("http://127.0.0.1:{}", port(emulator));
    let answer = raw(&address, "POST /_emulator/reset HTTP/1.1", lines);
    assert!(!answer.headers.contains("access-control"), "{answer:?}");
    if answer.status == 200 {
        "200".to_owned()
    } else {
        answer.refusal()
    }
}

fn port(emulator: &Emulator) -> &str {
    emulator.base_url().rsplit_once(':').unwrap().1
}

#[test]
fn only_the_names_of_this_machine_reach_the_control_api() {
    let emulator = Emulator::start();
    for host in [
        "localhost",
        "LOCALHOST:8080",
        "localhost.",
        "app.localhost:1",
        "127.0.0.1:1",
        "127.8.8.8",
        "[::1]:80",
    ] {
        assert_eq!(
            reset(&emulator, &[&format!("Host: {host}")]),
            "200",
            "{host}"
        );
    }
    for host in [
        "rebound.example",
        "localhost.example",
        "notlocalhost:8080",
        "10.0.0.1",
        "0.0.0.0",
        "[::]",
    ] {
        assert_eq!(
            reset(&emulator, &[&format!("Host: {host}")]),
            "403 host_not_allowed",
            "{host}"
        );
    }
}

#[test]
fn a_request_without_exactly_one_valid_host_is_malformed() {
    let emulator = Emulator::start();
    for host in ["127.1", "localhost:x", "localhost@rebound.example", ""] {
        let refusal = reset(&emulator, &[&format!("Host: {host}")]);
        assert_eq!(refusal, "400 bad_request", "{host}");
    }
    assert_eq!(reset(&emulator, &[]), "400 bad_request");
    for other in ["localhost", "rebound.example"] {
        let two = ["Host: localhost", &format!("Host: {other}")];
        assert_eq!(reset(&emulator, &two), "400 bad_request");
    }
}

#[test]
fn a_host_in_the_first_line_counts_too() {
    let emulator = Emulator::start();
    for (target, status) in [("localhost:1", 200), ("rebound.example", 403)] {
        let line = format!("GET http://{target}/_emulator/ HTTP/1.1");
        let answer = raw(emulator.base_url(), &line, &["Host: localhost:1"]);
        assert_eq!(answer.status, status, "{answer:?}");
    }
}

#[test]
fn only_pages_of_the_emulator_itself_use_the_control_api() {
    let emulator = Emulator::start();
    let with = |host: &str, origin: &str| {
        let lines = [format!("Host: {host}"), format!("Origin: {origin}")];
        reset(&emulator, &[&lines[0], &lines[1]])
    };
    let app = App::of(&emulator);
    for (host, origin) in [
        ("localhost:8080", "http://localhost:8080"),
        ("127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("[::1]:8080", "http://[::1]:8080"),
        ("localhost", "http://localhost"),
        ("localhost:80", "http://localhost"),
    ] {
        assert_eq!(with(host, origin), "200", "{origin}");
    }
    app.add_user("alice");
    for (host, origin) in [
        ("localhost:8080", "http://localhost:3000"),
        ("localhost:8080", "https://localhost:8080"),
        ("localhost:8080", "http://127.0.0.1:8080"),
        ("localhost:8080", "http://app.localhost:8080"),
        ("localhost:8080", "https://shop.example"),
        ("localhost:8080", "http://localhost:8080/"),
        ("localhost:8080", "null"),
        ("localhost:8080", ""),
        (
            "localhost:8080",
            "http://localhost:8080\r\nOrigin: http://localhost:8080",
        ),
    ] {
        assert_eq!(with(host, origin), "403 origin_not_allowed", "{origin}");
    }
    let rebound = with("rebound.example:8080", "http://rebound.example:8080");
    assert_eq!(rebound, "403 host_not_allowed");
    app.call(
        "POST",
        "/manage/users/retrieve",
        "users.retrieve",
        serde_json::json!({"username": "alice"}),
    )
    .ok();
}

#[test]
fn what_another_page_loads_is_refused_without_origin_too() {
    let emulator = Emulator::start();
    for (site, expected) in [
        ("cross-site", "403 origin_not_allowed"),
        ("same-site", "403 origin_not_allowed"),
        ("same-origin", "200"),
        // A person typed the address.
        ("none", "200"),
    ] {
        let lines = ["Host: localhost", &format!("Sec-Fetch-Site: {site}")];
        assert_eq!(reset(&emulator, &lines), expected, "{site}");
    }
    let own = [
        "Host: localhost:1",
        "Origin: http://localhost:1",
        "Sec-Fetch-Site: same-origin",
    ];
    assert_eq!(reset(&emulator, &own), "200");
}

#[test]
fn an_emulator_with_tls_is_an_https_origin() {
    // The rules see the scheme that the emulator serves. The same host and port over http is another origin.
    let emulator = Emulator::builder().tls().start();
    assert!(emulator.base_url().starts_with("https://"));
    let answer = crate::tls::over_tls(
        &emulator,
        "POST /_emulator/reset HTTP/1.1\r\nHost: localhost:1\r\nOrigin: http://localhost:1\r\nConnection: close\r\n\r\n",
    );
    assert_eq!(answer.refusal(), "403 origin_not_allowed");
    let answer = crate::tls::over_tls(
        &emulator,
        "POST /_emulator/reset HTTP/1.1\r\nHost: localhost:1\r\nOrigin: https://localhost:1\r\nConnection: close\r\n\r\n",
    );
    answer.ok();
}

#[test]
fn nothing_changes_by_get() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let user = app.add_user("alice");
    let before = control_api(&emulator, "GET", "/", Value::Null).ok();
    for path in [
        "/reset",
        "/clock",
        "/keys/rotate",
        "/users/alice/credentials",
        "/users/alice/contacts",
        "/users/alice/login",
        "/users/alice/sign-assertion",
        "/users/alice/activate",
        "/users/alice/deactivate",
        "/users/alice/codes",
        "/users/alice/codes/authorize",
        "/users/alice/codes/expire",
        "/tx/x/confirm",
        "/tx/x/deny",
        "/tokens",
    ] {
        for method in ["GET", "HEAD"] {
            let line = format!("{method} /_emulator{path}?passed=true&now=1 HTTP/1.1");
            let answer = raw(emulator.base_url(), &line, &["Host: localhost"]);
            assert_eq!(answer.status, 405, "{method} {path}");
        }
    }
    let state = emulator.export();
    for path in [
        "/applications",
        "/users",
        "/users/alice",
        "/state",
        "/codes",
    ] {
        let line = format!("GET /_emulator{path}?client_id=x&username=x HTTP/1.1");
        let answer = raw(emulator.base_url(), &line, &["Host: localhost"]);
        assert_eq!(answer.status, 200, "{path}");
    }
    assert_eq!(emulator.export(), state);
    let mut after = control_api(&emulator, "GET", "/", Value::Null).ok();
    after["now"] = before["now"].clone();
    assert_eq!(after, before);
    let retrieved = app.post(
        "/manage/users/retrieve",
        "users.retrieve",
        serde_json::json!({"username": "alice"}),
    );
    assert_eq!(retrieved.ok(), user);
}

#[test]
fn other_computers_need_the_token() {
    let emulator = Emulator::builder().host("0.0.0.0").start();
    assert_eq!(
        emulator.base_url(),
        format!("http://localhost:{}", port(&emulator))
    );
    let token = emulator.control_token().expect("a token").to_owned();
    let with = |host: &str, token: &str| {
        let lines = [format!("Host: {host}"), format!("Authorization: {token}")];
        reset(&emulator, &[&lines[0], &lines[1]])
    };
    let bearer = format!("Bearer {token}");
    // Every address of the machine is its host. A name may be an attacker's.
    for host in ["localhost", "10.0.0.1:8080", "[fd00::1]"] {
        assert_eq!(with(host, &bearer), "200", "{host}");
    }
    assert_eq!(with("rebound.example", &bearer), "403 host_not_allowed");
    assert_eq!(
        reset(&emulator, &["Host: localhost"]),
        "401 control_token_required"
    );
    for wrong in [
        String::new(),
        "Bearer ".to_owned(),
        format!("Bearer {}", &token[1..]),
        format!("Bearer {token}x"),
        format!("Basic {token}"),
        token.clone(),
        format!("{bearer}\r\nAuthorization: {bearer}"),
    ] {
        assert_eq!(
            with("localhost", &wrong),
            "401 control_token_required",
            "{wrong}"
        );
    }
    // The service itself stays open: applications have tokens of their own.
    let address = format!("http://127.0.0.1:{}", port(&emulator));
    let certs = raw(&address, "GET /certs HTTP/1.1", &["Host: rebound.example"]);
    assert_eq!(certs.status, 200);
    assert_eq!(Emulator::start().control_token(), None);
}

#[test]
fn the_given_host_reaches_the_control_api() {
    // Linux serves all of 127.0.0.0/8, but only this one address.
    let emulator = Emulator::builder().host("127.0.0.9").start();
    let address = emulator.base_url();
    assert!(address.starts_with("http://127.0.0.9:"), "{address}");
    assert_eq!(
        emulator.control_token(),
        None,
        "the address is a loopback one"
    );
    let host = format!("Host: {}", address.strip_prefix("http://").unwrap());
    raw(address, "POST /_emulator/reset HTTP/1.1", &[&host]).ok();

    for host in ["", "two words", "::1", "a/b", "http://localhost"] {
        let refused = Emulator::builder().host(host).try_start();
        let error = refused.err().expect(host);
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput, "{host}");
    }
}

#[test]
fn a_request_without_one_host_is_refused() {
    let emulator = Emulator::start();
    for lines in [
        &[][..],
        &["Host: a", "Host: a"],
        &["Host: "],
        &["Host: a b"],
        &["Host: a/b"],
    ] {
        let answer = raw(emulator.base_url(), "GET /certs HTTP/1.1", lines);
        assert_eq!(answer.refusal(), "400 bad_request", "{lines:?}");
    }
    let old = raw(emulator.base_url(), "GET /certs HTTP/1.0", &[]);
    assert_eq!(old.status, 200, "HTTP/1.0 has no Host header");
}
