//! The calls that carry a secret, and the parts of it that must not be repeated.

use std::io::Write;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use loginid::{Client, Config, Error, Logger};
use serde_json::Value;

use crate::listener::{Listener, read_request};

/// A password that every encoding changes.
const PASSWORD: &str = "CANARY \"pass\\wörd\"/\n+%&=\t<b>";
pub const CODE: &str = "CANARYcode-long_0123456789";
const ASSERTION: &str = "eyJDQU5BUlki.eyJDQU5BUlktY2xhaW1z.Q0FOQVJZLXNpZ25hdHVyZQ";

pub type CallIt = fn(&Client) -> loginid::Result<String>;

/// Every call with a password, a code or an assertion, a call for each kind of bearer
/// token, and a call that may be retried.
pub const CALLS: [(&str, CallIt); 9] = [
    ("authenticate_password", |client| {
        client.authenticate_password("ann", PASSWORD)
    }),
    ("register_password", |client| {
        client.register_password("ann", PASSWORD)
    }),
    ("authorize_code", |client| {
        client.authorize_code(CODE, "long", "add_credential", None, Some("ann"))
    }),
    ("wait_code", |client| {
        client.wait_code("ann", CODE, "long", Duration::ZERO, None)
    }),
    ("init_add_fido2_credential_with_code", |client| {
        client.init_add_fido2_credential_with_code(CODE, "long", "ann", None)
    }),
    ("authenticate_publickey_complete", |client| {
        client.authenticate_publickey_complete("ann", "id", ASSERTION)
    }),
    ("create_tx", |client| {
        client.create_tx("pay 10", Some("ann"), None)
    }),
    ("add_user_without_credentials", |client| {
        client.add_user_without_credentials("ann")
    }),
    ("get_user", |client| client.get_user("ann")),
];

pub fn token(request: &str) -> &str {
    let bearer = request.split("Bearer ").nth(1);
    bearer
        .and_then(|rest| rest.split("\r\n").next())
        .expect("a token")
}

pub fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").expect("a head").1
}

pub fn secrets(request: &str) -> Vec<String> {
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

/// Whether a text contains a secret of a request, or a significant part of one.
pub fn find(text: &str, request: &str) -> Option<String> {
    let (_, varying) = token(request).split_once('.').expect("two parts");
    part_of(text, varying)
        .or_else(|| part_of(text, ASSERTION))
        .or_else(|| {
            ["CANARY", "wörd", "w%C3", "w%c3", "0123456789"]
                .into_iter()
                .find(|canary| text.contains(canary))
                .map(str::to_owned)
        })
}

/// Sixteen consecutive characters of a secret that the text contains.
pub fn part_of(text: &str, secret: &str) -> Option<String> {
    let text: std::collections::HashSet<&[u8]> = text.as_bytes().windows(16).collect();
    let found = secret
        .as_bytes()
        .windows(16)
        .find(|part| text.contains(part));
    found.map(|part| String::from_utf8_lossy(part).into_owned())
}

/// A service that answers each request with these bytes and then closes the connection,
/// so that clients do not wait for the rest of an odd answer. It keeps the requests.
pub fn service(
    answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static,
) -> (Listener, Arc<Mutex<Vec<String>>>) {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = requests.clone();
    let listener = Listener::start(move |mut stream, _| {
        if let Some(request) = read_request(&mut stream) {
            let answer = answer(&request);
            seen.lock().expect("no panic").push(request);
            // The client may have closed the connection early.
            let _ = stream.write_all(&answer);
        }
    });
    (listener, requests)
}

/// An answer with a body, well formed.
pub fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\nconnection: close\r\ncontent-length: {length}");
    format!("{head}\r\n\r\n{body}").into_bytes()
}

/// A client, and the events it logged.
pub struct Watched<C> {
    pub client: C,
    events: Arc<Mutex<String>>,
}

impl Watched<Client> {
    pub fn new(config: &Value) -> Watched<Client> {
        let config = Config::from_json(&config.to_string()).expect("a configuration");
        let client = Client::with_config(config).expect("a client");
        Watched::of(client, Client::set_logger)
    }
}

impl<C: std::fmt::Debug> Watched<C> {
    /// Watches a client of either service.
    pub fn of(client: C, set_logger: fn(&C, Option<Logger>)) -> Watched<C> {
        let events = Arc::new(Mutex::new(String::new()));
        let log = events.clone();
        let logger = Logger::new(move |event| log.lock().expect("no panic").push_str(event));
        set_logger(&client, Some(logger));
        Watched { client, events }
    }

    pub fn events(&self) -> String {
        self.events.lock().expect("no panic").clone()
    }

    /// Everything that a program can read after a failed call.
    pub fn readable(&self, error: &Error) -> String {
        let events = self.events();
        assert!(!events.is_empty(), "nothing is logged");
        let code = error.code();
        format!(
            "{} {error} {error:?} {code} {events} {:?}",
            error.to_json(),
            self.client
        )
    }
}
