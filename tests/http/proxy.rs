//! Proxies: what they see, what they do not see, and what their refusals mean.

use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use loginid_emulator::{Certificate, Emulator, Fault, FaultKind};
use serde_json::{Value, json};

use crate::capi::lid_status::*;
use crate::capi::{Client, config};
use crate::deadline::{LIMIT_MS, in_time};
use crate::listener::{Listener, read_request};

/// `user:p@ss`, as `Proxy-Authorization` has it.
const CREDENTIALS: &str = "proxy-authorization: basic dXNlcjpwQHNz";

pub const ESTABLISHED: &str = "HTTP/1.1 200 Connection established\r\n\r\n";

/// A service that only a proxy can reach: no resolver knows its name.
pub fn hidden(tls: bool) -> Emulator {
    if tls {
        // The certificate is for this host.
        Emulator::builder()
            .certificate(Certificate::WrongHost)
            .start()
    } else {
        Emulator::start()
    }
}

fn hidden_url(emulator: &Emulator) -> String {
    emulator
        .base_url()
        .replace("127.0.0.1", "elsewhere.invalid")
}

/// The configuration of a client of a [`hidden`] service.
pub fn behind(emulator: &Emulator, further: Value) -> Value {
    let mut config = config(emulator, further);
    config["base_url"] = hidden_url(emulator).into();
    config["allow_http"] = true.into();
    config
}

/// A proxy that tunnels, and the requests it received.
pub struct Proxy {
    listener: Listener,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// A proxy that makes tunnels, after this answer.
    pub fn tunnelling(answer: &'static str) -> Proxy {
        Proxy::answering(answer, true)
    }

    /// A proxy that gives this answer to each request, and no tunnel.
    fn refusing(answer: &'static str) -> Proxy {
        Proxy::answering(answer, false)
    }

    fn answering(answer: &'static str, tunnels: bool) -> Proxy {
        let heads = Arc::new(Mutex::new(Vec::new()));
        let asked = heads.clone();
        let listener = Listener::start(move |mut stream, _| {
            let Some(head) = read_request(&mut stream) else {
                return;
            };
            asked.lock().expect("no panic").push(head.clone());
            if tunnels {
                tunnel(stream, &head, answer).expect("both sides")
            } else {
                stream.write_all(answer.as_bytes()).expect("a reader")
            }
        });
        Proxy { listener, heads }
    }

    pub fn url(&self) -> String {
        let url = self.listener.base_url();
        url.replace("http://", "http://user:p%40ss@")
    }

    pub fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no panic").clone()
    }
}

