//! Errors about an answer that arrived: they contain its status and the id of its
//! request, and so does the event of the attempt.

use std::io::Write;
use std::sync::{Arc, Mutex};

use loginid::{Client, Config, Error, Logger, Status};
use serde_json::{Value, json};

use crate::listener::{Listener, read_request};
use crate::once::token;

/// A service that answers each path with these bytes, and the requests it received.
struct Service {
    listener: Listener,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Service {
    fn start(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Service {
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = requests.clone();
        let listener = Listener::start(move |mut stream, _| {
            if let Some(request) = read_request(&mut stream) {
                let path = request.split(' ').nth(1).expect("a path").to_owned();
                seen.lock().expect("no panic").push(request);
                // The client may have closed the connection early.
                let _ = stream.write_all(&answer(&path));
            }
        });
        Service { listener, requests }
    }

    /// The ids of the requests, in order.
    fn ids(&self) -> Vec<String> {
        let requests = self.requests.lock().expect("no panic");
        let id = |request: &String| {
            let lines = request.lines();
            let mut ids = lines.filter_map(|line| line.strip_prefix("request-id: "));
            ids.next().expect("an id").to_owned()
        };
        requests.iter().map(id).collect()
    }
}

/// A client, and the events it logged.
struct Watched {
    client: Client,
    events: Arc<Mutex<Vec<Value>>>,
}

impl Watched {
    fn new(service: &Service, further: Value) -> Watched {
        let pair = loginid::generate_key_pair().expect("a key pair");
        let pair: Value = serde_json::from_str(&pair).expect("JSON");
        let mut config = json!({"client_id": "a-client_id", "private_key": pair["private_key"],
            "base_url": service.listener.base_url(), "max_response_bytes": 5_000});
        for (name, value) in further.as_object().expect("an object") {
            config[name] = value.clone();
        }
        let config = Config::from_json(&config.to_string()).expect("a configuration");
        let client = Client::with_config(config).expect("a client");
        let events = Arc::new(Mutex::new(Vec::new()));
        let log = events.clone();
        client.set_logger(Some(Logger::new(move |event| {
            let event = serde_json::from_str(event).expect("JSON");
            log.lock().expect("no panic").push(event);
        })));
        Watched { client, events }
    }

    /// What is logged since the last time: operation, HTTP status, code.
    fn logged(&self) -> Vec<(String, Value, Value)> {
        let events = std::mem::take(&mut *self.events.lock().expect("no panic"));
        let read = |event: Value| {
            let operation = event["operation"].as_str().expect("a name").to_owned();
            assert_eq!(
                event["code"].is_null(),
                event["status"].is_null(),
                "{event}"
            );
            (
                operation,
                event["http_status"].clone(),
                event["code"].clone(),
            )
        };
        events.into_iter().map(read).collect()
    }
}

fn answer(status: &str, headers: &str, body: impl AsRef<[u8]>) -> Vec<u8> {
    let body = body.as_ref();
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nconnection: close\r\n{headers}content-length: {length}\r\n\r\n"
    );
    [head.as_bytes(), body].concat()
}

type CallIt = fn(&Client) -> loginid::Result<String>;

/// The error that the only call to the service returns, which is about its answer.
#[track_caller]
fn refused(bytes: Vec<u8>, status: u16, call: (&str, CallIt)) -> Error {
    let service = Service::start(move |_| bytes.clone());
    let (operation, call) = call;
    let watched = Watched::new(&service, json!({}));
    let error = call(&watched.client).expect_err("not an answer");
    assert_eq!(error.http_status(), Some(status), "{error:?}");
    let ids = service.ids();
    assert_eq!(ids.len(), 1, "asked once: {error:?}");
    assert_eq!(error.request_id(), Some(ids[0].as_str()), "{error:?}");
    assert_eq!(error.operation(), Some(operation));
    assert!(!error.retryable(), "{error:?}");
    let name = service
        .listener
        .base_url()
        .replace("http://", "the service ");
    assert!(
        error.message().starts_with(&format!("{name}: "))
            || error.status() != Status::LID_ERROR_RESPONSE,
        "{error:?}"
    );
    let event = (operation.to_owned(), status.into(), error.code().into());
    assert_eq!(watched.logged(), [event]);
    error
}

const GET_USER: (&str, CallIt) = ("get_user", |client| client.get_user("ann"));
const CREATE_TX: (&str, CallIt) = ("create_tx", |client| client.create_tx("pay", None, None));
const LOGIN: (&str, CallIt) = ("authenticate_password", |client| {
    client.authenticate_password("ann", "a password")
});

#[test]
fn the_error_for_an_unusable_answer_has_its_status_and_id() {
    let compressed = "content-encoding: gzip\r\n";
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(200), "]".repeat(200));
    for (status, headers, body, code, says) in [
        (
            "200 OK",
            "",
            "<html>",
            "invalid_response",
            "not a JSON object",
        ),
        ("201 -", "", "", "invalid_response", "not a JSON object"),
        ("202 -", "", "[]", "invalid_response", "not a JSON object"),
        (
            "200 OK",
            "",
            deep.as_str(),
            "invalid_response",
            "nested too deeply",
        ),
        (
            "200 OK",
            compressed,
            "{}",
            "unexpected_encoding",
            "compressed",
        ),
        (
            "302 -",
            "location: /x\r\n",
            "",
            "unexpected_redirect",
            "redirect",
        ),
        (
            "200 OK",
            "",
            &" ".repeat(6_000),
            "response_too_large",
            "max_response_bytes",
        ),
        (
            "101 -",
            "upgrade: x\r\n",
            "",
            "invalid_response",
            "protocol",
        ),
    ] {
        let number = status[..3].parse().expect("a status");
        let error = refused(answer(status, headers, body), number, GET_USER);
        assert_eq!(error.code(), code, "{error:?}");
        assert_eq!(error.status(), Status::LID_ERROR_RESPONSE, "{error:?}");
        assert!(error.message().contains(says), "{error:?}");
    }
    let not_utf8 = answer("200 OK", "", b"{\"a\":\"\xff\"}");
    assert_eq!(refused(not_utf8, 200, GET_USER).code(), "invalid_response");
}

