//! Faults: their effect on the wire, and how requests are recorded.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::{Value, json};

use crate::support::{Answer, App, connect, control_api, get, nonce, request};

/// Sends a request that keeps the connection open.
fn ask(stream: &mut TcpStream, path: &str) {
    stream
        .write_all(format!("GET {path} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes())
        .unwrap();
}

/// Everything received for a request of the key under a fault.
fn whole(emulator: &Emulator, fault: FaultKind) -> Vec<u8> {
    emulator.inject(Fault::new(fault).on("GET", "/certs").times(1));
    let mut stream = connect(emulator.base_url());
    ask(&mut stream, "/certs");
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    bytes
}

/// Creates a user under a fault, on a new connection, and returns the received bytes.
fn create(app: &App, name: &str, fault: FaultKind) -> Result<Vec<u8>, ErrorKind> {
    app.control
        .inject(Fault::new(fault).on("POST", "/manage/users").times(1));
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("X-Client-ID", app.client_id.clone()),
        (
            "Authorization",
            format!("Bearer {}", app.token("users.create")),
        ),
    ];
    let body = json!({"username": name}).to_string();
    let mut stream = connect(app.control.base_url());
    stream
        .write_all(request("POST", "/manage/users", &headers, &body).as_bytes())
        .unwrap();
    let mut bytes = Vec::new();
    stream
        .read_to_end(&mut bytes)
        .map(|_| bytes)
        .map_err(|error| error.kind())
}

fn exists(app: &App, name: &str) -> bool {
    app.post(
        "/manage/users/retrieve",
        "users.retrieve",
        json!({"username": name}),
    )
    .status
        == 200
}

#[test]
fn a_status_replaces_the_answer() {
    let emulator = Emulator::start();
    let html = json!({"match": {"path": "/certs"}, "times": 2, "fault": {
        "kind": "status", "code": 503, "body": "<h1>down</h1>", "content_type": "text/html", "headers": [["Retry-After", "7"]]}});
    control_api(&emulator, "POST", "/faults", html).ok();
    for _ in 0..2 {
        let answer = get(emulator.base_url(), "/api/native/certs");
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (503, "<h1>down</h1>")
        );
        assert!(
            answer.headers.contains("retry-after: 7")
                && answer.headers.contains("content-type: text/html")
        );
    }
    assert_eq!(get(emulator.base_url(), "/certs").status, 200);
    let requests = emulator.requests();
    assert_eq!(
        (
            requests[0].status,
            requests[0].carried_out,
            requests[0].fault
        ),
        (Some(503), false, Some("status"))
    );
    assert_eq!(
        (
            requests[2].status,
            requests[2].carried_out,
            requests[2].fault
        ),
        (Some(200), true, None)
    );
}

#[test]
fn a_redirect_points_elsewhere() {
    let emulator = Emulator::start();
    let location = "http://127.0.0.1:9/x".to_owned();
    let bytes = {
        emulator.inject(
            Fault::new(FaultKind::Redirect {
                code: 307,
                location,
                carried_out: false,
            })
            .times(1),
        );
        get(emulator.base_url(), "/certs")
    };
    assert_eq!(bytes.status, 307);
    assert!(bytes.headers.contains("location: http://127.0.0.1:9/x"));
}

