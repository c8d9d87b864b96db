//! Error messages: the peer, its host and port, and a useful explanation.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Ipv6Addr, TcpStream};
use std::process::Command;

use loginid_emulator::{Emulator, Fault, FaultKind};
use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, date_time_ymd};
use serde_json::{Value, json};

use crate::capi::{Client, Outcome, config};
use crate::connections::{ClosedPort, FullQueue};
use crate::listener::{Listener, read_request};
use crate::proxy::{ESTABLISHED, Proxy, behind, hidden};
use crate::tls::{Authority, Identity, Server, TLS12, TLS13, params};

/// The message must contain each of these.
#[track_caller]
fn assert_says(outcome: &Outcome, code: &str, parts: &[&str]) {
    assert_eq!(outcome.code(), code, "{}", outcome.text);
    let message = outcome.error("message");
    let message = message.as_str().expect("a text");
    for part in parts {
        assert!(message.contains(part), "no '{part}': {message}");
    }
    for odd in ["Other(", "Error(", "{ ", "docs.rs"] {
        assert!(!message.contains(odd), "{message}");
    }
}

fn once(config: Value) -> Outcome {
    let mut config = config;
    config["max_retries"] = 0.into();
    Client::new(&config).get_user("ann")
}

fn to(base_url: &str) -> Value {
    let emulator = Emulator::start();
    config(
        &emulator,
        json!({"base_url": base_url, "connect_timeout_ms": 1_000}),
    )
}

#[test]
fn an_unreachable_service_is_named_with_its_port() {
    let closed = ClosedPort::at(Ipv4Addr::LOCALHOST);
    let closed6 = ClosedPort::at(Ipv6Addr::LOCALHOST);
    let (port, port6) = (closed.port, closed6.port);
    let queue = FullQueue::start();
    let address = queue.base_url().replace("http://", "");
    for (base_url, code, name) in [
        (
            "https://no-such-host.invalid".to_owned(),
            "dns_failed",
            "no-such-host.invalid:443",
        ),
        (
            format!("http://127.0.0.1:{port}"),
            "connect_failed",
            &format!("127.0.0.1:{port}"),
        ),
        (
            format!("https://[::1]:{port6}/api"),
            "connect_failed",
            &format!("[::1]:{port6}"),
        ),
        (queue.base_url(), "connect_timeout", address.as_str()),
    ] {
        let outcome = once(to(&base_url));
        assert_says(&outcome, code, &[&format!("the service {name}: ")]);
        assert!(!outcome.text.contains("proxy"), "{}", outcome.text);
    }
}

#[test]
fn a_service_that_does_not_answer_is_named_with_its_port() {
    let emulator = Emulator::start();
    let name = emulator.base_url().replace("http://", "the service ");
    let fault = |kind| emulator.inject(Fault::new(kind).times(1));
    fault(FaultKind::Drop {
        carried_out: false,
        reset: false,
    });
    let closed = once(config(&emulator, json!({})));
    assert_says(
        &closed,
        "connection_lost",
        &[&name, "closed the connection too early"],
    );
    fault(FaultKind::Drop {
        carried_out: false,
        reset: true,
    });
    assert_says(
        &once(config(&emulator, json!({}))),
        "connection_lost",
        &[&name, "reset"],
    );
    fault(FaultKind::Delay {
        ms: 60_000,
        carried_out: false,
    });
    let late = once(config(&emulator, json!({"request_timeout_ms": 300})));
    assert_says(&late, "timeout", &[&name, "deadline"]);
}

