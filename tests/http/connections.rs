//! Making connections, reusing them, and redirects.

use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream};
use std::os::fd::{AsRawFd, OwnedFd};
use std::ptr;
use std::sync::{Arc, Mutex, mpsc};
use std::thread;
use std::time::Duration;

use loginid::ffi::lid_create_tx;
use loginid_emulator::{Emulator, Fault, FaultKind};
use rustix::net::{self, AddressFamily, SocketType};
use serde_json::json;

use crate::capi::lid_status::*;
use crate::capi::{Client, c, config};
use crate::deadline::{LIMIT_MS, in_time};
use crate::listener::{Listener, read_request};

const ANSWER: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

fn client_of(base_url: &str, emulator: &Emulator) -> Client {
    let further = json!({"base_url": base_url, "request_timeout_ms": LIMIT_MS, "max_retries": 1});
    Client::new(&config(emulator, further))
}

#[test]
fn redirects_are_never_followed_and_no_other_host_receives_the_token() {
    let emulator = Emulator::start();
    let other = Listener::start(|_, _| {});
    let secure = Emulator::builder().tls().start();
    for service in [&emulator, &secure] {
        let client = Client::new(&config(service, json!({})));
        for code in [300, 301, 302, 303, 304, 305, 307, 308] {
            for location in [other.base_url(), format!("{}/tx", service.base_url())] {
                service.clear_requests();
                let redirect = FaultKind::Redirect {
                    code,
                    location,
                    carried_out: false,
                };
                service.inject(Fault::new(redirect));
                for outcome in [client.get_user("ann"), client.generate_code("ann")] {
                    assert_eq!(outcome.status, LID_ERROR_RESPONSE, "{}", outcome.text);
                    assert_eq!(outcome.code(), "unexpected_redirect");
                    assert_eq!(outcome.error("http_status"), code);
                }
                assert_eq!(service.request_count(), 2, "{code}");
                service.clear_faults();
            }
        }
    }
    assert_eq!(other.accepted(), 0);
}

#[test]
fn an_idle_connection_that_the_service_closed_is_not_reused() {
    let emulator = Emulator::start();
    let (closed, is_closed) = mpsc::channel();
    let closed = Mutex::new(closed);
    let requests = Arc::new(Mutex::new(Vec::new()));
    let seen = requests.clone();
    let listener = Listener::start(move |mut stream, _| {
        if let Some(request) = read_request(&mut stream) {
            seen.lock().expect("no panic").push(request);
            stream.write_all(ANSWER).expect("the client listens");
            drop(stream);
            closed.lock().expect("no panic").send(()).expect("a test");
        }
    });
    let client = client_of(&listener.base_url(), &emulator);
    for number in 1..=20 {
        let outcome = client.generate_code(&format!("user-{number}"));
        assert_eq!(outcome.status, LID_OK, "{}", outcome.text);
        is_closed.recv().expect("a server");
    }
    let requests = requests.lock().expect("no panic");
    assert_eq!(requests.len(), 20, "each call was sent once");
}

#[test]
fn a_name_without_an_address_is_a_network_error() {
    let emulator = Emulator::start();
    let client = client_of("https://no-such-host.invalid", &emulator);
    let outcome = in_time("DNS", || client.generate_code("ann"));
    assert_eq!(outcome.status, LID_ERROR_NETWORK, "{}", outcome.text);
    assert_eq!(outcome.code(), "dns_failed", "{}", outcome.text);
    assert_eq!(outcome.error("retryable"), true, "nothing was sent");
}

#[test]
fn a_refused_connection_is_a_network_error() {
    let emulator = Emulator::start();
    let closed = ClosedPort::at(Ipv4Addr::LOCALHOST);
    let client = client_of(&format!("http://127.0.0.1:{}", closed.port), &emulator);
    let outcome = in_time("refused", || client.generate_code("ann"));
    assert_eq!(outcome.status, LID_ERROR_NETWORK, "{}", outcome.text);
    assert_eq!(outcome.code(), "connect_failed", "{}", outcome.text);
    assert_eq!(outcome.error("retryable"), true, "nothing was sent");
}

/// A reserved port without a listener.
pub struct ClosedPort {
    pub port: u16,
    _bound: OwnedFd,
}