#[test]
fn the_record_says_whether_the_request_was_carried_out() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    for carried_out in [false, true] {
        let status = FaultKind::Status {
            code: 500,
            body: String::new(),
            content_type: None,
            headers: vec![],
            carried_out,
        };
        let name = nonce();
        let answer = create(&app, &name, status).unwrap();
        assert!(answer.starts_with(b"HTTP/1.1 500 "));
        assert_eq!(exists(&app, &name), carried_out);

        let name = nonce();
        assert_eq!(
            create(
                &app,
                &name,
                FaultKind::Drop {
                    carried_out,
                    reset: false
                }
            ),
            Ok(vec![])
        );
        assert_eq!(exists(&app, &name), carried_out);
        let name = nonce();
        assert_eq!(
            create(
                &app,
                &name,
                FaultKind::Drop {
                    carried_out,
                    reset: true
                }
            ),
            Err(ErrorKind::ConnectionReset)
        );
        assert_eq!(exists(&app, &name), carried_out);
    }
    let creations: Vec<_> = emulator
        .requests()
        .into_iter()
        .filter(|request| request.path == "/manage/users")
        .collect();
    assert_eq!(creations.len(), 6, "every request counts, answered or not");
    let carried_out: Vec<bool> = creations
        .iter()
        .map(|request| request.carried_out)
        .collect();
    assert_eq!(carried_out, [false, false, false, true, true, true]);
    assert_eq!(creations[1].status, None, "there was no answer at all");
}

#[test]
fn a_token_refused_by_a_fault_can_be_sent_again() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let fault = FaultKind::Status {
        code: 429,
        body: String::new(),
        content_type: None,
        headers: vec![],
        carried_out: false,
    };
    emulator.inject(Fault::new(fault).times(1));
    let token = app.token("users.create");
    let create = || {
        app.call_with(
            "POST",
            "/manage/users",
            Some(&token),
            json!({"username": "alice"}),
        )
        .status
    };
    assert_eq!([create(), create(), create()], [429, 200, 401]);
}

#[test]
fn a_delay_comes_before_or_after_the_work() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    for carried_out in [false, true] {
        let started = Instant::now();
        let name = nonce();
        std::thread::scope(|scope| {
            let slow = scope.spawn(|| {
                create(
                    &app,
                    &name,
                    FaultKind::Delay {
                        ms: 400,
                        carried_out,
                    },
                )
            });
            std::thread::sleep(Duration::from_millis(150));
            assert_eq!(exists(&app, &name), carried_out);
            assert!(slow.join().unwrap().unwrap().starts_with(b"HTTP/1.1 200 "));
        });
        assert!(started.elapsed() >= Duration::from_millis(400));
        assert!(exists(&app, &name));
    }
}

#[test]
fn an_answer_is_truncated_at_exactly_this_byte() {
    let emulator = Emulator::start();
    let full = whole(&emulator, FaultKind::CloseIdle {});
    let answer = Answer::parse(&full).unwrap();
    assert_eq!((answer.status, &answer.body), (200, &emulator.public_key()));
    for bytes in (0..=full.len()).step_by(7).chain([full.len()]) {
        assert_eq!(
            whole(
                &emulator,
                FaultKind::Truncate {
                    bytes,
                    reset: false
                }
            ),
            &full[..bytes]
        );
    }
    assert_eq!(emulator.requests().last().unwrap().status, Some(200));
}

#[test]
fn a_slow_answer_arrives_byte_by_byte() {
    let emulator = Emulator::start();
    emulator.inject(
        Fault::new(FaultKind::Slow {
            bytes_per_second: 50,
        })
        .times(1),
    );
    let mut stream = connect(emulator.base_url());
    ask(&mut stream, "/certs");
    let started = Instant::now();
    stream.read_exact(&mut [0; 20]).unwrap();
    assert!(
        started.elapsed() >= Duration::from_millis(350),
        "{:?}",
        started.elapsed()
    );
    let fast = whole(
        &emulator,
        FaultKind::Slow {
            bytes_per_second: 100_000,
        },
    );
    assert_eq!(Answer::parse(&fast).unwrap().body, emulator.public_key());
}

#[test]
fn an_idle_connection_is_closed_without_an_announcement() {
    let emulator = Emulator::start();
    let mut stream = connect(emulator.base_url());
    ask(&mut stream, "/certs");
    let mut buffer = [0; 4096];
    assert!(stream.read(&mut buffer).unwrap() > 0);
    emulator.inject(Fault::new(FaultKind::CloseIdle {}).times(1));
    ask(&mut stream, "/certs");
    let mut rest = Vec::new();
    stream.read_to_end(&mut rest).unwrap();
    let answer = Answer::parse(&rest).unwrap();
    assert_eq!((answer.status, &answer.body), (200, &emulator.public_key()));
    assert!(!answer.headers.contains("connection:"), "{answer:?}");
}

