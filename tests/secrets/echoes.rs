//! A service whose errors repeat what it received.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use loginid_emulator::Emulator;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::calls::{CALLS, CODE, Watched, answer, body, find, secrets, service, token};
use crate::capi::config;

/// Makes the message of the service's error from a request.
type Echo = fn(&str) -> String;

const ECHOES: [(&str, Echo); 19] = [
    ("everything", |request| request.to_owned()),
    ("the body", |request| body(request).to_owned()),
    ("the body as a JSON string", |request| {
        Value::from(body(request)).to_string()
    }),
    ("the secret", |request| secrets(request).join(" ")),
    ("the secret twice", |request| {
        secrets(request).join("").repeat(2)
    }),
    ("the secret percent-encoded", |request| {
        utf8_percent_encode(&secrets(request).join(" "), NON_ALPHANUMERIC).to_string()
    }),
    ("the secret percent-encoded in lower case", |request| {
        let secret = secrets(request).join(" ");
        let hex = |byte: u8| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02x}")
            }
        };
        secret.bytes().map(hex).collect()
    }),
    ("the secret percent-encoded twice", |request| {
        let once = utf8_percent_encode(&secrets(request).join(" "), NON_ALPHANUMERIC).to_string();
        utf8_percent_encode(&once, NON_ALPHANUMERIC).to_string()
    }),
    ("the secret with HTML's entities", |request| {
        let secret = secrets(request).join(" ").replace('&', "&amp;");
        secret.replace('<', "&lt;").replace('"', "&#34;")
    }),
    ("the secret with each character escaped", |request| {
        let secret = secrets(request).join(" ");
        let units = secret.encode_utf16();
        units.map(|unit| format!("\\u{unit:04x}")).collect()
    }),
    ("the secret in capitals", |request| {
        secrets(request).join(" ").to_ascii_uppercase()
    }),
    ("the body in base64", |request| {
        STANDARD.encode(body(request))
    }),
    ("the secret in hexadecimal", |request| {
        let secret = secrets(request).join(" ");
        secret.bytes().map(|byte| format!("{byte:02X}")).collect()
    }),
    ("the secret after a long text", |request| {
        format!("{}{}", "x".repeat(490), secrets(request).join(" "))
    }),
    ("the token", |request| {
        format!("bad token: {}", token(request))
    }),
    ("the token's signature", |request| {
        token(request)
            .rsplit('.')
            .next()
            .expect("a part")
            .to_owned()
    }),
    ("the token's claims", |request| {
        format!("'{}'", token(request).split('.').nth(1).expect("a part"))
    }),
    ("the end of the token", |request| {
        let token = token(request);
        token[token.len() - 40..].to_owned()
    }),
    ("the token cut in two by a space", |request| {
        let (start, end) = token(request).split_at(150);
        format!("{start} {end}")
    }),
];

/// A message with a secret is omitted completely: the rest of it, or the gap, could
/// reveal the secret.
#[test]
fn secrets_in_the_services_message_are_hidden() {
    let emulator = Emulator::start();
    for (number, status) in [
        (400, "400 Bad Request"),
        (403, "403 Forbidden"),
        (500, "500 -"),
    ] {
        for (what, echo) in ECHOES {
            let (service, requests) = service(move |request| {
                let error = json!({"code": "bad_request", "message": echo(request)});
                answer(status, &error.to_string())
            });
            let further = json!({"base_url": service.base_url(), "max_retries": 0});
            let watched = Watched::new(&config(&emulator, further));
            for (operation, call) in CALLS {
                let error = call(&watched.client).expect_err("refused");
                assert_eq!(error.http_status(), Some(number), "{error}");
                let request = requests.lock().expect("no panic").pop().expect("a request");
                let text = watched.readable(&error);
                assert_eq!(find(&text, &request), None, "{operation}, {what}: {text}");
                assert_eq!(error.code(), "bad_request", "{text}");
                let has_token = what == "everything" || what.contains("token");
                if has_token || !secrets(&request).is_empty() {
                    let name = service.base_url().replace("http://", "the service ");
                    let expected = format!(
                        "{name}: it answered {number}; the message is left out, \
                         since it may repeat a secret"
                    );
                    assert_eq!(error.message(), expected, "{operation}, {what}");
                }
            }
        }
    }
}

/// A message without a secret is shown unchanged.
#[test]
fn a_message_that_repeats_nothing_is_shown() {
    let emulator = Emulator::start();
    let (service, _) = service(|_| {
        let error = json!({"code": "bad_request", "message": "100 % wrong & \\ \"quoted\""});
        answer("400 -", &error.to_string())
    });
    let further = json!({"base_url": service.base_url(), "max_retries": 0});
    let watched = Watched::new(&config(&emulator, further));
    for (_, call) in CALLS {
        let error = call(&watched.client).expect_err("refused");
        assert_eq!(error.code(), "bad_request");
        assert_eq!(error.message(), "100 % wrong & \\ \"quoted\"");
    }
}

#[test]
fn the_value_of_a_configured_header_is_hidden() {
    let emulator = Emulator::start();
    let (service, _) = service(|request| {
        let key = request.split("x-key: ").nth(1).expect("the header");
        let key = key.split("\r\n").next().expect("a line");
        let error = json!({"code": format!("bad_{key}"), "message": format!("bad {key}")});
        answer("400 -", &error.to_string())
    });
    let further =
        json!({"base_url": service.base_url(), "headers": {"x-key": "canary_0123456789"}});
    let watched = Watched::new(&config(&emulator, further));
    let error = watched.client.get_user("ann").expect_err("refused");
    assert_eq!(error.code(), "http_error");
    let text = watched.readable(&error);
    assert!(!text.contains("canary"), "{text}");
}