/// Forwards data until both sides are done. The proxy resolves every host to this machine.
fn tunnel(mut client: TcpStream, head: &str, answer: &str) -> io::Result<()> {
    let target = head.split(' ').nth(1).expect("CONNECT target");
    let port: u16 = target
        .rsplit(':')
        .next()
        .expect("a port")
        .parse()
        .expect("a port");
    let mut service = TcpStream::connect(("127.0.0.1", port))?;
    client.write_all(answer.as_bytes())?;
    let (mut upwards, mut to) = (client.try_clone()?, service.try_clone()?);
    thread::spawn(move || {
        let _ = io::copy(&mut upwards, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
    let _ = io::copy(&mut service, &mut client);
    let _ = client.shutdown(Shutdown::Both);
    Ok(())
}

#[test]
fn calls_go_through_one_tunnel_and_the_proxy_sees_nothing_of_them() {
    for tls in [true, false] {
        let emulator = hidden(tls);
        let proxy = Proxy::tunnelling(ESTABLISHED);
        let client = Client::new(&behind(&emulator, json!({"proxy": proxy.url()})));
        client.add_user("ann").ok();
        client.get_user("ann").ok();
        let heads = proxy.heads();
        let [head] = heads.as_slice() else {
            panic!("one tunnel for both calls: {heads:?}");
        };
        let url = hidden_url(&emulator);
        let (_, address) = url.split_once("://").expect("a URL");
        assert!(
            head.starts_with(&format!(
                "CONNECT {address} HTTP/1.1\r\nHost: {address}\r\n"
            )),
            "{head}"
        );
        let lines =
            |line: &str| line.replace("Proxy-Authorization: Basic", "proxy-authorization: basic");
        assert!(
            head.lines().map(lines).any(|line| line == CREDENTIALS),
            "{head}"
        );
        assert!(!head.contains("Bearer"), "{head}");
        for request in emulator.requests() {
            let names: Vec<_> = request.headers.iter().map(|(name, _)| name).collect();
            assert!(
                !names.iter().any(|name| name.starts_with("proxy-")),
                "{names:?}"
            );
        }
        assert_eq!(emulator.request_count(), 2);
    }
}

#[test]
fn any_2xx_makes_a_tunnel_and_interim_answers_are_skipped() {
    for answer in [
        "HTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.0 200 Connection established\r\nProxy-agent: x\r\n\r\n",
        "HTTP/1.1 200\r\n\r\n",
        "HTTP/1.1 201 Created\r\nContent-Length: 7\r\n\r\n",
        "HTTP/1.1 204 No Content\n\n",
        "HTTP/1.1 299 -\r\n\r\n",
        "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        "HTTP/1.1 102 Processing\r\nA: b\r\n\r\nHTTP/1.1 103 Hints\r\n\r\nHTTP/1.1 202 -\r\n\r\n",
    ] {
        for tls in [true, false] {
            let emulator = hidden(tls);
            let proxy = Proxy::tunnelling(answer);
            let further = json!({"proxy": proxy.url(), "request_timeout_ms": LIMIT_MS});
            let client = Client::new(&behind(&emulator, further));
            let outcome = in_time(answer, || client.add_user("ann"));
            assert_eq!(outcome.status, LID_OK, "{answer}: {}", outcome.text);
            assert_eq!(proxy.heads().len(), 1, "{answer}");
        }
    }
}

#[test]
fn a_refusal_by_the_proxy_is_not_reported_as_the_services_and_nothing_was_sent() {
    let emulator = hidden(true);
    let endless = "HTTP/1.1 200 -\r\n".to_owned() + &"a: b\r\n".repeat(20_000);
    for (answer, why) in [
        (
            "HTTP/1.1 502 Bad Gateway\ncontent-length: 0\n\n",
            "it answered 502",
        ),
        (
            "HTTP/1.1 101 Switching Protocols\r\n\r\n",
            "it answered 101",
        ),
        (
            "HTTP/1.1 302 -\r\nlocation: http://a/\r\n\r\n",
            "it answered 302",
        ),
        ("SSH-2.0-OpenSSH_9.2\n\n", "not HTTP"),
        ("HTTP/1.1 2000 OK\r\n\r\n", "not HTTP"),
        ("HTTP/1.1 200 Connection", "without a complete answer"),
        ("HTTP/1.1 100 Continue\r\n\r\n", "without a complete answer"),
        ("", "without a complete answer"),
        (endless.leak(), "longer than"),
    ] {
        let proxy = Proxy::refusing(answer);
        let further =
            json!({"proxy": proxy.url(), "max_retries": 0, "request_timeout_ms": LIMIT_MS});
        let client = Client::new(&behind(&emulator, further));
        let outcome = in_time(why, || client.generate_code("ann"));
        assert_eq!(outcome.status, LID_ERROR_NETWORK, "{}", outcome.text);
        assert_eq!(outcome.code(), "proxy_failed", "{}", outcome.text);
        assert_eq!(outcome.error("retryable"), true, "{}", outcome.text);
        assert!(!outcome.text.contains("p@ss"), "{}", outcome.text);
        let message = outcome.error("message").to_string();
        assert!(
            message.contains(why) && message.contains("the proxy 127.0.0.1:"),
            "{message}"
        );
    }
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn a_refused_login_at_the_proxy_is_not_retried() {
    let emulator = hidden(true);
    let proxy =
        Proxy::refusing("HTTP/1.1 407 Proxy Authentication Required\ncontent-length: 0\n\n");
    for (url, why) in [
        (
            proxy.url(),
            "refused the user and password in its URL (407)",
        ),
        (proxy.listener.base_url(), "requires a login (407)"),
    ] {
        let before = proxy.heads().len();
        let further = json!({"proxy": url, "max_retries": 3, "request_timeout_ms": LIMIT_MS});
        let client = Client::new(&behind(&emulator, further));
        let outcome = in_time("407", || client.get_user("ann"));
        assert_eq!(outcome.status, LID_ERROR_NETWORK, "{}", outcome.text);
        assert_eq!(outcome.code(), "proxy_failed", "{}", outcome.text);
        assert_eq!(outcome.error("retryable"), false, "{}", outcome.text);
        assert!(outcome.text.contains(why), "{}", outcome.text);
        assert_eq!(proxy.heads().len(), before + 1);
    }
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn a_proxy_that_never_answers_is_a_connect_timeout() {
    let emulator = hidden(true);
    let mute = Listener::start(|mut stream, _| {
        let _ = io::copy(&mut stream, &mut io::sink());
    });
    let further = json!({"proxy": mute.base_url(), "max_retries": 0,
        "connect_timeout_ms": 1_000, "request_timeout_ms": LIMIT_MS});
    let client = Client::new(&behind(&emulator, further));
    let outcome = in_time("mute proxy", || client.generate_code("ann"));
    assert_eq!(outcome.status, LID_ERROR_TIMEOUT, "{}", outcome.text);
    assert_eq!(outcome.code(), "connect_timeout", "{}", outcome.text);
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn a_request_sent_through_a_tunnel_is_not_sent_again() {
    let emulator = hidden(true);
    let proxy = Proxy::tunnelling(ESTABLISHED);
    let further = json!({"proxy": proxy.url(), "max_retries": 2, "request_timeout_ms": LIMIT_MS});
    let client = Client::new(&behind(&emulator, further));
    client.add_user("ann").ok();
    let drop = FaultKind::Drop {
        carried_out: true,
        reset: false,
    };
    emulator.inject(Fault::new(drop));
    let outcome = in_time("dropped", || client.generate_code("ann"));
    assert_eq!(outcome.status, LID_ERROR_NETWORK, "{}", outcome.text);
    assert_eq!(outcome.code(), "connection_lost", "{}", outcome.text);
    assert_eq!(outcome.error("retryable"), false, "{}", outcome.text);
    assert_eq!(emulator.request_count(), 2);
    let outcome = in_time("dropped", || client.get_user("ann"));
    assert_eq!(outcome.status, LID_ERROR_NETWORK, "{}", outcome.text);
    assert_eq!(emulator.request_count(), 2 + 3);
}

#[test]
fn an_invalid_proxy_is_refused_without_quoting_it() {
    let emulator = Emulator::start();
    for proxy in [
        "socks5://user:p%40ss@127.0.0.1:1080",
        "ftp://user:p%40ss@h",
        "http://",
        "http://user:p%40ss@h:port",
        "http://user:p%40ss@h:",
        "http://user:p%40ss@h:0",
        " http://user:p%40ss@h",
        "http://user:p%40ss@h\n",
        "",
    ] {
        let outcome =
            Client::try_new(&config(&emulator, json!({"proxy": proxy}))).expect_err(proxy);
        assert_eq!(
            outcome.status, LID_ERROR_CONFIG,
            "{proxy}: {}",
            outcome.text
        );
        assert_eq!(outcome.code(), "invalid_proxy", "{proxy}: {}", outcome.text);
        assert!(!outcome.text.contains("p%40ss"), "{}", outcome.text);
    }
}