#[test]
fn endless_headers_keep_arriving() {
    let emulator = Emulator::start();
    emulator.inject(Fault::new(FaultKind::EndlessHeaders { carried_out: false }).times(1));
    let mut stream = connect(emulator.base_url());
    ask(&mut stream, "/certs");
    let mut bytes = vec![0; 3_000_000];
    stream.read_exact(&mut bytes).unwrap();
    let text = String::from_utf8(bytes).unwrap();
    assert!(text.starts_with("HTTP/1.1 200 OK\r\nx-endless: ") && !text.contains("\r\n\r\n"));
}

#[test]
fn oversize_bodies_have_the_requested_size() {
    let emulator = Emulator::start();
    let size = 200_001;
    let plain = whole(
        &emulator,
        FaultKind::Oversize {
            bytes: size,
            chunked: false,
            code: 200,
            carried_out: false,
        },
    );
    let answer = Answer::parse(&plain).unwrap();
    assert!(answer.headers.contains("content-length: 200001"));
    assert_eq!(answer.body.len() as u64, size);
    let chunked = whole(
        &emulator,
        FaultKind::Oversize {
            bytes: size,
            chunked: true,
            code: 503,
            carried_out: false,
        },
    );
    assert!(chunked.starts_with(b"HTTP/1.1 503 "));
    let answer = Answer::parse(&chunked).unwrap();
    assert!(answer.headers.contains("transfer-encoding: chunked"));
    assert_eq!(answer.body.matches(' ').count() as u64, size);
    assert!(answer.body.ends_with("\r\n0\r\n\r\n"));
}

#[test]
fn raw_bytes_arrive_exactly_and_the_connection_is_held() {
    let emulator = Emulator::start();
    let raw = |hold_ms| FaultKind::Raw {
        base64: STANDARD.encode(b"\0SMTP?\r\n"),
        hold_ms,
        carried_out: false,
    };
    assert_eq!(whole(&emulator, raw(0)), b"\0SMTP?\r\n");
    let started = Instant::now();
    assert_eq!(whole(&emulator, raw(300)), b"\0SMTP?\r\n");
    assert!(started.elapsed() >= Duration::from_millis(300));
}

#[test]
fn a_fault_that_cannot_be_applied_is_refused_when_it_is_created() {
    let emulator = Emulator::start();
    let create = |fault: &Value| control_api(&emulator, "POST", "/faults", fault.clone());
    let status = json!({"kind": "status", "code": 503});
    for fault in [
        json!({"fault": status, "times": 0}),
        json!({"fault": status, "match": {"path": "certs"}}),
        json!({"fault": status, "match": {"path": "/certs?kid=1"}}),
        json!({"fault": status, "match": {"path": "/codes/*/generate"}}),
        json!({"fault": status, "match": {"path": "/api/native/certs"}}),
        json!({"fault": status, "match": {"method": "GET /certs"}}),
        json!({"fault": status, "match": {"method": "FOO"}}),
        json!({"fault": status, "match": {"method": ""}}),
        json!({"fault": status, "match": {"path": "/_emulator/reset"}}),
        json!({"fault": status, "match": {"path": "/_emulator*"}}),
        json!({"fault": status, "match": {"path": "/healthz"}}),
        json!({"fault": status, "match": {"path": "/cer ts"}}),
        json!({"fault": status, "match": {"path": "/cer\nts*"}}),
        json!({"fault": {"kind": "status", "code": 0}}),
        json!({"fault": {"kind": "status", "code": 101}}),
        json!({"fault": {"kind": "status", "code": 1000}}),
        json!({"fault": {"kind": "status", "code": 200, "content_type": "a\nb"}}),
        json!({"fault": {"kind": "status", "code": 200, "headers": [["a b", "c"]]}}),
        json!({"fault": {"kind": "status", "code": 200, "headers": [["a", "b\r\nc: d"]]}}),
        json!({"fault": {"kind": "status", "code": 200, "headers": [["Content-Length", "9"]]}}),
        json!({"fault": {"kind": "redirect", "code": 200, "location": "/"}}),
        json!({"fault": {"kind": "redirect", "code": 302, "location": "a\nb"}}),
        json!({"fault": {"kind": "oversize", "code": 42, "bytes": 1}}),
        json!({"fault": {"kind": "delay", "ms": 3_600_001}}),
        json!({"fault": {"kind": "slow", "bytes_per_second": 0}}),
        json!({"fault": {"kind": "raw", "base64": "*"}}),
        json!({"fault": {"kind": "raw", "base64": "", "hold_ms": 3_600_001}}),
        json!({"fault": {"kind": "gzip", "mib": 4097}}),
    ] {
        assert_eq!(create(&fault).refusal(), "400 invalid_fault", "{fault}");
    }
    assert_eq!(emulator.faults(), []);
    for path in ["*", "/*", "/codes/*", "/users/%20", "/healthz/x"] {
        create(&json!({"fault": status, "match": {"path": path}})).ok();
    }
    for method in ["get", "HEAD", "OPTIONS"] {
        create(&json!({"fault": status, "match": {"method": method}})).ok();
    }
}

