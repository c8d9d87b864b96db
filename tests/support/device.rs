//! A user's device for C programs: a software authenticator behind HTTP. `POST /created` takes the
//! options to make a passkey, `POST /signed` those to sign; the answer is what
//! `PublicKeyCredential.toJSON()` returns.

use std::io::Write;
use std::sync::Mutex;

use loginid_test_authenticator::SoftAuthenticator;
use serde_json::Value;

use crate::listener::{Listener, read_request};

const ORIGIN: &str = "http://localhost";

pub struct Device {
    listener: Listener,
}

impl Device {
    pub fn start() -> Device {
        let authenticator = Mutex::new(SoftAuthenticator::platform());
        let listener = Listener::start(move |mut stream, _| {
            let request = read_request(&mut stream).expect("a request");
            let (head, options) = request.split_once("\r\n\r\n").expect("a head");
            let options: Value = serde_json::from_str(options).expect("options");
            let mut authenticator = authenticator.lock().expect("the authenticator");
            let done = match head.starts_with("POST /created ") {
                true => authenticator.created(&options, ORIGIN),
                false => authenticator.signed(&options, ORIGIN),
            };
            let (status, body) = match done {
                Ok(done) => (200, done.to_string()),
                Err(error) => (400, error.to_string()),
            };
            let answer = format!(
                "HTTP/1.1 {status} -\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(answer.as_bytes()).expect("an answer");
        });
        Device { listener }
    }

    pub fn url(&self) -> String {
        self.listener.base_url()
    }
}
