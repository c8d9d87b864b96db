//! `loginid-emulator doctor`: what it finds in good configurations and in bad ones.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, SystemTime};

use loginid_emulator::{Certificate, Emulator, Fault, FaultKind, NewApplication};
use rcgen::{KeyPair, PKCS_ECDSA_P384_SHA384};

use crate::support::connect;

/// The doctor of a configuration that is good unless a test changes it.
struct Doctor(Command);

/// What it found, and whether all was well.
struct Findings {
    well: bool,
    text: String,
}

impl Doctor {
    fn of(emulator: &Emulator) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_loginid-emulator"));
        command.arg("doctor");
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["LOGINID_", "SSL_CERT_", "REQUEST_METHOD"]
                .iter()
                .any(|start| name.starts_with(start))
                || name.to_lowercase().ends_with("_proxy")
            {
                command.env_remove(name);
            }
        }
        Self(command)
            .set("LOGINID_BASE_URL", emulator.base_url())
            .set("LOGINID_CLIENT_ID", emulator.client_id())
            .set("LOGINID_PRIVATE_KEY", emulator.private_key())
            // Only what never comes may take so long.
            .set("LOGINID_CONNECT_TIMEOUT_MS", "60000")
            .set("LOGINID_REQUEST_TIMEOUT_MS", "60000")
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.0.env(name, value);
        self
    }

    fn public_key(mut self, file: &Path) -> Self {
        self.0.arg("--public-key").arg(file);
        self
    }

    fn findings(mut self) -> Findings {
        let output = self.0.output().unwrap();
        assert!(output.stderr.is_empty(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(
            !text.contains("MIG") && !text.contains("eyJ"),
            "a key or token: {text}"
        );
        let code = output.status.code();
        assert!(matches!(code, Some(0 | 1)), "{code:?}");
        let findings = Findings {
            well: code == Some(0),
            text,
        };
        assert_eq!(
            findings.well,
            !findings.text.contains("problem "),
            "{}",
            findings.text
        );
        findings
    }
}

impl Findings {
    /// The line with this verdict about this subject holds the words.
    fn says(&self, verdict: &str, subject: &str, words: &str) -> &Self {
        let start = format!("{verdict:<8} {subject:<14} ");
        let found = self
            .text
            .lines()
            .any(|line| line.starts_with(&start) && line.contains(words));
        assert!(
            found,
            "no '{verdict} {subject} … {words}' in:\n{}",
            self.text
        );
        self
    }

    /// This is the only problem.
    fn only(&self, subject: &str, words: &str) {
        self.says("problem", subject, words);
        let problems = self.text.lines().filter(|line| line.starts_with("problem"));
        assert_eq!(problems.count(), 1, "{}", self.text);
        assert!(self.text.contains("To do: "), "{}", self.text);
    }
}

/// An address where nothing listens.
fn closed_port() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

#[test]
fn all_is_well_over_http_and_https() {
    let plain = Emulator::start();
    let findings = Doctor::of(&plain).findings();
    assert!(findings.well, "{}", findings.text);
    for subject in [
        "client id",
        "private key",
        "base URL",
        "name",
        "connection",
        "clock",
        "service",
        "service token",
    ] {
        findings.says("ok", subject, "");
    }
    findings.says("ok", "proxy", "none");

    let secure = Emulator::builder().tls().start();
    let findings = Doctor::of(&secure)
        .set("LOGINID_CA_PEM", secure.ca_pem().unwrap())
        .findings();
    assert!(findings.well, "{}", findings.text);
    findings
        .says("ok", "trusted roots", "1 of LOGINID_CA_PEM")
        .says(
            "ok",
            "certificate",
            "issued by CN=loginid-emulator throw-away CA",
        );
}

#[test]
fn exec_sets_what_the_doctor_needs() {
    for tls in [false, true] {
        let program = env!("CARGO_BIN_EXE_loginid-emulator");
        let mut command = Command::new(program);
        command
            .arg("exec")
            .args(tls.then_some("--tls"))
            .args(["--", program, "doctor"]);
        let output = command.output().unwrap();
        let text = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success(), "{text}");
        assert!(text.contains("ok       service token"), "{text}");
        assert!(!text.contains("note"), "{text}");
    }
}

#[test]
fn a_key_of_another_application_is_refused_by_the_service() {
    let emulator = Emulator::start();
    let other = emulator.add_application(NewApplication::default()).unwrap();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_PRIVATE_KEY", &other.private_key.unwrap())
        .findings();
    findings.only("service token", "do not belong together");
}

