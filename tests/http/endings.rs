//! Where an answer ends, and what comes after it.

use std::io::{self, Write};
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use crate::capi::{Client, Outcome, lid_status::*};
use crate::listener::{Listener, read_request};
use crate::tls::{Authority, TlsStream};

const BODY: &str = r#"{"id":"a","username":"ann"}"#;

/// How a server ends a connection.
#[derive(Clone, Copy, Debug, PartialEq)]
enum End {
    /// Under TLS with a close_notify, then with a FIN.
    Proper,
    /// With a FIN only.
    Abrupt,
    /// With a RST.
    Reset,
}

impl End {
    fn tcp(self, stream: &TcpStream) {
        if self == End::Reset {
            let at_once = Some(Duration::ZERO);
            rustix::net::sockopt::set_socket_linger(stream, at_once).expect("a socket");
        }
    }

    fn tls(self, mut stream: TlsStream) {
        if self == End::Proper {
            stream.conn.send_close_notify();
            stream.flush().expect("a reader");
        }
        self.tcp(&stream.sock);
    }
}

/// A key for clients, since calls need one.
fn private_key() -> Value {
    let pair = loginid::generate_key_pair().expect("a key pair");
    let pair: Value = serde_json::from_str(&pair).expect("JSON");
    pair["private_key"].clone()
}

fn client(base_url: &str, ca_pem: &str) -> Client {
    let mut config = json!({"client_id": "app", "private_key": private_key(),
        "base_url": base_url, "max_retries": 0});
    if base_url.starts_with("https") {
        config["ca_pem"] = ca_pem.into();
    }
    Client::new(&config)
}

fn https(service: &Listener) -> String {
    service.base_url().replace("http://", "https://")
}

/// The outcome of a call whose answer ends like this.
fn ended(answer: &str, tls: bool, end: End) -> Outcome {
    let authority = Authority::new();
    let server = authority.server("127.0.0.1").server();
    let answer = answer.to_owned();
    let service = Listener::start(move |mut stream, _| {
        if !tls {
            let _request = read_request(&mut stream);
            stream.write_all(answer.as_bytes()).expect("a reader");
            return end.tcp(&stream);
        }
        let mut stream = server.accept(stream);
        let _request = read_request(&mut stream);
        stream.write_all(answer.as_bytes()).expect("a reader");
        end.tls(stream);
    });
    let base_url = if tls {
        https(&service)
    } else {
        service.base_url()
    };
    client(&base_url, &authority.pem()).get_user("ann")
}

/// RFC 9112, sections 8 and 9.8: without a length an answer is complete only if the
/// connection ends properly, however complete it looks.
#[test]
fn an_answer_without_a_length_is_complete_only_if_its_connection_ends_properly() {
    for version in ["1.0", "1.1"] {
        let head = format!("HTTP/{version} 200 OK\r\n\r\n");
        for bytes in [0, 1, BODY.len() - 1, BODY.len()] {
            let answer = format!("{head}{}", &BODY[..bytes]);
            for (tls, end) in [
                (true, End::Proper),
                (true, End::Abrupt),
                (true, End::Reset),
                (false, End::Proper),
                (false, End::Reset),
            ] {
                let outcome = ended(&answer, tls, end);
                let what = format!("{bytes}, TLS: {tls}, {end:?}: {}", outcome.text);
                match end {
                    End::Proper if bytes == BODY.len() => {
                        assert_eq!(outcome.status, LID_OK, "{what}")
                    }
                    End::Proper => assert_eq!(outcome.code(), "invalid_response", "{what}"),
                    _ => {
                        assert_eq!(outcome.status, LID_ERROR_NETWORK, "{what}");
                        assert_eq!(outcome.code(), "connection_lost", "{what}");
                        assert_eq!(outcome.error("retryable"), true, "{what}");
                    }
                }
            }
        }
    }
}

#[test]
fn an_answer_whose_length_is_known_is_complete_however_its_connection_ends() {
    let length = BODY.len();
    let whole = [
        format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{BODY}"),
        format!(
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{length:x}\r\n{BODY}\r\n0\r\n\r\n"
        ),
    ];
    for answer in whole {
        for (tls, end) in [
            (true, End::Proper),
            (true, End::Abrupt),
            (false, End::Proper),
        ] {
            let outcome = ended(&answer, tls, end);
            assert_eq!(outcome.ok()["username"], "ann");
            // A body that lacks one byte is incomplete.
            let cut = answer.len() - 8;
            let outcome = ended(&answer[..cut], tls, end);
            assert_eq!(outcome.code(), "connection_lost", "{}", outcome.text);
        }
    }
}

/// An unrequested answer must not be taken for the answer to the next call: an attacker
/// who can inject one could answer instead of the service. Sizes vary, because it may
/// remain in any buffer on the way.
#[test]
fn a_connection_with_unread_bytes_is_not_reused() {
    let authority = Authority::new();
    let server = authority.server("127.0.0.1").server();
    let sizes = [100, 2_000]
        .into_iter()
        .chain(4_000..4_120)
        .chain(16_300..16_400);
    for tls in [true, false] {
        let size = Arc::new(AtomicUsize::new(0));
        let (server, wanted) = (server.clone(), size.clone());
        let service = Listener::start(move |stream, _| {
            let bytes = wanted.load(Ordering::SeqCst);
            let unread = || unread(bytes);
            // A client that received too much closes the connection.
            let _ = if tls {
                answer_too_much(server.accept(stream), unread)
            } else {
                answer_too_much(stream, unread)
            };
        });
        let base_url = if tls {
            https(&service)
        } else {
            service.base_url()
        };
        let client = client(&base_url, &authority.pem());
        for bytes in sizes.clone() {
            size.store(bytes, Ordering::SeqCst);
            for _ in 0..2 {
                let user = client.get_user("ann").ok();
                assert_eq!(user["username"], "ann", "TLS: {tls}, {bytes} bytes");
            }
        }
    }
}

/// An answer of this many bytes in total, and an unrequested one.
fn unread(bytes: usize) -> [Vec<u8>; 2] {
    let answer = |padding: usize, body: &str| {
        let length = body.len() + padding;
        let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {length:06}\r\n\r\n");
        format!("{head}{body}{}", " ".repeat(padding)).into_bytes()
    };
    let least = answer(0, BODY).len();
    let padding = bytes.saturating_sub(least);
    [
        answer(padding, BODY),
        answer(0, r#"{"username":"mallory"}"#),
    ]
}

/// Both are sent together, over TLS in one record each.
fn answer_too_much<S: io::Read + Write + Both>(
    mut stream: S,
    answers: impl Fn() -> [Vec<u8>; 2],
) -> io::Result<()> {
    while read_request(&mut stream).is_some() {
        stream.write_together(answers())?;
    }
    Ok(())
}

trait Both {
    fn write_together(&mut self, texts: [Vec<u8>; 2]) -> io::Result<()>;
}

impl Both for TcpStream {
    fn write_together(&mut self, texts: [Vec<u8>; 2]) -> io::Result<()> {
        self.write_all(&texts.concat())
    }
}

impl Both for TlsStream {
    fn write_together(&mut self, texts: [Vec<u8>; 2]) -> io::Result<()> {
        for text in texts {
            self.conn.writer().write_all(&text)?;
        }
        let mut records = Vec::new();
        while self.conn.wants_write() {
            self.conn.write_tls(&mut records)?;
        }
        self.sock.write_all(&records)
    }
}
