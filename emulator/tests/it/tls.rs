//! HTTPS with a certificate of a throw-away authority.

use std::io::{Read, Write};
use std::sync::Arc;

use loginid_emulator::{Certificate, Emulator, Fault, FaultKind};
use tokio_rustls::rustls::crypto::aws_lc_rs::default_provider;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};

use crate::support::{Answer, connect, request};

/// Requests the key, trusting the emulator's authority.
fn ask(emulator: &Emulator, host: &str) -> std::io::Result<Vec<u8>> {
    exchange(emulator, host, &request("GET", "/certs", &[], ""))
}

/// The answer to a request.
pub fn over_tls(emulator: &Emulator, request: &str) -> Answer {
    Answer::parse(&exchange(emulator, "localhost", request).unwrap()).expect("an answer")
}

fn exchange(emulator: &Emulator, host: &str, request: &str) -> std::io::Result<Vec<u8>> {
    let mut roots = RootCertStore::empty();
    roots
        .add(CertificateDer::from_pem_slice(emulator.ca_pem().unwrap().as_bytes()).unwrap())
        .unwrap();
    let config = ClientConfig::builder_with_provider(Arc::new(default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).unwrap();
    let mut tls = ClientConnection::new(Arc::new(config), name).unwrap();
    let mut tcp = connect(emulator.base_url());
    let mut stream = Stream::new(&mut tls, &mut tcp);
    stream.write_all(request.as_bytes())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes)?;
    Ok(bytes)
}

#[test]
fn https_is_served_for_every_name_of_this_machine() {
    let emulator = Emulator::builder().tls().start();
    assert!(emulator.base_url().starts_with("https://127.0.0.1:"));
    for host in ["localhost", "127.0.0.1", "::1"] {
        let answer = Answer::parse(&ask(&emulator, host).unwrap()).unwrap();
        assert_eq!((answer.status, &answer.body), (200, &emulator.public_key()));
    }
    let error = ask(&emulator, "example.com").unwrap_err().to_string();
    assert!(error.contains("not valid for name"), "{error}");
}

#[test]
fn each_application_of_the_current_service_has_a_certificate() {
    let emulator = Emulator::builder().tls().start();
    let added = emulator.v2().add_application(Default::default()).unwrap();
    for base_url in [emulator.v2().base_url(), &added.base_url] {
        let (host, answer) = version(&emulator, base_url);
        let answer = answer.unwrap_or_else(|error| panic!("{host}: {error}"));
        assert_eq!(Answer::parse(&answer).unwrap().status, 200, "{host}");
    }
}

/// The host of an application, and its answer to a request for its version.
fn version(emulator: &Emulator, base_url: &str) -> (String, std::io::Result<Vec<u8>>) {
    let authority = base_url.strip_prefix("https://").expect("HTTPS");
    let host = authority.split(':').next().unwrap();
    let headers = [("Host", authority.to_owned())];
    let get = request("GET", "/fido2/v2/version", &headers, "");
    (host.to_owned(), exchange(emulator, host, &get))
}

#[test]
fn each_kind_of_bad_certificate_is_served() {
    for (certificate, expected) in [
        (Certificate::Expired, "certificate expired"),
        (Certificate::WrongHost, "not valid for name"),
        (Certificate::SelfSigned, "UnknownIssuer"),
    ] {
        let emulator = Emulator::builder().certificate(certificate).start();
        let (_, application) = version(&emulator, emulator.v2().base_url());
        for answer in [ask(&emulator, "localhost"), application] {
            let error = answer.unwrap_err().to_string();
            assert!(error.contains(expected), "{certificate:?}: {error}");
        }
    }
}

#[test]
fn each_emulator_has_its_own_certificate_authority() {
    let (one, other) = (
        Emulator::builder().tls().start(),
        Emulator::builder().tls().start(),
    );
    assert_ne!(one.ca_pem(), other.ca_pem());
}

#[test]
fn a_dropped_connection_ends_without_a_close_notification() {
    let emulator = Emulator::builder().tls().start();
    emulator.inject(
        Fault::new(FaultKind::Truncate {
            bytes: 30,
            reset: false,
        })
        .times(1),
    );
    assert_eq!(
        ask(&emulator, "localhost").unwrap_err().kind(),
        std::io::ErrorKind::UnexpectedEof
    );
    emulator.inject(Fault::new(FaultKind::CloseIdle {}).times(1));
    assert!(
        ask(&emulator, "localhost").is_ok(),
        "a proper end is announced"
    );
}