impl ClosedPort {
    pub fn at(address: impl Into<IpAddr>) -> ClosedPort {
        let address = SocketAddr::new(address.into(), 0);
        let family = match address {
            SocketAddr::V4(_) => AddressFamily::INET,
            SocketAddr::V6(_) => AddressFamily::INET6,
        };
        let socket = net::socket(family, SocketType::STREAM, None).expect("a socket");
        net::bind(&socket, &address).expect("a port");
        let name = net::getsockname(&socket).expect("a name");
        let name = SocketAddr::try_from(name).expect("an address");
        ClosedPort {
            port: name.port(),
            _bound: socket,
        }
    }
}

/// A port whose queue of connections is full, so that connecting hangs.
pub struct FullQueue {
    listener: std::net::TcpListener,
    _waiting: Vec<TcpStream>,
}

impl FullQueue {
    pub fn start() -> FullQueue {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
        // SAFETY: an open socket; listening again only shortens its queue.
        assert_eq!(unsafe { libc::listen(listener.as_raw_fd(), 0) }, 0);
        let address = listener.local_addr().expect("an address");
        let mut waiting = Vec::new();
        while let Ok(stream) = TcpStream::connect_timeout(&address, Duration::from_millis(300)) {
            waiting.push(stream);
            assert!(waiting.len() < 100, "the queue never fills");
        }
        FullQueue {
            listener,
            _waiting: waiting,
        }
    }

    pub fn base_url(&self) -> String {
        format!("http://{}", self.listener.local_addr().expect("an address"))
    }
}

#[test]
fn a_connection_that_is_never_accepted_ends_at_its_limit() {
    let emulator = Emulator::start();
    let queue = FullQueue::start();
    for connect_timeout_ms in [LIMIT_MS / 4, LIMIT_MS * 2] {
        let further = json!({
            "base_url": queue.base_url(),
            "connect_timeout_ms": connect_timeout_ms,
            "request_timeout_ms": LIMIT_MS,
            "max_retries": 10,
        });
        let client = Client::new(&config(&emulator, further));
        let outcome = in_time("full queue", || client.generate_code("ann"));
        assert_eq!(outcome.status, LID_ERROR_TIMEOUT, "{}", outcome.text);
        assert_eq!(outcome.error("retryable"), true, "nothing was sent");
    }
}

#[test]
fn a_service_that_reads_nothing_is_a_timeout() {
    let emulator = Emulator::start();
    let listener = Listener::start(|stream, _| {
        thread::sleep(Duration::from_secs(60));
        drop(stream);
    });
    let client = client_of(&listener.base_url(), &emulator);
    // More than the buffers of both sockets hold while nothing is read.
    let payload = c("x".repeat(1 << 20));
    let outcome = in_time("unread", || {
        // SAFETY: the header's contract, with living arguments.
        client.call(|client, out| unsafe {
            lid_create_tx(client, payload.as_ptr(), ptr::null(), ptr::null(), out)
        })
    });
    assert_eq!(outcome.status, LID_ERROR_TIMEOUT, "{}", outcome.text);
    assert_eq!(outcome.error("retryable"), false);
    assert_eq!(listener.accepted(), 1);
}

#[test]
fn interim_answers_are_skipped_and_a_flood_of_them_ends_in_time() {
    let emulator = Emulator::start();
    let interim = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n";
    let few = Listener::start(move |mut stream, _| {
        while read_request(&mut stream).is_some() {
            let answer = [&interim[..], interim, ANSWER].concat();
            stream.write_all(&answer).expect("the client listens");
        }
    });
    let outcome = client_of(&few.base_url(), &emulator).generate_code("ann");
    assert_eq!(outcome.status, LID_OK, "{}", outcome.text);

    for interim in [&b"HTTP/1.1 100 Continue\r\n\r\n"[..], interim] {
        let interim = interim.repeat(1000);
        let flood = Listener::start(move |mut stream, _| {
            if read_request(&mut stream).is_some() {
                while stream.write_all(&interim).is_ok() {}
            }
        });
        let client = client_of(&flood.base_url(), &emulator);
        let outcome = in_time("1xx flood", || client.generate_code("ann"));
        assert_eq!(outcome.status, LID_ERROR_RESPONSE, "{}", outcome.text);
        assert_eq!(outcome.code(), "response_too_large", "{}", outcome.text);
        assert_eq!(outcome.error("retryable"), false);
        assert_eq!(flood.accepted(), 1, "nothing is sent twice");
    }
}
