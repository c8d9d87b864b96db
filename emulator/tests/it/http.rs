//! Requests that are wrong as HTTP, and the headers of every answer.

use std::io::{Read, Write};
use std::time::{Duration, SystemTime};

use loginid_emulator::Emulator;
use serde_json::json;

use crate::support::{Answer, connect, control_api, get};

/// The answer to exactly these bytes.
fn exchange(emulator: &Emulator, request: &str) -> Answer {
    let mut stream = connect(emulator.base_url());
    stream.write_all(request.as_bytes()).unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    Answer::parse(&bytes).unwrap_or_else(|| panic!("no answer to {request}"))
}

const END: &str = "Connection: close\r\n\r\n";

#[test]
fn a_request_needs_one_host() {
    let emulator = Emulator::start();
    let preflight = "Origin: http://localhost:1\r\nAccess-Control-Request-Method: POST\r\n";
    for line in [
        "GET /certs HTTP/1.1\r\n",
        "GET /_emulator/ HTTP/1.1\r\n",
        &format!("OPTIONS /tx HTTP/1.1\r\n{preflight}"),
    ] {
        for hosts in [
            "",
            "Host: localhost\r\nHost: localhost\r\n",
            "Host: a b\r\n",
        ] {
            let answer = exchange(&emulator, &format!("{line}{hosts}{END}"));
            assert_eq!(answer.refusal(), "400 bad_request", "{line}{hosts}");
        }
    }
    // HTTP/1.0 had no such header, but two are too many there as well.
    let old = exchange(&emulator, "GET /certs HTTP/1.0\r\n\r\n");
    assert_eq!(old.status, 200);
    let two = "GET /certs HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n";
    assert_eq!(exchange(&emulator, two).refusal(), "400 bad_request");
    assert_eq!(emulator.request_count(), 1);
}

#[test]
fn a_body_with_bad_chunks_is_malformed_and_not_too_large() {
    let emulator = Emulator::start();
    for path in ["/tx", "/_emulator/reset"] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n"
        );
        for body in ["zz\r\n{}\r\n0\r\n\r\n", "2\r\n{}x\r\n0\r\n\r\n"] {
            let answer = exchange(&emulator, &format!("{head}{body}"));
            assert_eq!(answer.refusal(), "400 bad_request", "{path} {body}");
            assert!(answer.body.contains("chunk"), "{answer:?}");
        }
    }
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn a_path_with_two_slashes_is_explained() {
    let emulator = Emulator::start();
    for path in ["//certs", "/api/native//certs", "//_emulator/reset"] {
        let answer = get(emulator.base_url(), path);
        assert_eq!(answer.refusal(), "404 not_found", "{path}");
        assert!(answer.body.contains("end of the base URL"), "{answer:?}");
    }
    assert!(!get(emulator.base_url(), "/nowhere").body.contains("slash"));
}

#[test]
fn a_connection_is_closed_with_notice_if_a_body_is_not_read() {
    let emulator = Emulator::start();
    let host = "Host: localhost\r\n";
    let unread = "Content-Length: 9\r\n\r\n";
    let chunked = "Transfer-Encoding: chunked\r\n\r\n";
    let foreign = "Host: shop.example\r\n";
    for (request, refusal) in [
        (
            format!("PUT /healthz HTTP/1.1\r\n{host}{unread}"),
            "405 method_not_allowed",
        ),
        (
            format!("PUT /healthz HTTP/1.1\r\n{host}{chunked}"),
            "405 method_not_allowed",
        ),
        (
            format!("POST /_emulator/reset HTTP/1.1\r\n{foreign}{unread}"),
            "403 host_not_allowed",
        ),
        (format!("POST /tx HTTP/1.1\r\n{unread}"), "400 bad_request"),
        (
            format!("POST /tx HTTP/1.1\r\n{host}{chunked}zz\r\n"),
            "400 bad_request",
        ),
        (
            format!(
                "POST /tx HTTP/1.1\r\n{host}Content-Length: 1048577\r\n\r\n{}",
                "x".repeat(1_048_577)
            ),
            "413 bad_request",
        ),
    ] {
        let answer = exchange(&emulator, &request);
        assert_eq!(answer.refusal(), refusal);
        assert!(
            answer.headers.contains("\r\nconnection: close"),
            "{answer:?}"
        );
    }
}

#[test]
fn a_connection_stays_open_after_a_refusal_whose_body_is_read() {
    let emulator = Emulator::start();
    let bodies = [
        "Content-Length: 2\r\n\r\n{}",
        "Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n",
    ];
    for (path, status) in [("/tx", 400), ("/certs", 405), ("/_emulator/nowhere", 404)] {
        for body in bodies {
            let head = format!("POST {path} HTTP/1.1\r\nHost: localhost\r\n");
            let next = format!("GET /certs HTTP/1.1\r\nHost: localhost\r\n{END}");
            let answers = exchange(&emulator, &format!("{head}{body}{next}"));
            assert_eq!(answers.status, status, "{answers:?}");
            assert!(answers.body.contains("HTTP/1.1 200 OK"), "{answers:?}");
        }
    }
}

#[test]
fn every_refusal_is_json() {
    let emulator = Emulator::start();
    for (path, refusal) in [
        ("/_emulator/reset", "405 method_not_allowed"),
        ("/_emulator/nowhere", "404 not_found"),
        ("/tx", "405 method_not_allowed"),
    ] {
        assert_eq!(get(emulator.base_url(), path).refusal(), refusal);
    }
}

fn date(answer: &Answer) -> SystemTime {
    let mut lines = answer.headers.lines();
    let date = lines.find_map(|line| line.strip_prefix("date: "));
    // The helper writes all headers in small letters.
    let date = date.expect("a date").replace(" gmt", " GMT");
    httpdate::parse_http_date(&capitals(&date)).expect("an HTTP date")
}

/// `Thu, 26 Nov` for `thu, 26 nov`.
fn capitals(text: &str) -> String {
    let words = text.split(' ').map(|word| {
        let (first, rest) = word.split_at(1);
        first.to_ascii_uppercase() + rest
    });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn the_date_header_follows_the_clock() {
    let emulator = Emulator::start();
    emulator.set_clock(1_000_000_000).unwrap();
    let near = |answer: &Answer, seconds: u64| {
        let date = date(answer).duration_since(SystemTime::UNIX_EPOCH).unwrap();
        date.as_secs().abs_diff(seconds) <= 5
    };
    for path in ["/certs", "/nowhere", "/_emulator/"] {
        assert!(
            near(&get(emulator.base_url(), path), 1_000_000_000),
            "{path}"
        );
    }
    // A fault may set another.
    let dated = json!({"times": 1, "fault": {"kind": "status", "code": 200,
        "headers": [["Date", "Thu, 01 Jan 1970 00:00:09 GMT"]]}});
    control_api(&emulator, "POST", "/faults", dated).ok();
    assert!(near(&get(emulator.base_url(), "/certs"), 9));
    emulator.advance_clock(Duration::from_secs(u64::MAX));
    let last = get(emulator.base_url(), "/certs");
    assert!(last.headers.contains("31 dec 9999 23:59:59"), "{last:?}");
}