#[test]
fn bad_chunking_is_sent() {
    let emulator = Emulator::start();
    let bytes = whole(&emulator, FaultKind::BadChunking { carried_out: false });
    assert!(bytes.ends_with(b"\r\n\r\n2\r\n{}\r\nzz\r\nnot a chunk\r\n0\r\n\r\n"));
}

#[test]
fn a_gzip_bomb_unpacks_to_its_size() {
    let emulator = Emulator::start();
    let bytes = whole(
        &emulator,
        FaultKind::Gzip {
            mib: 8,
            carried_out: false,
        },
    );
    let end = bytes
        .windows(4)
        .position(|window| window == b"\r\n\r\n")
        .unwrap()
        + 4;
    assert!(String::from_utf8_lossy(&bytes[..end]).contains("content-encoding: gzip"));
    assert!(bytes.len() < 100_000, "{}", bytes.len());
    let unpacked = std::io::copy(
        &mut flate2::read::GzDecoder::new(&bytes[end..]),
        &mut std::io::sink(),
    )
    .unwrap();
    assert_eq!(unpacked, 8 * 1024 * 1024);
}

#[test]
fn faults_are_listed_cleared_and_checked() {
    let emulator = Emulator::start();
    let order = json!({"match": {"method": "GET", "path": "/certs"}, "skip": 1, "times": 1, "fault": {"kind": "drop"}});
    control_api(&emulator, "POST", "/faults", order).ok();
    let listed = control_api(&emulator, "GET", "/faults", Value::Null).ok();
    assert_eq!(
        listed["faults"][0]["fault"],
        json!({"kind": "drop", "carried_out": false, "reset": false})
    );
    assert_eq!(
        get(emulator.base_url(), "/certs").status,
        200,
        "one is let pass"
    );
    control_api(&emulator, "DELETE", "/faults", Value::Null).ok();
    assert_eq!(get(emulator.base_url(), "/certs").status, 200);
    for bad in [
        json!({}),
        json!({"fault": {"kind": "meteor"}}),
        json!({"fault": {"kind": "slow"}}),
    ] {
        assert_eq!(
            control_api(&emulator, "POST", "/faults", bad).refusal(),
            "400 bad_request"
        );
    }
    emulator.inject(Fault::new(FaultKind::Drop {
        carried_out: false,
        reset: false,
    }));
    assert_eq!(
        control_api(&emulator, "GET", "/faults", Value::Null).status,
        200,
        "faults do not apply to the control API"
    );
}
