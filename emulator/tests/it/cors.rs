//! Which pages may call the service and read its answers.

use std::io::{Read, Write};

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::{Answer, App, connect, request, send};

fn preflight(emulator: &Emulator, path: &str, origin: &str) -> Answer {
    let headers = [
        ("Origin", origin.to_owned()),
        ("Access-Control-Request-Method", "POST".to_owned()),
        (
            "Access-Control-Request-Headers",
            "authorization,content-type".to_owned(),
        ),
    ];
    send(emulator.base_url(), "OPTIONS", path, &headers, "").unwrap()
}

/// A POST of a page.
fn post(app: &App, path: &str, origin: &str, body: &Value) -> Answer {
    let headers = [
        ("Origin", origin.to_owned()),
        ("Content-Type", "application/json".to_owned()),
        ("X-Client-ID", app.client_id.clone()),
    ];
    send(
        app.control.base_url(),
        "POST",
        path,
        &headers,
        &body.to_string(),
    )
    .unwrap()
}

/// The value of a header of an answer, if it is there once.
fn value<'a>(answer: &'a Answer, name: &str) -> Option<&'a str> {
    let start = format!("{name}: ");
    let mut lines = answer.headers.lines();
    let value = lines.find_map(|line| line.strip_prefix(&start));
    assert!(!lines.any(|line| line.starts_with(&start)), "{answer:?}");
    value
}

fn may_read(answer: &Answer, origin: &str) -> bool {
    let allowed = value(answer, "access-control-allow-origin");
    assert!(
        allowed.is_none_or(|allowed| allowed == origin),
        "{answer:?}"
    );
    if allowed.is_some() {
        assert_eq!(value(answer, "vary"), Some("origin"), "{answer:?}");
        let exposed = value(answer, "access-control-expose-headers");
        assert_eq!(exposed, Some("retry-after, request-id"));
    } else {
        assert!(!answer.headers.contains("access-control"), "{answer:?}");
    }
    assert!(!answer.headers.contains("allow-credentials"), "{answer:?}");
    allowed.is_some()
}

#[test]
fn pages_of_allowed_origins_may_call_the_service() {
    let emulator = Emulator::builder().origin("https://shop.example").start();
    let other = json!({"client_id": "bank", "origins": ["https://bank.example:8443"]});
    crate::support::control_api(&emulator, "POST", "/applications", other).ok();
    for origin in [
        "http://localhost",
        "http://localhost:3000",
        "http://app.localhost:3000",
        "https://localhost:9443",
        "https://shop.example",
        "https://bank.example:8443",
    ] {
        for path in ["/register/fido2/init", "/api/native/tx", "/nowhere"] {
            let answer = preflight(&emulator, path, origin);
            assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{origin}");
            assert!(may_read(&answer, origin), "{origin}");
            for (name, expected) in [
                ("access-control-allow-methods", "get, post, put, delete"),
                (
                    "access-control-allow-headers",
                    "authorization, content-type, x-client-id, request-id",
                ),
                ("access-control-max-age", "600"),
                ("access-control-allow-private-network", ""),
            ] {
                assert_eq!(value(&answer, name).unwrap_or_default(), expected, "{name}");
            }
        }
    }
    assert_eq!(emulator.request_count(), 0, "preflights are not counted");
}

#[test]
fn a_request_with_two_origins_is_of_none() {
    let emulator = Emulator::start();
    let headers = ["http://localhost:3000", "https://shop.example"]
        .map(|origin| ("Origin", origin.to_owned()));
    for path in ["/certs", "/nowhere"] {
        let answer = send(emulator.base_url(), "GET", path, &headers, "").unwrap();
        assert!(!answer.headers.contains("access-control"), "{answer:?}");
    }
}

#[test]
fn pages_of_other_origins_may_not() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    for origin in [
        "https://shop.example",
        "http://localhost.example",
        "https://app.localhost",
        "http://localhost:3000/",
        "http://LOCALHOST:3000",
        "http://127.0.0.1:3000",
        "null",
        "",
    ] {
        let answer = preflight(&emulator, "/register/fido2/init", origin);
        assert_eq!(answer.refusal(), "403 origin_not_allowed", "{origin}");
        assert!(!may_read(&answer, origin));
        let answer = post(
            &app,
            "/authenticate/fido2/init",
            origin,
            &json!({"username": "x"}),
        );
        assert!(!may_read(&answer, origin), "{origin}");
    }
}

#[test]
fn every_answer_to_an_allowed_page_can_be_read() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let origin = "http://localhost:3000";
    let body = json!({"username": "x"});
    for (path, status) in [("/authenticate/fido2/init", 401), ("/nowhere", 404)] {
        let answer = post(&app, path, origin, &body);
        assert_eq!((answer.status, may_read(&answer, origin)), (status, true));
    }
    let large = json!({"username": "x".repeat(1024 * 1024)});
    let answer = post(&app, "/authenticate/fido2/init", origin, &large);
    assert_eq!((answer.status, may_read(&answer, origin)), (413, true));
    let status = FaultKind::Status {
        code: 503,
        body: "{}".to_owned(),
        content_type: None,
        headers: vec![("Retry-After".to_owned(), "1".to_owned())],
        carried_out: false,
    };
    emulator.inject(Fault::new(status).times(1));
    let answer = post(&app, "/tx/init", origin, &body);
    assert_eq!((answer.status, may_read(&answer, origin)), (503, true));
    emulator.inject(Fault::new(FaultKind::CloseIdle {}).times(1));
    let answer = post(&app, "/tx/init", origin, &body);
    assert_eq!((answer.status, may_read(&answer, origin)), (400, true));

    let certs = send(emulator.base_url(), "GET", "/certs", &[], "").unwrap();
    assert!(!may_read(&certs, origin), "no page asks for these");
    assert_eq!(value(&certs, "vary"), None);
}