#[test]
fn an_error_of_a_proxy_is_not_reported_as_the_services() {
    let closed = ClosedPort::at(Ipv4Addr::LOCALHOST);
    let port = closed.port;
    let emulator = hidden(false);
    let queue = FullQueue::start();
    for (proxy, code, name) in [
        (
            "http://no-such-host.invalid:3128".to_owned(),
            "dns_failed",
            "no-such-host.invalid:3128",
        ),
        (
            format!("http://127.0.0.1:{port}"),
            "connect_failed",
            &format!("127.0.0.1:{port}"),
        ),
        (
            queue.base_url(),
            "connect_timeout",
            &queue.base_url().replace("http://", ""),
        ),
    ] {
        let further = json!({"proxy": proxy, "connect_timeout_ms": 1_000});
        let outcome = once(behind(&emulator, further));
        assert_says(&outcome, code, &[&format!("the proxy {name}: ")]);
        assert!(
            !outcome.text.contains("elsewhere.invalid"),
            "{}",
            outcome.text
        );
    }
    let proxy = Proxy::tunnelling(ESTABLISHED);
    let drop = FaultKind::Drop {
        carried_out: false,
        reset: false,
    };
    emulator.inject(Fault::new(drop).times(1));
    let outcome = once(behind(&emulator, json!({"proxy": proxy.url()})));
    let through = "(through the proxy 127.0.0.1:";
    let parts = ["the service elsewhere.invalid:", through, "too early"];
    assert_says(&outcome, "connection_lost", &parts);
    assert!(!outcome.text.contains("p%40ss"), "{}", outcome.text);
}

/// Serves TLS at a port and answers calls there.
fn https(server: Server) -> Listener {
    Listener::start(move |stream, _| {
        let mut stream = server.accept(stream);
        if read_request(&mut stream).is_some() {
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";
            // The client may have refused the certificate.
            let _ = stream.write_all(answer);
        }
    })
}

fn call(service: &Listener, ca_pem: &str, further: Value) -> Outcome {
    let base_url = service.base_url().replace("http://", "https://");
    let mut config = to(&base_url);
    config["ca_pem"] = ca_pem.into();
    for (name, value) in further.as_object().expect("an object") {
        config[name] = value.clone();
    }
    once(config)
}

/// The DER of a certificate, changed to say that it is of an older version.
fn of_old_version(mut identity: Identity) -> Identity {
    let mut der = identity.certificate.to_vec();
    let version = [0xa0, 0x03, 0x02, 0x01, 0x02];
    let at = der.windows(5).position(|part| part == version);
    der[at.expect("version 3") + 4] = 0;
    identity.certificate = der.into();
    identity
}

#[test]
fn an_untrusted_certificate_is_explained_in_words() {
    let authority = Authority::named("an authority");
    let own = |change: fn(&mut rcgen::CertificateParams)| {
        let mut params = params("127.0.0.1");
        change(&mut params);
        params
    };
    let expired = own(|params| params.not_after = date_time_ymd(2021, 1, 1));
    let early = own(|params| params.not_before = date_time_ymd(2500, 1, 1));
    let ca = own(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
    let for_clients =
        own(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]);
    let stranger = Authority::new().server("127.0.0.1");
    let renewed = Authority::named("an authority").server("127.0.0.1");
    for (identity, parts) in [
        (
            authority.issue(expired),
            &["expired on Fri, 01 Jan 2021", "clock says"][..],
        ),
        (
            authority.issue(early),
            &["not valid before Fri, 01 Jan 2500", "clock says"],
        ),
        (authority.server("a.example"), &["another host: a.example"]),
        (
            authority.issue(for_clients),
            &["not a server certificate", "serverAuth"],
        ),
        (stranger, &["issuer is not trusted", "ca_file"]),
        (renewed, &["trusted authority of that name", "ca_file"]),
        (
            Identity::self_signed(params("127.0.0.1")),
            &["self-signed", "ca_file"],
        ),
        (
            Identity::self_signed(ca.clone()),
            &["a CA certificate cannot be a server's: issue one from it"],
        ),
        (
            authority.issue(ca),
            &["a CA certificate cannot be a server's: issue one from it"],
        ),
        (
            of_old_version(authority.server("127.0.0.1")),
            &["version 3", "subjectAltName"],
        ),
    ] {
        let service = https(identity.server());
        let name = service.base_url().replace("http://", "the service ");
        let outcome = call(&service, &authority.pem(), json!({}));
        assert_says(&outcome, "certificate_invalid", parts);
        assert_says(
            &outcome,
            "certificate_invalid",
            &[&name, "its certificate is not trusted"],
        );
    }
}

