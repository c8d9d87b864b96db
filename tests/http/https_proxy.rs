//! A proxy that is itself reached over TLS (`https://proxy…`).

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Arc, mpsc};

use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::json;

use crate::capi::Client;
use crate::listener::Listener;

const USER: &str = r#"{"id":"1","username":"ann"}"#;

/// A temporary CA as PEM, and a server with its certificate for these hosts.
fn server(hosts: [&str; 2]) -> (String, Arc<ServerConfig>) {
    let mut authority = CertificateParams::default();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let key = KeyPair::generate().expect("a key");
    let authority = CertifiedIssuer::self_signed(authority, key).expect("an authority");
    let key = KeyPair::generate().expect("a key");
    let certificate = CertificateParams::new(hosts.map(str::to_owned))
        .and_then(|certificate| certificate.signed_by(&key, &authority))
        .expect("a certificate");
    let key = PrivateKeyDer::try_from(key.serialize_der()).expect("a key");
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .expect("a pair");
    (authority.pem(), Arc::new(config))
}

fn over_tls<S: Read + Write>(
    config: &Arc<ServerConfig>,
    stream: S,
) -> StreamOwned<ServerConnection, S> {
    let connection = ServerConnection::new(config.clone()).expect("a connection");
    StreamOwned::new(connection, stream)
}

/// Everything up to an empty line.
fn read_head(stream: &mut impl Read) -> String {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).expect("a request");
        head.push(byte[0]);
    }
    String::from_utf8(head).expect("UTF-8")
}

/// Answers as the service would.
fn serve(stream: &mut (impl Read + Write)) {
    let head = read_head(stream).to_lowercase();
    assert!(
        head.starts_with("post /manage/users/retrieve http/1.1"),
        "{head}"
    );
    assert!(!head.contains("proxy-"), "{head}");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.expect("a body").parse().expect("a length")];
    stream.read_exact(&mut body).expect("a body");
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{USER}",
        USER.len()
    )
    .and_then(|()| stream.flush())
    .expect("a reader");
}

#[test]
fn a_proxy_may_be_reached_over_tls() {
    for service in ["http://svc.example.test:8080", "https://svc.example.test"] {
        let (authority, tls) = server(["127.0.0.1", "svc.example.test"]);
        let proxy = Listener::start(move |stream: TcpStream, _| {
            let mut stream = over_tls(&tls, stream);
            let head = read_head(&mut stream);
            assert!(head.starts_with("CONNECT svc.example.test:"), "{head}");
            assert!(head.contains("Proxy-Authorization: Basic bWU6"), "{head}");
            stream
                .write_all(b"HTTP/1.1 200 OK\r\n\r\n")
                .expect("a reader");
            if head.starts_with("CONNECT svc.example.test:443 ") {
                serve(&mut over_tls(&tls, stream))
            } else {
                serve(&mut stream)
            }
        });
        let url = proxy.base_url().replace("http://", "https://me:pass@");
        let client = Client::new(&json!({
            "client_id": "shop", "base_url": service, "allow_http": true, "proxy": url,
            "ca_pem": authority, "max_retries": 0, "private_key": private_key(),
        }));
        assert_eq!(client.get_user("ann").ok()["id"], "1", "{service}");
        assert_eq!(proxy.accepted(), 1);
    }
}

#[test]
fn the_proxys_certificate_is_checked_too() {
    let (_, tls) = server(["127.0.0.1", "svc.example.test"]);
    let (another_authority, _) = server(["127.0.0.1", "svc.example.test"]);
    let (asked, is_asked) = mpsc::channel();
    let proxy = Listener::start(move |stream, _| {
        let mut stream = over_tls(&tls, stream);
        asked.send(stream.read(&mut [0]).is_ok()).expect("a test");
    });
    let client = Client::new(&json!({
        "client_id": "shop", "base_url": "http://svc.example.test", "allow_http": true,
        "proxy": proxy.base_url().replace("http://", "https://me:pass@"),
        "ca_pem": another_authority, "private_key": private_key(),
    }));
    assert_eq!(client.get_user("ann").code(), "certificate_invalid");
    let is_asked = is_asked.recv().expect("a connection");
    assert!(!is_asked, "a tunnel was requested");
}

fn private_key() -> String {
    KeyPair::generate().expect("a key").serialize_pem()
}