#[test]
fn a_key_that_cannot_be_used_is_explained() {
    let emulator = Emulator::start();
    let p384 = KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap();
    let good = emulator.private_key();
    for (key, words) in [
        (p384.serialize_pem(), "another curve"),
        (p384.public_key_pem(), "it is a public key"),
        (good[..60].to_owned(), "not the PEM of a key"),
        (good.replace("PRIVATE", "ENCRYPTED PRIVATE"), "passphrase"),
        (good.replace("PRIVATE", "RSA PRIVATE"), "RSA"),
        (format!("{good}{good}"), "more than one private key"),
        ("{\"kty\":\"EC\"}".to_owned(), "JWK"),
    ] {
        let findings = Doctor::of(&emulator)
            .set("LOGINID_PRIVATE_KEY", &key)
            .findings();
        findings.only("private key", words);
    }
    let file = tempfile::NamedTempFile::new().unwrap();
    let both = Doctor::of(&emulator).set("LOGINID_PRIVATE_KEY_FILE", file.path().to_str().unwrap());
    both.findings().only("private key", "both set");
    let none = Doctor::of(&emulator)
        .set("LOGINID_PRIVATE_KEY", "")
        .set("LOGINID_PRIVATE_KEY_FILE", "/no/such/key.pem");
    none.findings()
        .only("private key", "cannot read /no/such/key.pem");
}

#[test]
fn a_key_is_read_however_it_is_spelt() {
    let emulator = Emulator::start();
    let key = emulator.private_key();
    for key in [
        key.replace('\n', "\\n"),
        key.replace('\n', "\r\n"),
        format!("\"{}\"", key.trim_end()),
        format!("\u{feff}{}", key.replace('\n', "\r    ")),
        key.replace('\n', ""),
    ] {
        let findings = Doctor::of(&emulator)
            .set("LOGINID_PRIVATE_KEY", &key)
            .findings();
        assert!(findings.well, "{}", findings.text);
    }
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(&[b"Schl\xfcssel\n", key.as_bytes()].concat())
        .unwrap();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_PRIVATE_KEY", "")
        .set("LOGINID_PRIVATE_KEY_FILE", file.path().to_str().unwrap())
        .findings();
    assert!(findings.well, "{}", findings.text);
}

#[test]
fn the_public_key_is_compared_with_the_private_one() {
    let emulator = Emulator::start();
    let pair = KeyPair::generate().unwrap();
    let own = emulator.info().applications[0].public_key.clone().unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(own.as_bytes()).unwrap();
    let findings = Doctor::of(&emulator).public_key(file.path()).findings();
    assert!(findings.well, "{}", findings.text);
    findings.says("ok", "public key", "belongs to the private key");

    let other = pair.public_key_pem();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_PUBLIC_KEY", &other)
        .findings();
    findings.only("public key", "not the public key of the private key");
}

#[test]
fn settings_that_cannot_be_right_are_named() {
    let emulator = Emulator::start();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_MAX_RETRIES", "many")
        .findings();
    findings.only("settings", "LOGINID_MAX_RETRIES");
    for (value, words) in [
        (" 5", "a whole number without blanks around it"),
        ("1.0", "a whole number, without fraction or exponent"),
        ("11", "from 0 to 10"),
    ] {
        let findings = Doctor::of(&emulator)
            .set("LOGINID_MAX_RETRIES", value)
            .findings();
        findings.only("settings", words);
    }
    // The library refuses a name with a slip, and leaves others to the program.
    let findings = Doctor::of(&emulator)
        .set("LOGINID_PRIVTE_KEY", "x")
        .findings();
    findings.only("settings", "LOGINID_PRIVTE_KEY is not a variable");
    assert!(
        findings
            .text
            .contains("correct its name to LOGINID_PRIVATE_KEY"),
        "{}",
        findings.text
    );
    let findings = Doctor::of(&emulator)
        .set("LOGINID_SHOP", "x")
        .set("LOGINID_V2_BASE_URL", "x")
        .set("LOGINID_PRIVTE_KEY", "")
        .findings();
    assert!(findings.well, "{}", findings.text);
    findings.says("note", "settings", "LOGINID_SHOP");
    assert!(!findings.text.contains("LOGINID_V2"), "{}", findings.text);
    let findings = Doctor::of(&emulator)
        .set("LOGINID_CLIENT_ID", "")
        .findings();
    findings.only("client id", "LOGINID_CLIENT_ID is not set");
    let none = || Doctor::of(&emulator).set("LOGINID_PRIVATE_KEY", "");
    none()
        .findings()
        .says("note", "private key", "public application");
    let required = none().set("LOGINID_MANAGEMENT", "true").findings();
    required.only("private key", "LOGINID_MANAGEMENT");
}

#[test]
fn a_base_url_that_leads_nowhere_is_explained() {
    let emulator = Emulator::start();
    let with = |url: &str| {
        Doctor::of(&emulator)
            .set("LOGINID_BASE_URL", url)
            .findings()
    };
    with("example.com").only("base URL", "not a base URL");
    with(&format!("{} ", emulator.base_url())).only("base URL", "has blanks");
    with("http://192.0.2.1").only("base URL", "plain http to another machine");
    with("https://user:hunter2@localhost").only("base URL", "not a base URL");
    with("https://no-such-host.invalid").only("name", "no-such-host.invalid");
    with(&format!("http://{}", closed_port())).only("connection", "does not take connections");
    with(&format!("{}/elsewhere", emulator.base_url()))
        .only("service", "GET /certs was refused (404)");
    with(&emulator.base_url().replace("http:", "https:")).only("certificate", "https");
    let secret = with("https://user:hunter2@localhost").text;
    assert!(!secret.contains("hunter2"), "{secret}");
}