#[test]
fn a_duplicate_member_is_named() {
    for (body, call, says) in [
        (
            r#"{"id":"a","nonce":1,"\u006eonce":2}"#,
            CREATE_TX,
            "the member 'nonce' twice",
        ),
        (r#"{"jwt":"a","jwt":"a"}"#, LOGIN, "the member 'jwt' twice"),
    ] {
        let error = refused(answer("200 OK", "", body), 200, call);
        assert_eq!(error.code(), "invalid_response");
        assert!(error.message().contains(says), "{error:?}");
    }
}

#[test]
fn the_error_for_a_login_without_a_good_token_has_its_status_and_id() {
    for (body, code) in [
        ("{}", "missing_jwt"),
        (r#"{"jwt":null}"#, "missing_jwt"),
        (r#"{"jwt":"a.b.c"}"#, "malformed_token"),
    ] {
        let error = refused(answer("200 OK", "", body), 200, LOGIN);
        assert_eq!(error.code(), code, "{error:?}");
    }
}

/// The PEM of a key that signed nothing.
fn other_key() -> String {
    let pair = loginid::generate_key_pair().expect("a key pair");
    let pair: Value = serde_json::from_str(&pair).expect("JSON");
    pair["public_key"].as_str().expect("a key").to_owned()
}

fn login_then(certs: impl Fn() -> Vec<u8> + Send + Sync + 'static) -> Service {
    let body = json!({"jwt": token()}).to_string();
    Service::start(move |path| {
        if path.starts_with("/certs") {
            certs()
        } else {
            answer("200 OK", "", &body)
        }
    })
}

#[test]
fn the_error_for_a_forged_login_has_the_status_and_id_of_its_answer() {
    let login = |code: &str| ("authenticate_password".to_owned(), 200.into(), code.into());
    let key = |status: u16, code: Value| ("public_key".to_owned(), status.into(), code);
    let never = login_then(|| panic!("the key is configured"));
    let pinned = json!({"public_keys": {"new": other_key()}});
    let watched = Watched::new(&never, pinned);
    let error = LOGIN.1(&watched.client).expect_err("forged");
    assert_eq!(
        (error.code(), error.http_status()),
        ("invalid_signature", Some(200))
    );
    assert_eq!(error.request_id(), Some(never.ids()[0].as_str()));
    assert_eq!(watched.logged(), [login("invalid_signature")]);

    // A service that does not know the key says so in its own answer.
    let error = json!({"code": "key_not_found", "message": "No such key"}).to_string();
    let unknown = login_then(move || answer("404 -", "", &error));
    let watched = Watched::new(&unknown, json!({}));
    let error = LOGIN.1(&watched.client).expect_err("forged");
    assert_eq!(
        (error.code(), error.http_status()),
        ("unknown_key", Some(200))
    );
    assert_eq!(error.request_id(), Some(unknown.ids()[0].as_str()));
    let refused = key(404, "key_not_found".into());
    assert_eq!(watched.logged(), [refused, login("unknown_key")]);
    let error = watched
        .client
        .verify_token(&token(), None)
        .expect_err("forged");
    assert_eq!((error.code(), error.http_status()), ("unknown_key", None));

    // If the key has to be fetched, that attempt ends first and is logged first.
    let served = login_then(|| answer("200 OK", "", other_key()));
    let watched = Watched::new(&served, json!({}));
    let error = LOGIN.1(&watched.client).expect_err("forged");
    assert_eq!(
        (error.code(), error.http_status()),
        ("invalid_signature", Some(200))
    );
    assert_eq!(error.request_id(), Some(served.ids()[0].as_str()));
    let expected = [key(200, Value::Null), login("invalid_signature")];
    assert_eq!(watched.logged(), expected);
}

/// Nothing is known to be wrong with the login's answer: the error is about the other
/// request.
#[test]
fn the_error_for_a_key_that_cannot_be_fetched_has_the_status_and_id_of_its_request() {
    for (certs, status, code) in [
        (answer("500 -", "", ""), Some(500), "http_error"),
        (
            answer("200 OK", "", "no key"),
            Some(200),
            "invalid_public_key",
        ),
        (Vec::new(), None, "connection_lost"),
    ] {
        let service = login_then(move || certs.clone());
        let watched = Watched::new(&service, json!({"max_retries": 0}));
        let error = LOGIN.1(&watched.client).expect_err("no key");
        assert_eq!(
            (error.code(), error.http_status()),
            (code, status),
            "{error:?}"
        );
        assert_eq!(error.request_id(), Some(service.ids()[1].as_str()));
        assert_eq!(error.operation(), Some("authenticate_password"));
        assert!(!error.retryable(), "the login was carried out");
        let login = ("authenticate_password".to_owned(), 200.into(), Value::Null);
        let fetch = ("public_key".to_owned(), status.into(), code.into());
        assert_eq!(watched.logged(), [fetch, login]);
    }
}

#[test]
fn a_call_without_an_attempt_has_no_request_id() {
    let service = Service::start(|_| Vec::new());
    let watched = Watched::new(&service, json!({}));
    let cancel = Arc::new(loginid::Cancel::new());
    cancel.trigger();
    let long = "x".repeat(80_000);
    let limit = std::time::Duration::ZERO;
    for (error, code) in [
        (watched.client.get_user(&long), "request_too_large"),
        (watched.client.activate_user_by_id("."), "invalid_user_id"),
        (
            watched
                .client
                .wait_code("ann", "1", "short", limit, Some(cancel)),
            "cancelled",
        ),
    ] {
        let error = error.expect_err("not sent");
        assert_eq!(error.code(), code);
        assert_eq!(error.request_id(), None, "{error:?}");
        assert_eq!(error.http_status(), None, "{error:?}");
    }
    assert_eq!(watched.logged(), []);
    assert_eq!(service.listener.accepted(), 0);
}
