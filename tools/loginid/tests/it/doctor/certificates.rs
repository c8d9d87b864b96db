//! Certificates, trusted roots and the clock.

use std::io::Write;
use std::time::{Duration, SystemTime};

use loginid_emulator::{Certificate, Emulator, Fault, FaultKind};

use super::Doctor;

#[test]
fn each_bad_certificate_is_named() {
    let trusted = |certificate| {
        let emulator = Emulator::builder().certificate(certificate).start();
        let doctor = Doctor::of(&emulator).set("LOGINID_CA_PEM", emulator.ca_pem().unwrap());
        doctor.findings()
    };
    trusted(Certificate::Expired).only(
        "certificate",
        "certificate 1 of 1 (CN=loginid-emulator) expired at 2021",
    );
    trusted(Certificate::WrongHost).only("certificate", "elsewhere.invalid");
    trusted(Certificate::SelfSigned).only("certificate", "signed by itself");
    let emulator = Emulator::builder().tls().start();
    let untrusted = Doctor::of(&emulator).findings();
    untrusted.only(
        "certificate",
        "issued by CN=loginid-emulator throw-away CA, which is not trusted",
    );
    assert!(
        untrusted.text.contains("set LOGINID_CA_FILE"),
        "{}",
        untrusted.text
    );
    let unreadable = Doctor::of(&emulator).set("LOGINID_CA_FILE", "/no/such/ca.pem");
    unreadable.findings().only(
        "trusted roots",
        "LOGINID_CA_FILE: cannot read '/no/such/ca.pem'",
    );
}

#[test]
fn a_clock_that_differs_from_the_services_is_found() {
    let emulator = Emulator::start();
    let skewed = |by: i64| {
        let now = SystemTime::now();
        let date = if by < 0 {
            now - Duration::from_secs(by.unsigned_abs())
        } else {
            now + Duration::from_secs(by.unsigned_abs())
        };
        let key = emulator.public_key();
        emulator.inject(
            Fault::new(FaultKind::Status {
                code: 200,
                body: key,
                content_type: Some("text/plain".to_owned()),
                headers: vec![("Date".to_owned(), httpdate::fmt_http_date(date))],
                carried_out: false,
            })
            .on("GET", "/certs")
            .times(1),
        );
        Doctor::of(&emulator).findings()
    };
    skewed(-600).only("clock", "s ahead of the service's");
    skewed(7200).only("clock", "s behind the service's");
}

#[test]
fn roots_of_ssl_cert_variables_replace_those_of_the_system() {
    let emulator = Emulator::builder().tls().start();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let ca = emulator.ca_pem().unwrap();
    file.write_all(format!("\u{feff}{ca}").as_bytes()).unwrap();
    let path = file.path().to_str().unwrap();
    let with = |file: &str| Doctor::of(&emulator).set("SSL_CERT_FILE", file);

    let findings = with(path).findings();
    assert!(findings.well, "{}", findings.text);
    findings.has("ok", "trusted roots", "1 of SSL_CERT_FILE and SSL_CERT_DIR");
    with("/no/such/file").findings().only(
        "trusted roots",
        "SSL_CERT_FILE: cannot read '/no/such/file'",
    );
    with("/dev/null").findings().only("trusted roots", "none");
    let added = with("/dev/null").set("LOGINID_CA_PEM", &ca.replace('\n', "\\n"));
    let findings = added.findings();
    assert!(findings.well, "{}", findings.text);

    // Plain http needs no roots.
    let plain = Emulator::start();
    let findings = Doctor::of(&plain)
        .set("SSL_CERT_FILE", "/no/such/file")
        .findings();
    assert!(findings.well, "{}", findings.text);
    let unusable = Doctor::of(&plain).set("LOGINID_CA_PEM", "x");
    unusable.findings().only(
        "trusted roots",
        "LOGINID_CA_PEM cannot be used: it is not PEM",
    );
}