#[test]
fn a_page_may_read_what_a_fault_sends() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let origin = "http://localhost:3000";
    for kind in [
        json!({"kind": "oversize", "bytes": 9}),
        json!({"kind": "oversize", "bytes": 9, "chunked": true}),
        json!({"kind": "gzip", "mib": 1}),
        json!({"kind": "bad_chunking"}),
        json!({"kind": "redirect", "code": 302, "location": "/"}),
        json!({"kind": "slow", "bytes_per_second": 100_000}),
    ] {
        let fault = json!({"fault": kind, "times": 1});
        crate::support::control_api(&emulator, "POST", "/faults", fault).ok();
        let answer = post(&app, "/tx/init", origin, &json!({}));
        assert!(may_read(&answer, origin), "{kind}: {answer:?}");
    }
    emulator.inject(Fault::new(FaultKind::EndlessHeaders { carried_out: false }).times(1));
    let mut stream = connect(emulator.base_url());
    let page = [("Origin", origin.to_owned())];
    stream
        .write_all(request("GET", "/certs", &page, "").as_bytes())
        .unwrap();
    let mut start = [0; 1024];
    stream.read_exact(&mut start).unwrap();
    let start = String::from_utf8_lossy(&start);
    let allowed = format!("\r\naccess-control-allow-origin: {origin}\r\n");
    assert!(start.contains(&allowed), "{start}");
}

#[test]
fn a_page_of_an_ip_address_learns_the_name_to_use() {
    let emulator = Emulator::start();
    for (origin, expected) in [
        ("http://127.0.0.1:8000", "as http://localhost:8000"),
        ("http://127.0.0.1", "as http://localhost"),
        ("https://[::1]:8443", "as https://localhost:8443"),
    ] {
        let answer = preflight(&emulator, "/tx", origin);
        assert_eq!(answer.refusal(), "403 origin_not_allowed");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(message.ends_with(expected), "{message}");
        assert!(!message.contains("--origin"), "{message}");
    }
    let answer = preflight(&emulator, "/tx", "https://shop.example");
    assert!(answer.body.contains("--origin"), "{answer:?}");
}

#[test]
fn a_fault_decides_about_its_own_headers() {
    let emulator = Emulator::start();
    let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    emulator.inject(Fault::new(FaultKind::Status {
        code: 500,
        body: "{}".to_owned(),
        content_type: None,
        headers: vec![header(
            "Access-Control-Allow-Origin",
            "https://elsewhere.example",
        )],
        carried_out: false,
    }));
    let answer = post(&App::of(&emulator), "/tx", "http://localhost", &json!({}));
    let allowed = value(&answer, "access-control-allow-origin");
    assert_eq!(allowed, Some("https://elsewhere.example"));
}

#[test]
fn chromium_may_call_this_machine_from_a_public_address() {
    let emulator = Emulator::start();
    let ask = |origin: &str| {
        let headers = [
            ("Origin", origin.to_owned()),
            ("Access-Control-Request-Method", "POST".to_owned()),
            ("Access-Control-Request-Private-Network", "true".to_owned()),
        ];
        send(emulator.base_url(), "OPTIONS", "/tx", &headers, "").unwrap()
    };
    let name = "access-control-allow-private-network";
    assert_eq!(value(&ask("http://localhost:3000"), name), Some("true"));
    assert_eq!(value(&ask("https://elsewhere.example"), name), None);
}

#[test]
fn no_page_gets_headers_from_the_control_api() {
    let emulator = Emulator::start();
    for origin in ["http://localhost:3000", "https://shop.example"] {
        let answer = preflight(&emulator, "/_emulator/reset", origin);
        assert_eq!(answer.refusal(), "403 origin_not_allowed");
        assert!(!may_read(&answer, origin));
    }
    // As its own page would ask, which needs no preflight.
    let own = preflight(&emulator, "/_emulator/reset", "http://localhost");
    assert_eq!(
        (own.status, may_read(&own, "http://localhost")),
        (405, false)
    );
}

#[test]
fn an_options_request_that_is_no_preflight_is_a_wrong_method() {
    let emulator = Emulator::start();
    let origin = ("Origin", "http://localhost".to_owned());
    for headers in [&[][..], &[origin]] {
        let answer = send(emulator.base_url(), "OPTIONS", "/tx", headers, "").unwrap();
        assert_eq!(answer.refusal(), "405 method_not_allowed");
    }
    assert_eq!(emulator.request_count(), 2);
}
