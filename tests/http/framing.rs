//! How requests are framed: every function of the header, byte for byte.

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::capi::{Client, c};
use crate::library::{Library, calls};
use crate::listener::{Listener, read_head};

/// A request as received: its head, and everything until the client closed the connection.
struct Sent {
    head: String,
    body: Vec<u8>,
}

impl Sent {
    fn values(&self, name: &str) -> Vec<&str> {
        let headers = self.head.lines().filter_map(|line| line.split_once(':'));
        headers
            .filter(|(known, _)| known.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim())
            .collect()
    }
}

/// RFC 9110, section 8.6: a PUT or POST declares that its content is empty. A GET, and a
/// DELETE without content, declares nothing.
#[test]
fn a_request_has_the_length_of_its_body_and_is_never_chunked() {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = requests.clone();
    let service = Listener::start(move |mut stream, _| {
        let Some(head) = read_head(&mut stream) else {
            return;
        };
        // The body of a client that is answered ends with its connection.
        let answer = "HTTP/1.1 400 -\r\nconnection: close\r\ncontent-length: 2\r\n\r\n{}";
        stream.write_all(answer.as_bytes()).expect("a reader");
        stream
            .shutdown(std::net::Shutdown::Write)
            .expect("a reader");
        let mut body = Vec::new();
        stream.read_to_end(&mut body).expect("a body");
        seen.lock().expect("no panic").push(Sent { head, body });
    });
    let library = Library::load(&service.base_url());
    let table = concat!(env!("CARGO_MANIFEST_DIR"), "/bindings/wire.json");
    let table = std::fs::read_to_string(table).expect("the table of requests");
    let table: Vec<Value> = serde_json::from_str(&table).expect("JSON");
    let mut methods = std::collections::BTreeMap::<String, usize>::new();
    for function in calls() {
        let name = function.name.as_str();
        let done = library.call(&function, library.usual(name));
        library.free_made(&done);
        let sent = loop {
            // It is complete when the connection is closed, shortly after the call.
            match requests.lock().expect("no panic").pop() {
                None if service.accepted() > methods.values().sum() => {}
                sent => break sent,
            }
            std::thread::yield_now();
        };
        let Some(sent) = sent else { continue };
        let method = sent.head.split(' ').next().expect("a method");
        *methods.entry(method.to_owned()).or_default() += 1;
        assert_eq!(sent.values("transfer-encoding").len(), 0, "{}", sent.head);
        let length = sent.body.len().to_string();
        let expected = match method {
            "POST" | "PUT" => vec![length.as_str()],
            "DELETE" if !sent.body.is_empty() => vec![length.as_str()],
            _ => vec![],
        };
        assert_eq!(sent.values("content-length"), expected, "{}", sent.head);
        if !sent.body.is_empty() {
            let body: Value = serde_json::from_slice(&sent.body).expect("JSON");
            assert!(body.is_object(), "{name}: {body}");
        }
        // tests/v2/calls.rs has the table of the current service.
        if name.starts_with("lid_v2_") {
            continue;
        }
        let row = table.iter().find(|row| row["function"] == name);
        let row = row.unwrap_or_else(|| panic!("{name} is not in the table"));
        assert_eq!(row["method"], method, "{name}");
        assert_eq!(row["body"].is_null(), sent.body.is_empty(), "{name}");
        assert!(sent.body.is_empty() || method == "POST", "{}", sent.head);
    }
    assert!(methods["PUT"] >= 2 && methods["DELETE"] >= 1, "{methods:?}");
    assert!(methods["POST"] > 25, "{methods:?}");
}

#[test]
fn the_request_for_a_key_has_no_body() {
    let heads = Arc::new(Mutex::new(Vec::new()));
    let seen = heads.clone();
    let service = Listener::start(move |mut stream, _| {
        if let Some(head) = read_head(&mut stream) {
            seen.lock().expect("no panic").push(head);
        }
    });
    let config = json!({"client_id": "a-client_id", "base_url": service.base_url(),
        "max_retries": 0});
    Client::new(&config).verify_token(crate::once::token());
    let heads = heads.lock().expect("no panic");
    let head = heads.first().expect("a request").to_lowercase();
    assert!(
        head.starts_with("get /certs?kid=new http/1.1\r\n"),
        "{head}"
    );
    assert!(!head.contains("content-length"), "{head}");
    assert!(!head.contains("transfer-encoding"), "{head}");
}

/// Some servers and gateways require the length.
#[test]
fn a_server_that_requires_a_content_length_receives_one() {
    let service = Listener::start(move |mut stream, _| {
        while let Some(head) = read_head(&mut stream) {
            let answer: &[u8] = if head.to_lowercase().contains("\r\ncontent-length: 0\r\n") {
                b"HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{\"id\":\"u-1\"}"
            } else {
                b"HTTP/1.1 411 Length Required\r\ncontent-length: 0\r\n\r\n"
            };
            stream.write_all(answer).expect("a reader");
        }
    });
    let pair = loginid::generate_key_pair().expect("a key pair");
    let pair: Value = serde_json::from_str(&pair).expect("JSON");
    let config = json!({"client_id": "app", "private_key": pair["private_key"],
        "base_url": service.base_url()});
    let client = Client::new(&config);
    let user_id = c("u-1");
    // SAFETY: the header's contract, with living arguments.
    let outcome = client.call(|client, out| unsafe {
        loginid::ffi::lid_activate_user_by_id(client, user_id.as_ptr(), out)
    });
    assert_eq!(outcome.ok()["id"], "u-1");
}
