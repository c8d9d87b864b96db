//! Keys and certificates in a token, or at a URL that it names.

use std::io::Write;

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{GOOD, SIGNATURE, Table};
use crate::listener::{Listener, read_request};
use crate::support::service::{Signer, encode, pem, with};

/// A forger with a key, a certificate for it, and a server for both.
pub struct Attacker {
    key: Signer,
    certificate: Vec<u8>,
    place: Listener,
}

impl Attacker {
    pub fn new() -> Attacker {
        let key = Signer::new("k");
        let certificate = certificate(&key);
        let keys = json!({"keys": [key.jwk()]}).to_string();
        let chain = pem("CERTIFICATE", &certificate);
        let place = Listener::start(move |mut stream, _| {
            let Some(request) = read_request(&mut stream) else {
                return;
            };
            let body = if request.starts_with("GET /jwks.json") {
                &keys
            } else {
                &chain
            };
            let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n", body.len());
            let _ = stream.write_all((head + body).as_bytes());
        });
        Attacker {
            key,
            certificate,
            place,
        }
    }

    /// The number of requests to the forger's server.
    pub fn visits(&self) -> usize {
        self.place.accepted()
    }

    pub fn base_url(&self) -> String {
        self.place.base_url()
    }

    fn jwks_url(&self) -> String {
        format!("{}/jwks.json", self.base_url())
    }

    fn members(&self) -> [(&'static str, Value); 9] {
        let jwk = self.key.jwk();
        let spki = self.key.pem();
        let x5u = format!("{}/cert.pem", self.place.base_url());
        // The one member that is base64, not base64url (RFC 7515).
        let x5c = json!([STANDARD.encode(&self.certificate)]);
        let thumbprint = encode(digest(&SHA256, &self.certificate));
        [
            ("jwk", json!({"jwk": jwk})),
            ("jwks", json!({"jwks": {"keys": [jwk]}})),
            ("jku", json!({"jku": self.jwks_url()})),
            ("x5u", json!({"x5u": x5u})),
            ("x5c", json!({"x5c": x5c})),
            ("x5t#S256", json!({"x5t#S256": thumbprint, "x5u": x5u})),
            ("key", json!({"key": spki})),
            (
                "public key as x5c",
                json!({"x5c": [STANDARD.encode(self.key.spki())]}),
            ),
            (
                "all at once",
                json!({"jwk": jwk, "jku": self.jwks_url(), "x5u": x5u, "x5c": x5c}),
            ),
        ]
    }
}

/// A self-signed certificate of the key.
fn certificate(key: &Signer) -> Vec<u8> {
    let pair = rcgen::KeyPair::try_from(key.pkcs8()).expect("a key");
    let names = vec!["loginid.io".to_owned()];
    let parameters = rcgen::CertificateParams::new(names).expect("a name");
    let certificate = parameters.self_signed(&pair).expect("a certificate");
    certificate.der().to_vec()
}

pub fn rows(table: &mut Table) {
    let attacker = &table.attacker.key;
    let mut tokens = Vec::new();
    for (name, members) in table.attacker.members() {
        for (kid, header) in [
            ("with kid", attacker.header()),
            (
                "without kid",
                with(&attacker.header(), json!({"kid": null})),
            ),
        ] {
            let token = attacker.sign(&with(&header, members.clone()), &table.claims);
            tokens.push((format!("signed by the {name} in its header, {kid}"), token));
        }
    }
    for (name, token) in tokens {
        table.row(name, token, SIGNATURE);
    }
}

pub fn legal(table: &mut Table) {
    // These are ignored, so they are harmless.
    for (name, members) in table.attacker.members() {
        table.header(
            format!("signed by the service with a foreign {name}"),
            members,
            GOOD,
        );
    }
}
