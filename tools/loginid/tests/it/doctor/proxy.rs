//! Proxies.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::thread;

use loginid_emulator::{Certificate, Emulator};

use super::{Doctor, closed_port};
use crate::support::connect;

/// A proxy that requires a password and connects to this machine, whatever the host is. It sends this
/// answer before the tunnel.
fn proxy(answer: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    thread::spawn(move || {
        for client in listener.incoming() {
            let mut client = client.unwrap();
            let mut reader = BufReader::new(client.try_clone().unwrap());
            let mut head = String::new();
            while !head.ends_with("\r\n\r\n") {
                reader.read_line(&mut head).unwrap();
            }
            let target = head.split(' ').nth(1).unwrap().to_owned();
            if !head.contains("Proxy-Authorization: Basic bWU6cEBzcw==\r\n") {
                client
                    .write_all(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
                    .unwrap();
                continue;
            }
            let port = target.rsplit(':').next().unwrap();
            let mut service = connect(&format!("http://127.0.0.1:{port}"));
            client.write_all(answer.as_bytes()).unwrap();
            let mut answers = service.try_clone().unwrap();
            thread::spawn(move || std::io::copy(&mut answers, &mut client));
            thread::spawn(move || {
                let mut bytes = [0; 4096];
                while let Ok(count @ 1..) = reader.read(&mut bytes) {
                    if service.write_all(&bytes[..count]).is_err() {
                        break;
                    }
                }
                let _ = service.shutdown(std::net::Shutdown::Write);
            });
        }
    });
    address
}

#[test]
fn the_effective_proxy_is_named_and_used() {
    // The host of this certificate has no address.
    let emulator = Emulator::builder()
        .certificate(Certificate::WrongHost)
        .start();
    let base_url = emulator
        .base_url()
        .replace("127.0.0.1", "elsewhere.invalid");
    let proxy = proxy("HTTP/1.1 103 Hints\r\nA: b\r\n\r\nHTTP/1.0 201 Connected\r\n\r\n");
    let url = format!("http://me:p%40ss@{proxy}");
    let doctor = || {
        Doctor::of(&emulator)
            .set("LOGINID_BASE_URL", &base_url)
            .set("LOGINID_CA_PEM", emulator.ca_pem().unwrap())
    };

    let findings = doctor().set("LOGINID_PROXY", &url).findings();
    assert!(findings.well, "{}", findings.text);
    findings
        .has("ok", "proxy", &format!("{proxy} from LOGINID_PROXY"))
        .has("ok", "tunnel", "");
    assert!(!findings.text.contains("p%40ss") && !findings.text.contains("p@ss"));

    let env = || {
        doctor()
            .set("LOGINID_PROXY", "env")
            .set("HTTPS_PROXY", &url)
    };
    env().findings().has("ok", "tunnel", "");
    let small = env().set("https_proxy", &url).set("HTTPS_PROXY", "x://");
    small.findings().has("ok", "proxy", "from https_proxy");
    for list in ["elsewhere.invalid", ".Invalid.", "a.test invalid", "*"] {
        let excluded = env().set("NO_PROXY", list).findings();
        excluded.has("ok", "proxy", "none: NO_PROXY excludes elsewhere.invalid");
    }
    let unused = doctor().set("HTTPS_PROXY", &url).findings();
    unused.has("ok", "proxy", "LOGINID_PROXY=env would use it");

    let refused = doctor().set("LOGINID_PROXY", &format!("http://{proxy}"));
    refused.findings().only("tunnel", "407");
    for (unusable, why) in [
        ("socks5://127.0.0.1:1", "LOGINID_PROXY has another scheme"),
        (" http://127.0.0.1:1", "LOGINID_PROXY has blanks in it"),
    ] {
        let unusable = doctor().set("LOGINID_PROXY", unusable);
        unusable.findings().only("proxy", why);
    }
    let closed = doctor().set("LOGINID_PROXY", &format!("http://{}", closed_port()));
    closed
        .findings()
        .only("connection", "does not take connections");
}

#[test]
fn a_loopback_host_is_reached_without_a_proxy() {
    let emulator = Emulator::start();
    let nobody = format!("http://{}", closed_port());
    for proxy in ["env", &nobody] {
        let findings = Doctor::of(&emulator)
            .set("LOGINID_PROXY", proxy)
            .set("http_proxy", &nobody)
            .findings();
        assert!(findings.well, "{}", findings.text);
        findings.has("ok", "proxy", "none: 127.0.0.1 is this machine");
    }
}

#[test]
fn http_proxy_is_not_used_in_cgi() {
    let emulator = Emulator::start();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_BASE_URL", "http://elsewhere.invalid")
        .set("LOGINID_ALLOW_HTTP", "true")
        .set("LOGINID_PROXY", "env")
        .set("HTTP_PROXY", &format!("http://{}", closed_port()))
        .set("REQUEST_METHOD", "GET")
        .findings();
    findings
        .has("ok", "proxy", "no variable names one")
        .only("name", "elsewhere.invalid");
}