/// As `openssl req -x509` makes them: a self-signed CA certificate.
#[test]
fn a_self_signed_ca_certificate_of_a_server_is_refused_even_if_it_is_trusted() {
    let mut params = params("127.0.0.1");
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let identity = Identity::self_signed(params);
    let ca_pem = identity.pem();
    let outcome = call(&https(identity.server()), &ca_pem, json!({}));
    assert_says(
        &outcome,
        "certificate_invalid",
        &["a CA certificate cannot be a server's: issue one from it"],
    );
}

/// The commands in `docs/configuration.md` make a server certificate, and a CA
/// certificate that cannot be used by a server.
#[test]
fn the_documented_commands_make_a_certificate_that_works() {
    let page = include_str!("../../docs/configuration.md");
    let mut blocks = page.split("```sh\n").skip(1);
    let commands = blocks.find(|block| block.contains("req -x509"));
    let commands = commands.and_then(|block| block.split("```").next());
    let folder = tempfile::tempdir().expect("a folder");
    let made = Command::new("sh")
        .args(["-e", "-c", commands.expect("commands")])
        .current_dir(folder.path())
        .output()
        .expect("a shell");
    assert!(made.status.success(), "{made:?}");
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect(name);
    let ca_pem = read("ca.pem");
    let server = Identity::from_pem(&read("server.pem"), &read("server.key"));
    call(&https(server.server()), &ca_pem, json!({})).ok();
    let authority = Identity::from_pem(&ca_pem, &read("ca.key"));
    let outcome = call(&https(authority.server()), &ca_pem, json!({}));
    let says = "a CA certificate cannot be a server's: issue one from it";
    assert_says(&outcome, "certificate_invalid", &[says]);
}

/// It is not a CA certificate, so it can be trusted directly.
#[test]
fn a_trusted_self_signed_certificate_is_accepted() {
    let identity = Identity::self_signed(params("127.0.0.1"));
    let ca_pem = identity.pem();
    call(&https(identity.server()), &ca_pem, json!({})).ok();
}

/// A server that answers the first bytes of a handshake with these.
fn answering(bytes: &'static [u8]) -> Listener {
    Listener::start(move |mut stream: TcpStream, _| {
        let mut hello = [0; 512];
        let amount = stream.read(&mut hello).expect("a handshake");
        assert!(amount > 0, "no handshake");
        stream.write_all(bytes).expect("a reader");
        // Until the client has read it and closes the connection.
        while stream.read(&mut hello).is_ok_and(|amount| amount > 0) {}
    })
}

#[test]
fn a_failed_handshake_is_explained_in_words() {
    // A ServerHello of TLS 1.1: a random number, no session, a cipher suite.
    const OLD_HELLO: &[u8] = b"\x16\x03\x02\x00\x2a\x02\x00\x00\x26\x03\x02\
        0123456789abcdef0123456789abcdef\x00\x00\x2f\x00";
    for (bytes, parts) in [
        (
            &b"HTTP/1.1 400 Bad Request\r\n\r\n"[..],
            &["not TLS", "http://"][..],
        ),
        (b"SSH-2.0-OpenSSH_9.2\r\n", &["not TLS"]),
        (
            b"\x15\x03\x01\x00\x02\x02\x46",
            &["neither TLS 1.2 nor TLS 1.3"],
        ),
        (OLD_HELLO, &["neither TLS 1.2 nor TLS 1.3"]),
        (
            b"\x15\x03\x03\x00\x02\x02\x28",
            &["no common cipher suite", "client_cert_pem"],
        ),
        (
            b"\x15\x03\x03\x00\x02\x02\x70",
            &["does not serve a host of this name"],
        ),
        (
            b"\x15\x03\x03\x00\x02\x02\x50",
            &["ended the connection: internal error"],
        ),
    ] {
        let service = answering(bytes);
        let name = service.base_url().replace("http://", "the service ");
        let outcome = call(&service, &Authority::new().pem(), json!({}));
        assert_says(&outcome, "tls_failed", parts);
        assert_says(&outcome, "tls_failed", &[&name, "TLS failed"]);
    }
}