#[test]
fn loopback_names_are_this_machine_as_for_the_library() {
    let emulator = Emulator::start();
    for name in ["localhost", "localhost.", "app.LOCALHOST"] {
        let url = emulator.base_url().replace("127.0.0.1", name);
        let findings = Doctor::of(&emulator)
            .set("LOGINID_BASE_URL", &url)
            .findings();
        assert!(findings.well, "{}", findings.text);
        findings.says("ok", "name", "is ::1, 127.0.0.1");
    }
    let url = emulator.base_url().replace("127.0.0.1", "notlocalhost");
    let findings = Doctor::of(&emulator)
        .set("LOGINID_BASE_URL", &url)
        .findings();
    findings.only("base URL", "plain http to another machine");
}

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
    unreadable
        .findings()
        .only("trusted roots", "cannot read /no/such/ca.pem");
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
fn roots_that_variables_name_are_the_only_ones() {
    let emulator = Emulator::builder().tls().start();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let ca = emulator.ca_pem().unwrap();
    file.write_all(format!("\u{feff}{ca}").as_bytes()).unwrap();
    let path = file.path().to_str().unwrap();
    let with = |file: &str| Doctor::of(&emulator).set("SSL_CERT_FILE", file);

    let findings = with(path).findings();
    assert!(findings.well, "{}", findings.text);
    findings.says("ok", "trusted roots", "1 of SSL_CERT_FILE and SSL_CERT_DIR");
    with("/no/such/file").findings().only(
        "trusted roots",
        "SSL_CERT_FILE: cannot read '/no/such/file'",
    );
    with("/dev/null").findings().only("trusted roots", "none");
    let added = with("/dev/null").set("LOGINID_CA_PEM", &ca.replace('\n', "\\n"));
    let findings = added.findings();
    assert!(findings.well, "{}", findings.text);

    // Plain http needs none.
    let plain = Emulator::start();
    let findings = Doctor::of(&plain)
        .set("SSL_CERT_FILE", "/no/such/file")
        .findings();
    assert!(findings.well, "{}", findings.text);
    let unusable = Doctor::of(&plain).set("LOGINID_CA_PEM", "x");
    unusable.findings().only(
        "trusted roots",
        "LOGINID_CA_PEM holds no readable certificate",
    );
}

/// A proxy for one connection after the other; it wants a password, and knows every host to be this
/// machine. It makes a tunnel after this answer.
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
fn the_proxy_in_effect_is_named_and_used() {
    // No resolver knows the host of this certificate.
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
        .says("ok", "proxy", &format!("{proxy} from LOGINID_PROXY"))
        .says("ok", "tunnel", "");
    assert!(!findings.text.contains("p%40ss") && !findings.text.contains("p@ss"));

    let env = || {
        doctor()
            .set("LOGINID_PROXY", "env")
            .set("HTTPS_PROXY", &url)
    };
    env().findings().says("ok", "tunnel", "");
    let small = env().set("https_proxy", &url).set("HTTPS_PROXY", "x://");
    small.findings().says("ok", "proxy", "from https_proxy");
    for list in ["elsewhere.invalid", ".Invalid.", "a.test invalid", "*"] {
        let excluded = env().set("NO_PROXY", list).findings();
        excluded.says("ok", "proxy", "none: NO_PROXY excludes elsewhere.invalid");
    }
    let unused = doctor().set("HTTPS_PROXY", &url).findings();
    unused.says("ok", "proxy", "LOGINID_PROXY=env would use it");

    let refused = doctor().set("LOGINID_PROXY", &format!("http://{proxy}"));
    refused.findings().only("tunnel", "407");
    for unusable in ["socks5://127.0.0.1:1", " http://127.0.0.1:1"] {
        let unusable = doctor().set("LOGINID_PROXY", unusable);
        unusable
            .findings()
            .only("proxy", "LOGINID_PROXY is not the URL of a proxy");
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
        findings.says("ok", "proxy", "none: 127.0.0.1 is this machine");
    }
}

#[test]
fn the_proxy_of_a_clients_header_is_not_used_in_cgi() {
    let emulator = Emulator::start();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_BASE_URL", "http://elsewhere.invalid")
        .set("LOGINID_ALLOW_HTTP", "true")
        .set("LOGINID_PROXY", "env")
        .set("HTTP_PROXY", &format!("http://{}", closed_port()))
        .set("REQUEST_METHOD", "GET")
        .findings();
    findings
        .says("ok", "proxy", "no variable names one")
        .only("name", "elsewhere.invalid");
}

#[test]
fn a_public_key_without_a_private_one_is_a_problem() {
    let emulator = Emulator::start();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let own = emulator.info().applications[0].public_key.clone().unwrap();
    file.write_all(own.as_bytes()).unwrap();
    let findings = Doctor::of(&emulator)
        .set("LOGINID_PRIVATE_KEY", "")
        .public_key(file.path())
        .findings();
    findings.only("public key", "no private key to compare it with");
}
