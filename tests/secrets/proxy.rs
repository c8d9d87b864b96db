//! A proxy that refuses, and repeats the credentials of its URL.

use std::io::Write;

use loginid_emulator::Emulator;
use serde_json::json;

use crate::calls::{Watched, answer, part_of};
use crate::capi::config;
use crate::listener::{Listener, read_request};

const USER: &str = "CANARY-user";
const PASSWORD: &str = "CANARY-pass wörd/@:";
const IN_URL: &str = "CANARY-user:CANARY-pass%20w%C3%B6rd%2F%40%3A";

/// Makes a proxy's answer from the credentials in base64, as received.
type Refusal = fn(&str) -> Vec<u8>;

const REFUSALS: [(&str, Refusal); 9] = [
    ("407 with a body", |basic| {
        answer("407 Proxy Authentication Required", basic)
    }),
    ("407 with JSON", |basic| {
        let error = json!({"code": "proxy", "message": basic});
        answer("407 -", &error.to_string())
    }),
    ("the reason", |basic| answer(&format!("403 {basic}"), "")),
    ("the status", |basic| answer(basic, "")),
    ("a redirect", |basic| {
        format!("HTTP/1.1 302 -\r\nlocation: http://{IN_URL}@127.0.0.1/{basic}\r\n\r\n").into()
    }),
    ("a header's name", |basic| {
        format!("HTTP/1.1 502 -\r\n{basic}: x\r\n\r\n").into()
    }),
    ("a header without a colon", |basic| {
        format!("HTTP/1.1 502 -\r\n{IN_URL} {basic}\r\n\r\n").into()
    }),
    ("only them", |basic| {
        format!("{IN_URL} {basic}\r\n\r\n").into()
    }),
    ("no answer", |_| Vec::new()),
];

#[test]
fn the_credentials_of_a_proxy_that_refuses_are_not_shown() {
    use base64::Engine;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("{USER}:{PASSWORD}"));
    for emulator in [Emulator::start(), Emulator::builder().tls().start()] {
        // A loopback host would not be reached through a proxy.
        let base_url = emulator
            .base_url()
            .replace("127.0.0.1", "elsewhere.invalid");
        for (what, refusal) in REFUSALS {
            let expected = format!("Proxy-Authorization: Basic {basic}\r\n");
            let proxy = Listener::start(move |mut stream, _| {
                let request = read_request(&mut stream).expect("a request");
                // Without the credentials the test would show nothing.
                assert!(request.contains(&expected), "{request}");
                let basic = expected.trim_end().rsplit(' ').next().expect("a word");
                // The client may have closed the connection early.
                let _ = stream.write_all(&refusal(basic));
            });
            let url = proxy.base_url().replace("://", &format!("://{IN_URL}@"));
            let further = json!({"proxy": url, "max_retries": 1, "base_url": base_url,
                "allow_http": true});
            let watched = Watched::new(&config(&emulator, further));
            let error = watched.client.add_user_without_credentials("ann");
            let error = error.expect_err("no way through");
            assert_eq!(error.code(), "proxy_failed", "{what}: {error}");
            let text = watched.readable(&error);
            assert!(!text.contains("CANARY"), "{what}: {text}");
            assert_eq!(part_of(&text, &basic), None, "{what}: {text}");
            assert!(proxy.accepted() >= 1, "{what}: the proxy is not asked");
        }
        assert_eq!(emulator.request_count(), 0, "past the proxy");
    }
}

#[test]
fn the_credentials_of_an_absent_proxy_are_not_shown() {
    let emulator = Emulator::start();
    for (host, code) in [
        ("127.0.0.1:1", "connect_failed"),
        ("no-such-host.invalid:1", "dns_failed"),
    ] {
        let proxy = format!("http://{IN_URL}@{host}");
        let watched = Watched::new(&config(
            &emulator,
            json!({"proxy": proxy, "max_retries": 0, "base_url": "https://elsewhere.invalid"}),
        ));
        let error = watched.client.get_user("ann").expect_err("no proxy");
        assert_eq!(error.code(), code, "{host}: {error}");
        let text = watched.readable(&error);
        assert!(!text.contains("CANARY"), "{host}: {text}");
    }
}
