//! Through a proxy: what it is told, what it is not, and what its refusals mean.

use std::io::{self, Write};
use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::json;

use crate::capi::lid_status::*;
use crate::capi::{Client, config};
use crate::deadline::{LIMIT_MS, in_time};
use crate::listener::{Listener, read_request};
use crate::part;

/// `user:p@ss`, as `Proxy-Authorization` has it.
const CREDENTIALS: &str = "proxy-authorization: basic dXNlcjpwQHNz";

/// A proxy that tunnels, and what it was asked.
struct Proxy {
    listener: Listener,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Proxy {
    /// Gives this answer to each request for a tunnel; a tunnel if there is none.
    fn start(answer: Option<&'static str>) -> Proxy {
        let heads = Arc::new(Mutex::new(Vec::new()));
        let asked = heads.clone();
        let listener = Listener::start(move |mut stream, _| {
            let Some(head) = read_request(&mut stream) else {
                return;
            };
            asked.lock().expect("no panic").push(head.clone());
            match answer {
                Some(answer) => stream.write_all(answer.as_bytes()).expect("a reader"),
                None => tunnel(stream, &head).expect("both sides"),
            }
        });
        Proxy { listener, heads }
    }

    fn url(&self) -> String {
        let url = self.listener.base_url();
        url.replace("http://", "http://user:p%40ss@")
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().expect("no panic").clone()
    }
}

/// Passes on what comes until both sides are done.
fn tunnel(mut client: TcpStream, head: &str) -> io::Result<()> {
    let target = head.split(' ').nth(1).expect("CONNECT target");
    let mut service = TcpStream::connect(target)?;
    client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
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
        let builder = Emulator::builder();
        let emulator = if tls { builder.tls() } else { builder }.start();
        let proxy = Proxy::start(None);
        let client = Client::new(&config(&emulator, json!({"proxy": proxy.url()})));
        client.add_user("ann").ok();
        client.get_user("ann").ok();
        let heads = proxy.heads();
        let [head] = heads.as_slice() else {
            panic!("one tunnel for both calls: {heads:?}");
        };
        let (_, address) = emulator.base_url().split_once("://").expect("a URL");
        assert!(
            head.starts_with(&format!("CONNECT {address} HTTP/1.1\r\n")),
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
fn a_proxys_refusal_is_told_from_the_services_and_nothing_was_sent() {
    let emulator = Emulator::builder().tls().start();
    for answer in [
        "HTTP/1.1 407 Proxy Authentication Required
content-length: 0

",
        "HTTP/1.1 502 Bad Gateway
content-length: 0

",
        "SSH-2.0-OpenSSH_9.2

",
        "HTTP/1.1 200 Connection",
        "",
    ] {
        let proxy = Proxy::start(Some(answer));
        let further =
            json!({"proxy": proxy.url(), "max_retries": 0, "request_timeout_ms": LIMIT_MS});
        let client = Client::new(&config(&emulator, further));
        let outcome = in_time(answer, || client.generate_code("ann"));
        assert_eq!(outcome.status, LID_ERROR_NETWORK, "{}", outcome.text);
        assert_eq!(outcome.code(), "proxy_failed", "{}", outcome.text);
        assert_eq!(outcome.error("retryable"), true, "{}", outcome.text);
        assert!(!outcome.text.contains("p@ss"), "{}", outcome.text);
    }
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn a_proxy_that_never_answers_is_given_up_in_the_time_for_connecting() {
    let emulator = Emulator::builder().tls().start();
    let mute = Listener::start(|mut stream, _| {
        let _ = io::copy(&mut stream, &mut io::sink());
    });
    let further = json!({"proxy": mute.base_url(), "max_retries": 0,
        "connect_timeout_ms": 1_000, "request_timeout_ms": LIMIT_MS});
    let client = Client::new(&config(&emulator, further));
    let outcome = in_time("mute proxy", || client.generate_code("ann"));
    assert_eq!(outcome.status, LID_ERROR_TIMEOUT, "{}", outcome.text);
    assert_eq!(outcome.code(), "connect_timeout", "{}", outcome.text);
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn what_was_sent_through_a_tunnel_is_not_sent_again() {
    let emulator = Emulator::builder().tls().start();
    let proxy = Proxy::start(None);
    let further = json!({"proxy": proxy.url(), "max_retries": 2, "request_timeout_ms": LIMIT_MS});
    let client = Client::new(&config(&emulator, further));
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
fn the_environments_proxy_is_used_when_asked_for() {
    let emulator = Emulator::builder().tls().start();
    Client::new(&config(&emulator, json!({})))
        .add_user("ann")
        .ok();
    let elsewhere = "http://127.0.0.1:1";
    for (what, variables, tunnels) in [
        (
            "by scheme",
            vec![("HTTPS_PROXY", "proxy"), ("HTTP_PROXY", elsewhere)],
            1,
        ),
        ("in small letters", vec![("https_proxy", "proxy")], 1),
        (
            "for all schemes",
            vec![("ALL_PROXY", "proxy"), ("HTTP_PROXY", elsewhere)],
            1,
        ),
        (
            "its own before all",
            vec![("HTTPS_PROXY", "proxy"), ("ALL_PROXY", elsewhere)],
            1,
        ),
        (
            "an empty one is none",
            vec![("HTTPS_PROXY", ""), ("ALL_PROXY", "")],
            0,
        ),
        ("none", vec![], 0),
        ("another scheme's", vec![("HTTP_PROXY", elsewhere)], 0),
        (
            "not for this host",
            vec![
                ("HTTPS_PROXY", elsewhere),
                ("NO_PROXY", "example.com, 127.0.0.1"),
            ],
            0,
        ),
        (
            "for this host",
            vec![("HTTPS_PROXY", "proxy"), ("NO_PROXY", "example.com")],
            1,
        ),
    ] {
        let proxy = Proxy::start(None);
        let name = "proxy::in_a_process_with_these_variables";
        let mut program = part::command(name, &config(&emulator, json!({"proxy": "env"})));
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            program.env_remove(name).env_remove(name.to_lowercase());
        }
        for (name, value) in variables {
            program.env(name, value.replace("proxy", &proxy.url()));
        }
        println!("{what}");
        part::run_command(name, &mut program);
        assert_eq!(proxy.heads().len(), tunnels, "{what}");
    }
}

#[test]
#[ignore = "a part of the test above"]
fn in_a_process_with_these_variables() {
    Client::new(&part::input()).get_user("ann").ok();
}

#[test]
fn what_is_no_proxy_is_refused_without_repeating_it() {
    let emulator = Emulator::start();
    for proxy in [
        "socks5://user:p%40ss@127.0.0.1:1080",
        "ftp://user:p%40ss@h",
        "http://",
        "http://user:p%40ss@h:port",
        "http://user:p%40ss@h:",
        "http://user:p%40ss@h:0",
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
