//! A service that repeats in its errors what it was sent.

use std::io::Write;
use std::sync::{Arc, Mutex};

use loginid::{Client, Config, Error, Logger};
use loginid_emulator::Emulator;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::capi::config;
use crate::listener::{Listener, read_request};

/// A password that no encoding leaves as it is.
const PASSWORD: &str = "CANARY \"pass\\wörd\"/\n+%&=\t<b>";
const CODE: &str = "CANARYcode-long_0123456789";
const ASSERTION: &str = "eyJDQU5BUlki.eyJDQU5BUlktY2xhaW1z.Q0FOQVJZLXNpZ25hdHVyZQ";

/// What the service makes of a request: the message of its error.
type Echo = fn(&str) -> String;

fn token(request: &str) -> &str {
    let bearer = request.split("Bearer ").nth(1);
    bearer
        .and_then(|rest| rest.split("\r\n").next())
        .expect("a token")
}

fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").expect("a head").1
}

fn secrets(request: &str) -> Vec<String> {
    let body: Value = serde_json::from_str(body(request)).expect("JSON");
    [
        "/password",
        "/code",
        "/authentication_code/code",
        "/assertion",
    ]
    .iter()
    .filter_map(|pointer| body.pointer(pointer)?.as_str())
    .map(str::to_owned)
    .collect()
}

const ECHOES: [(&str, Echo); 13] = [
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
    ("the secret percent-encoded in small letters", |request| {
        let secret = secrets(request).join(" ");
        let hex = |byte: u8| match byte.is_ascii_alphanumeric() {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02x}"),
        };
        secret.bytes().map(hex).collect()
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

/// Whether a text holds a secret, or a telling part of one.
fn find(text: &str, request: &str) -> Option<String> {
    let (_, varying) = token(request).split_once('.').expect("two parts");
    let parts = varying.as_bytes().windows(16).map(<[u8]>::to_vec);
    let assertion = ASSERTION.as_bytes().windows(16).map(<[u8]>::to_vec);
    let found = parts
        .chain(assertion)
        .find(|part| text.as_bytes().windows(16).any(|window| window == part));
    match found {
        Some(part) => Some(String::from_utf8_lossy(&part).into_owned()),
        None => ["CANARY", "wörd", "w%C3", "w%c3", "0123456789"]
            .into_iter()
            .find(|canary| text.contains(canary))
            .map(str::to_owned),
    }
}

type CallIt = fn(&Client) -> loginid::Result<String>;

const CALLS: [(&str, CallIt); 4] = [
    ("authenticate_password", |client| {
        client.authenticate_password("ann", PASSWORD)
    }),
    ("authorize_code", |client| {
        client.authorize_code(CODE, "long", "add_credential", None, Some("ann"))
    }),
    ("wait_code", |client| {
        client.wait_code("ann", CODE, "long", std::time::Duration::ZERO, None)
    }),
    ("authenticate_publickey_complete", |client| {
        client.authenticate_publickey_complete("ann", "id", ASSERTION)
    }),
];

/// A service that answers every request with this error object.
fn service(
    status: &'static str,
    answer: impl Fn(&str) -> Value + Send + Sync + 'static,
) -> (Listener, Arc<Mutex<Vec<String>>>) {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = requests.clone();
    let listener = Listener::start(move |mut stream, _| {
        while let Some(request) = read_request(&mut stream) {
            let body = answer(&request).to_string();
            seen.lock().expect("no panic").push(request);
            let head = format!(
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n",
                body.len()
            );
            if stream.write_all((head + &body).as_bytes()).is_err() {
                break;
            }
        }
    });
    (listener, requests)
}

fn shown(error: &Error) -> String {
    format!("{} {error} {error:?} {}", error.to_json(), error.code())
}

#[test]
fn what_the_service_repeats_in_its_message_is_hidden() {
    let emulator = Emulator::start();
    for (what, echo) in ECHOES {
        let (service, requests) = service(
            "400 Bad Request",
            move |request| json!({"code": "bad_request", "message": echo(request)}),
        );
        let config = config(&emulator, json!({"base_url": service.base_url()}));
        let client = Client::with_config(Config::from_json(&config.to_string()).unwrap()).unwrap();
        let events = Arc::new(Mutex::new(String::new()));
        let log = events.clone();
        client.set_logger(Some(Logger::new(move |event| {
            log.lock().expect("no panic").push_str(event);
        })));
        for (operation, call) in CALLS {
            let error = call(&client).expect_err("refused");
            assert_eq!(error.http_status(), Some(400), "{error}");
            let request = requests.lock().expect("no panic").pop().expect("a request");
            let events = events.lock().expect("no panic").clone();
            for text in [shown(&error), events, format!("{client:?}")] {
                let found = find(&text, &request);
                assert_eq!(found, None, "{operation}, {what}: {text}");
            }
        }
    }
}

#[test]
fn what_the_service_repeats_in_its_code_is_hidden() {
    let emulator = Emulator::start();
    let (service, requests) = service("403 Forbidden", |request| {
        // Shorter than 64 characters, or it is not taken for a code.
        let signature = token(request).rsplit('.').next().expect("a part");
        let secret = secrets(request).into_iter().next().expect("a secret");
        let code = match secret == CODE {
            true => format!("bad-{secret}"),
            false => signature[..60].to_owned(),
        };
        json!({"code": code, "message": ""})
    });
    let config = config(&emulator, json!({"base_url": service.base_url()}));
    let client = Client::with_config(Config::from_json(&config.to_string()).unwrap()).unwrap();
    for (operation, call) in CALLS {
        let error = call(&client).expect_err("refused");
        let request = requests.lock().expect("no panic").pop().expect("a request");
        assert_eq!(find(&shown(&error), &request), None, "{operation}: {error}");
    }
}