#[test]
fn a_missing_or_refused_client_certificate_is_explained_in_words() {
    let authority = Authority::new();
    let (clients, others) = (Authority::new(), Authority::new());
    let (certificate, key) = others.client();
    let own = json!({"client_cert_pem": certificate, "client_key_pem": key});
    for version in [&TLS12, &TLS13] {
        let service = https(authority.server("127.0.0.1").server_for(&clients, version));
        let outcome = call(&service, &authority.pem(), json!({}));
        assert_says(
            &outcome,
            "tls_failed",
            &["client certificate", "client_cert_pem"],
        );
        let outcome = call(&service, &authority.pem(), own.clone());
        let parts = ["refused the client certificate (client_cert_pem)"];
        assert_says(&outcome, "tls_failed", &parts);
        let (certificate, key) = clients.client();
        let own = json!({"client_cert_pem": certificate, "client_key_pem": key});
        call(&service, &authority.pem(), own).ok();
    }
}

/// One answer, byte for byte, over plain http.
fn answered(bytes: impl Into<Vec<u8>>) -> Outcome {
    let bytes = bytes.into();
    let service = Listener::start(move |mut stream, _| {
        if read_request(&mut stream).is_some() {
            // The client may have closed the connection early.
            let _ = stream.write_all(&bytes);
        }
    });
    once(to(&service.base_url()))
}

#[test]
fn the_error_says_what_is_wrong_with_an_answer() {
    let head = |headers: &str| format!("HTTP/1.1 200 OK\r\n{headers}content-length: 2\r\n\r\n{{}}");
    for (answer, code, says) in [
        (
            "SSH-2.0-OpenSSH_9.2\r\n".to_owned(),
            "invalid_response",
            "not valid HTTP",
        ),
        (
            head(&"x-a: b\r\n".repeat(128)),
            "invalid_response",
            "more than 128 headers",
        ),
        (
            head(&format!("x-a: {}\r\n", "b".repeat(16_000))),
            "response_too_large",
            "headers",
        ),
        (
            format!("HTTP/1.1 100 Continue\r\nx-a: b\r\n\r\n{}", head("")),
            "invalid_response",
            "100 Continue with headers",
        ),
        (
            format!(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}",
                "0".repeat(20_000)
            ),
            "invalid_response",
            "a line of its answer is longer than 16 KiB",
        ),
        (
            head("content-encoding: br\r\n"),
            "unexpected_encoding",
            "compressed",
        ),
        (
            head("content-encoding: identity, gzip\r\n"),
            "unexpected_encoding",
            "compressed",
        ),
    ] {
        let outcome = answered(answer);
        assert_says(&outcome, code, &[says]);
        assert_says(&outcome, code, &["the service 127.0.0.1:"]);
        let is_http = says != "not valid HTTP";
        assert_eq!(
            !outcome.text.contains("not valid HTTP"),
            is_http,
            "{}",
            outcome.text
        );
    }
}

/// RFC 9110, section 8.4.1: `identity` means no encoding.
#[test]
fn an_identity_encoding_is_accepted() {
    for encoding in ["identity", "Identity", " identity , identity", ""] {
        let head = format!("HTTP/1.1 200 OK\r\ncontent-encoding: {encoding}\r\n");
        answered(format!("{head}content-length: 2\r\n\r\n{{}}")).ok();
    }
}

#[test]
fn a_chunked_answer_cut_at_any_byte_is_a_lost_connection() {
    let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    let whole = format!("{head}1;a=b\r\n{{\r\n00c\r\n\"id\":\"ann\"}} \r\n0\r\nx: y\r\n\r\n");
    let end = whole.find("0\r\nx: y").expect("the last chunk") + 3;
    for bytes in 0..end {
        let outcome = answered(&whole.as_bytes()[..bytes]);
        assert_says(&outcome, "connection_lost", &["the service 127.0.0.1:"]);
    }
    answered(whole).ok();
}
