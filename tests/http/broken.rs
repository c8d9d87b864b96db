//! Broken answers, and the expected results.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use loginid_emulator::FaultKind;

use crate::capi::lid_status::{self, *};

fn raw(text: impl AsRef<[u8]>) -> FaultKind {
    FaultKind::Raw {
        base64: STANDARD.encode(text),
        hold_ms: 60_000,
        carried_out: false,
    }
}

pub fn with_body(headers: &str, body: impl AsRef<[u8]>) -> FaultKind {
    let body = body.as_ref();
    let head = format!(
        "HTTP/1.1 200 OK\r\nconnection: close\r\n{headers}content-length: {}\r\n\r\n",
        body.len()
    );
    raw([head.as_bytes(), body].concat())
}

pub fn status(code: u16, body: &str) -> FaultKind {
    FaultKind::Status {
        code,
        body: body.to_owned(),
        content_type: None,
        headers: Vec::new(),
        carried_out: false,
    }
}

/// Each row: a name, the fault, the expected status, and its code.
pub fn broken_answers() -> Vec<(&'static str, FaultKind, lid_status, &'static str)> {
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
            "a chunk size that is not a number",
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
            "a status that is not a number",
            raw("HTTP/1.1 99999 OK\r\n\r\n"),
            LID_ERROR_RESPONSE,
            invalid,
        ),
        (
            "a length that is not a number",
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
            "a refusal with an invalid code",
            status(400, r#"{"code":"a b\n","message":7}"#),
            LID_ERROR_API,
            "http_error",
        ),
    ]
}
