//! Answers that are hostile or broken.

use std::ptr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::json;

use crate::capi::lid_status::{self, *};
use crate::capi::{Client, c, config};
use crate::deadline::{LIMIT_MS, in_time};

fn raw(text: impl AsRef<[u8]>) -> FaultKind {
    FaultKind::Raw {
        base64: STANDARD.encode(text),
        hold_ms: 60_000,
        carried_out: false,
    }
}

fn with_body(headers: &str, body: impl AsRef<[u8]>) -> FaultKind {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    raw([head.as_bytes(), body].concat())
}

fn status(code: u16, body: &str) -> FaultKind {
    FaultKind::Status {
        code,
        body: body.to_owned(),
        content_type: None,
        headers: Vec::new(),
        carried_out: false,
    }
}

/// Each: what it is, the fault, the status it must give, and its code.
fn broken_answers() -> Vec<(&'static str, FaultKind, lid_status, &'static str)> {
    let large = "response_too_large";
    let invalid = "invalid_response";
    let oversize = |chunked| FaultKind::Oversize {
        bytes: 1 << 30,
        chunked,
        code: 200,
        carried_out: false,
    };
    let chunked = |body: &str| {
        raw(format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{body}"
        ))
    };
    vec![
        (
            "1 byte per second",
            FaultKind::Slow {
                bytes_per_second: 1,
            },
            LID_ERROR_TIMEOUT,
            "timeout",
        ),
        (
            "no answer in time",
            FaultKind::Delay {
                ms: 60_000,
                carried_out: true,
            },
            LID_ERROR_TIMEOUT,
            "timeout",
        ),
        (
            "endless headers",
            FaultKind::EndlessHeaders { carried_out: false },
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "more than 128 headers",
            raw(format!(
                "HTTP/1.1 200 OK\r\n{}\r\n{{}}",
                "x-a: b\r\n".repeat(129)
            )),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "headers of more than 15 KiB",
            raw(format!(
                "HTTP/1.1 200 OK\r\n{}\r\n{{}}",
                format!("x-a: {}\r\n", "b".repeat(1 << 10)).repeat(16)
            )),
            LID_ERROR_RESPONSE,
            large,
        ),
        (
            "an endless header",
            raw(format!("HTTP/1.1 200 OK\r\nx-a: {}", "b".repeat(1 << 20))),
            LID_ERROR_RESPONSE,
            large,
        ),
        (
            "1 GiB announced",
            oversize(false),
            LID_ERROR_RESPONSE,
            large,
        ),
        ("1 GiB in chunks", oversize(true), LID_ERROR_RESPONSE, large),
        (
            "a chunk size that is none",
            FaultKind::BadChunking { carried_out: false },
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "a negative chunk size",
            chunked("-1\r\n{}\r\n0\r\n\r\n"),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "a chunk size past 64 bits",
            chunked("fffffffffffffffff\r\n{}\r\n0\r\n\r\n"),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "a chunk longer than its size",
            chunked("1\r\n{}\r\n0\r\n\r\n"),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "a chunk that never comes",
            chunked("2\r\n{}\r\n"),
            LID_ERROR_TIMEOUT,
            "timeout",
        ),
        (
            "an endless chunk size line",
            chunked(&"0".repeat(1 << 20)),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "a gzip bomb",
            FaultKind::Gzip {
                mib: 8,
                carried_out: false,
            },
            LID_ERROR_RESPONSE,
            "unexpected_encoding",
        ),
        (
            "an unknown encoding",
            with_body("content-encoding: br\r\n", "{}"),
            LID_ERROR_RESPONSE,
            "unexpected_encoding",
        ),
        (
            "not HTTP",
            raw("SSH-2.0-OpenSSH_9.2\r\n"),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "HTTP/2 without asking",
            raw(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00"),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "a status that is none",
            raw("HTTP/1.1 99999 OK\r\n\r\n"),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "a length that is none",
            raw("HTTP/1.1 200 OK\r\ncontent-length: ten\r\n\r\n{}"),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "two lengths",
            raw("HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\n{} "),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "a header with a NUL",
            raw("HTTP/1.1 200 OK\r\nx-a: \0\r\ncontent-length: 2\r\n\r\n{}"),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "switching protocols",
            raw("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\n\r\n"),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        ("nothing", with_body("", ""), LID_ERROR_RESPONSE, invalid),
        ("HTML", with_body("", "<html>"), LID_ERROR_RESPONSE, invalid),
        (
            "an array",
            with_body("", "[{}]"),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "two objects",
            with_body("", "{}{}"),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "not UTF-8",
            with_body("", b"{\"a\":\"\xff\"}"),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "deep nesting",
            with_body("", format!("{{\"a\":{}", "[".repeat(500_000))),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "an error without JSON",
            status(502, "<html>bad gateway"),
            LID_ERROR_API,
            "http_error",
        ),
        (
            "an error of nothing",
            status(500, ""),
            LID_ERROR_API,
            "http_error",
        ),
        (
            "a refusal with two codes",
            status(400, r#"{"code":"a","\u0063ode":"b"}"#),
            LID_ERROR_API,
            "http_error",
        ),
        (
            "a refusal whose code is none",
            status(400, r#"{"code":"a b\n","message":7}"#),
            LID_ERROR_API,
            "http_error",
        ),
    ]
}

#[test]
fn a_broken_answer_gives_its_status_in_time_and_is_not_asked_for_twice() {
    meet_broken_answers(&Emulator::start());
}

#[test]
fn a_broken_answer_over_tls_gives_its_status_in_time_and_is_not_asked_for_twice() {
    meet_broken_answers(&Emulator::builder().tls().start());
}

fn meet_broken_answers(emulator: &Emulator) {
    let config = config(emulator, json!({"request_timeout_ms": LIMIT_MS}));
    let client = Client::new(&config);
    client.add_user("ann").ok();
    for (what, fault, expected, code) in broken_answers() {
        emulator.clear_requests();
        emulator.inject(Fault::new(fault).times(1));
        let outcome = in_time(what, || client.generate_code("ann"));
        assert_eq!(outcome.status, expected, "{what}: {}", outcome.text);
        assert_eq!(outcome.code(), code, "{what}: {}", outcome.text);
        assert_eq!(outcome.error("retryable"), false, "{what}");
        assert_eq!(emulator.request_count(), 1, "{what}");
        // The connection it came over is not used again, and the client is.
        client.get_user("ann").ok();
    }
}

#[test]
fn an_answer_with_a_duplicate_header_or_odd_spacing_is_still_read() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({})));
    let many = "x-a: b\r\n".repeat(126);
    let long = format!("x-a: {}\r\n", "b".repeat(14 << 10));
    for head in [
        "x-a: 1\r\nx-a: 2\r\n",
        "X-Odd:\t value \t\r\n",
        "set-cookie: a=b\r\n",
        &many,
        &long,
    ] {
        emulator.inject(Fault::new(with_body(head, r#"{"n":1.10}"#)).times(1));
        assert_eq!(client.get_user("ann").text, r#"{"n":1.10}"#);
    }
}

/// Which of the two the caller's parser would take is not known.
#[test]
fn a_member_that_we_read_is_not_in_an_answer_twice() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({})));
    let login = client.register_password("ann", "a good password").ok();
    let jwt = login["jwt"].as_str().expect("a token");
    let payload = c("pay");
    let answer = |body: String| {
        let answer = with_body("", body.replace("JWT", jwt));
        emulator.inject(Fault::new(answer).times(1));
    };
    for second in [r#""jwt":"JWT""#, r#""\u006awt":"x""#, r#""j\u0077t":null"#] {
        for body in [
            format!(r#"{{"jwt":"JWT",{second}}}"#),
            format!(r#"{{{second},"jwt":"JWT"}}"#),
        ] {
            answer(body.clone());
            let outcome = client.authenticate_password("ann", "a good password");
            assert_eq!(outcome.status, LID_ERROR_RESPONSE, "{}", outcome.text);
            assert_eq!(outcome.code(), "invalid_response", "{body}");
        }
    }
    // Once is fine in any spelling.
    answer(r#"{"a":1,"\u006awt":"JWT","a":2}"#.to_owned());
    client.authenticate_password("ann", "a good password").ok();
    answer(r#"{"id":"a","nonce":"b","\u006eonce":"c"}"#.to_owned());
    // SAFETY: the header's contract, with living arguments.
    let outcome = client.call(|client, out| unsafe {
        loginid::ffi::lid_create_tx(client, payload.as_ptr(), ptr::null(), ptr::null(), out)
    });
    assert_eq!(outcome.code(), "invalid_response", "{}", outcome.text);
}

#[test]
fn a_request_too_large_for_any_server_is_an_argument_error_and_not_sent() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({})));
    let long = "x".repeat(80_000);
    let user_id = c(&long);
    // SAFETY: the header's contract, with living arguments.
    let by_id = client.call(|client, out| unsafe {
        loginid::ffi::lid_activate_user_by_id(client, user_id.as_ptr(), out)
    });
    for outcome in [client.get_user(&long), by_id] {
        assert_eq!(
            outcome.status, LID_ERROR_INVALID_ARGUMENT,
            "{}",
            outcome.text
        );
        assert_eq!(outcome.code(), "request_too_large");
    }
    assert_eq!(emulator.request_count(), 0);
}