#[test]
fn secrets_in_the_services_code_are_hidden() {
    let emulator = Emulator::start();
    let (service, requests) = service(|request| {
        // Shorter than 64 characters, because longer texts are not codes.
        let signature = token(request).rsplit('.').next().expect("a part");
        let code = match secrets(request).first() {
            Some(secret) if secret == CODE => format!("bad_{secret}"),
            _ => signature[..60].to_owned(),
        };
        answer(
            "403 Forbidden",
            &json!({"code": code, "message": ""}).to_string(),
        )
    });
    let further = json!({"base_url": service.base_url(), "max_retries": 0});
    let watched = Watched::new(&config(&emulator, further));
    for (operation, call) in CALLS {
        let error = call(&watched.client).expect_err("refused");
        let request = requests.lock().expect("no panic").pop().expect("a request");
        let text = watched.readable(&error);
        assert_eq!(find(&text, &request), None, "{operation}: {text}");
        assert_eq!(error.code(), "http_error", "{operation}: {text}");
    }
}

/// A complete answer of a service that received this token.
pub type OddAnswer = fn(&str) -> String;

/// Answers without an error object, valid HTTP or not, with the token in each place
/// that a parser might quote.
pub const ODD_ANSWERS: [(&str, OddAnswer); 21] = [
    ("the reason", |token| {
        format!("HTTP/1.1 400 {token}\r\ncontent-length: 0\r\n\r\n")
    }),
    ("the version", |token| {
        format!("{token} 200 OK\r\ncontent-length: 0\r\n\r\n")
    }),
    ("the status", |token| {
        format!("HTTP/1.1 {token} OK\r\ncontent-length: 0\r\n\r\n")
    }),
    ("the status, after a number", |token| {
        format!("HTTP/1.1 200{token} OK\r\ncontent-length: 0\r\n\r\n")
    }),
    ("nothing but it", |token| format!("{token}\r\n\r\n")),
    ("a header's value", |token| {
        format!("HTTP/1.1 400 -\r\nx-token: {token}\r\ncontent-length: 0\r\n\r\n")
    }),
    ("a header's value with a NUL", |token| {
        format!("HTTP/1.1 400 -\r\nx-token: {token}\0\r\ncontent-length: 0\r\n\r\n")
    }),
    ("a header's name", |token| {
        format!("HTTP/1.1 400 -\r\n{token}: x\r\ncontent-length: 0\r\n\r\n")
    }),
    ("a header's name with a space", |token| {
        format!("HTTP/1.1 400 -\r\nBearer {token}: x\r\ncontent-length: 0\r\n\r\n")
    }),
    ("a header without a colon", |token| {
        format!("HTTP/1.1 400 -\r\n{token}\r\ncontent-length: 0\r\n\r\n")
    }),
    ("content-length", |token| {
        format!("HTTP/1.1 200 OK\r\ncontent-length: {token}\r\n\r\n")
    }),
    ("transfer-encoding", |token| {
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: {token}\r\n\r\n")
    }),
    ("a chunk's length", |token| {
        format!("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{token}\r\n\r\n")
    }),
    ("content-encoding", |token| {
        format!("HTTP/1.1 200 OK\r\ncontent-encoding: {token}\r\ncontent-length: 0\r\n\r\n")
    }),
    ("content-type", |token| {
        format!(
            "HTTP/1.1 200 OK\r\ncontent-type: text/plain; charset={token}\r\n\
             content-length: 1\r\n\r\n\u{7f}"
        )
    }),
    ("location", |token| {
        format!("HTTP/1.1 302 -\r\nlocation: {token}\r\ncontent-length: 0\r\n\r\n")
    }),
    ("retry-after", |token| {
        format!("HTTP/1.1 503 -\r\nretry-after: {token}\r\ncontent-length: 0\r\n\r\n")
    }),
    ("upgrade", |token| {
        format!("HTTP/1.1 101 {token}\r\nupgrade: {token}\r\n\r\n")
    }),
    ("a text for an answer", |token| {
        let length = token.len();
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{token}")
    }),
    ("a JSON string for an answer", |token| {
        let length = token.len() + 2;
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n\"{token}\"")
    }),
    ("a member without a value", |token| {
        let body = format!("{{\"{token}\":1,\"{token}\"}}");
        let length = body.len();
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}")
    }),
];

#[test]
fn the_token_in_an_odd_answer_is_not_quoted() {
    let emulator = Emulator::start();
    for (what, odd) in ODD_ANSWERS {
        let (service, requests) = service(move |request| {
            let answer = odd(token(request)).replacen("\r\n", "\r\nconnection: close\r\n", 1);
            answer.into_bytes()
        });
        let further = json!({"base_url": service.base_url(), "max_retries": 0,
            "request_timeout_ms": 60_000, "wait_timeout_ms": 60_000});
        let watched = Watched::new(&config(&emulator, further));
        for (operation, call) in CALLS {
            let error = call(&watched.client).expect_err("not an answer");
            let request = requests.lock().expect("no panic").pop().expect("a request");
            let text = watched.readable(&error);
            assert_eq!(find(&text, &request), None, "{operation}, {what}: {text}");
        }
    }
}
