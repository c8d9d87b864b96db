//! Answers to a request for keys that are not a key, or not an acceptable one.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    Ed25519KeyPair, KeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use loginid_emulator::{Emulator, Fault, FaultKind};

use super::{GOOD, INVALID_KEY, NOT_THE_SERVICE, token};
use crate::capi::key_pair;
use crate::support::service::{Signer, pem};
use crate::support::{Version, both, emulator};

/// Texts that come with 200 and are not the public key of ES256. `set.rs` has the sets.
fn texts() -> Vec<(&'static str, String)> {
    let good = Signer::new("k");
    let spki = good.spki();
    let spki_pem = |der: &[u8]| pem("PUBLIC KEY", der);
    let changed = |at: usize, value: u8| {
        let mut der = spki.clone();
        der[at] = value;
        spki_pem(&der)
    };
    let last = spki.len() - 1;
    let point = spki.len() - 65;
    let mut zero_point = spki.clone();
    zero_point[point + 1..].fill(0);
    let mut infinity = spki[..point].to_vec();
    // The BIT STRING and the sequence around it become 64 bytes shorter.
    infinity.push(0);
    infinity[1] -= 64;
    infinity[point - 2] -= 64;
    let ec = |algorithm| {
        let pair = EcdsaKeyPair::generate(algorithm).expect("a key");
        let der: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("DER");
        spki_pem(der.as_ref())
    };
    let rsa = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).expect("an RSA key");
    let rsa: PublicKeyX509Der<'_> = rsa.public_key().as_der().expect("DER");
    let ed25519 = Ed25519KeyPair::generate().expect("an Ed25519 key");
    let ed25519: PublicKeyX509Der<'_> = ed25519.public_key().as_der().expect("DER");
    let pem_text = good.pem();
    vec![
        ("a point off the curve", changed(last, spki[last] ^ 1)),
        ("the point 0, 0", spki_pem(&zero_point)),
        ("the point at infinity", spki_pem(&infinity)),
        ("an unknown point format", changed(point, 0x05)),
        ("a hybrid point", changed(point, 0x06)),
        ("another curve, P-384", ec(&ECDSA_P384_SHA384_FIXED_SIGNING)),
        (
            "another curve, secp256k1",
            ec(&ECDSA_P256K1_SHA256_FIXED_SIGNING),
        ),
        ("RSA", spki_pem(rsa.as_ref())),
        ("Ed25519", spki_pem(ed25519.as_ref())),
        ("a private key", key_pair().0),
        (
            "a private key called public",
            key_pair().0.replace("PRIVATE", "PUBLIC"),
        ),
        (
            "a certificate's label",
            pem_text.replace("PUBLIC KEY", "CERTIFICATE"),
        ),
        ("two keys", format!("{pem_text}{pem_text}")),
        (
            "a public and a private key",
            format!("{pem_text}{}", key_pair().0),
        ),
        ("cut off", pem_text[..60].to_owned()),
        (
            "no end line",
            pem_text.replace("-----END PUBLIC KEY-----", ""),
        ),
        (
            "an unequal end line",
            pem_text.replace("END PUBLIC", "END RSA PUBLIC"),
        ),
        ("a byte too many", spki_pem(&[&spki[..], &[0]].concat())),
        ("a byte too few", spki_pem(&spki[..last])),
        ("the bare point", spki_pem(good.point())),
        ("an empty block", spki_pem(&[])),
        ("base64 without its lines", STANDARD.encode(&spki)),
        ("bad base64", pem_text.replacen("MFkw", "MF*w", 1)),
        ("empty", String::new()),
        ("white space", " \r\n".to_owned()),
        ("HTML", "<!doctype html><title>Welcome</title>".to_owned()),
        (
            "JSON",
            format!(r#"{{"keys":[{{"kid":"k","pem":{pem_text:?}}}]}}"#).replace("-----", ""),
        ),
        ("only dashes", "-----BEGIN -----".repeat(1000)),
    ]
}

#[test]
fn a_text_that_is_no_p256_public_key_is_refused() {
    let emulator = emulator();
    for (name, body) in texts() {
        Version::V1.serve(&emulator, body);
        refused(Version::V1, &emulator, name, INVALID_KEY);
    }
}

fn status(code: u16, body: &str) -> FaultKind {
    FaultKind::Status {
        code,
        body: body.to_owned(),
        content_type: None,
        headers: Vec::new(),
        carried_out: false,
    }
}

#[test]
fn an_answer_without_a_key_is_refused() {
    both(|version| {
        let (too_large, unreadable) = match version {
            Version::V1 => ("LID_ERROR_RESPONSE response_too_large", NOT_THE_SERVICE),
            Version::V2 => (INVALID_KEY, INVALID_KEY),
        };
        let emulator = emulator();
        let good = version.key_answer(&Signer::new("k"));
        let not_utf8 = b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 1\r\n\r\n\xff";
        let redirect = |code| FaultKind::Redirect {
            code,
            location: format!(
                "{}{}?kid=elsewhere",
                emulator.base_url(),
                version.key_path()
            ),
            carried_out: false,
        };
        let huge = |bytes, chunked| FaultKind::Oversize {
            bytes,
            chunked,
            code: 200,
            carried_out: false,
        };
        for (name, kind, verdict) in [
            (
                "301",
                redirect(301),
                "LID_ERROR_RESPONSE unexpected_redirect",
            ),
            (
                "302",
                redirect(302),
                "LID_ERROR_RESPONSE unexpected_redirect",
            ),
            (
                "307",
                redirect(307),
                "LID_ERROR_RESPONSE unexpected_redirect",
            ),
            ("64 KiB and a byte", huge(65_537, false), too_large),
            ("1 GiB", huge(1 << 30, false), too_large),
            ("1 GiB in chunks", huge(1 << 30, true), too_large),
            (
                "endless headers",
                FaultKind::EndlessHeaders { carried_out: false },
                unreadable,
            ),
            (
                "compressed",
                FaultKind::Gzip {
                    mib: 16,
                    carried_out: false,
                },
                "LID_ERROR_RESPONSE unexpected_encoding",
            ),
            ("204", status(204, ""), INVALID_KEY),
            ("a key with 400", status(400, &good), NOT_THE_SERVICE),
            ("a key with 404", status(404, &good), NOT_THE_SERVICE),
            (
                "a web server's 404",
                status(404, "<html><title>404 Not Found</title></html>"),
                NOT_THE_SERVICE,
            ),
            (
                "a gateway's 404",
                status(404, r#"{"message":"no Route matched with those values"}"#),
                NOT_THE_SERVICE,
            ),
            (
                "a code without a message",
                status(404, r#"{"code":"not_found"}"#),
                NOT_THE_SERVICE,
            ),
            (
                "another gateway's 404",
                status(404, r#"{"code":404,"message":"Not Found"}"#),
                NOT_THE_SERVICE,
            ),
            (
                "a key with 500",
                status(500, &good),
                "LID_ERROR_API http_error",
            ),
            (
                "401",
                status(401, r#"{"code":"unauthorized","msgCode":"unauthorized"}"#),
                "LID_ERROR_API unauthorized",
            ),
            (
                "429",
                status(429, ""),
                "LID_ERROR_RATE_LIMITED rate_limited",
            ),
            (
                "not UTF-8",
                FaultKind::Raw {
                    base64: STANDARD.encode(not_utf8),
                    hold_ms: 0,
                    carried_out: false,
                },
                unreadable,
            ),
            (
                "no HTTP",
                FaultKind::Raw {
                    base64: STANDARD.encode(&good),
                    hold_ms: 0,
                    carried_out: false,
                },
                unreadable,
            ),
            (
                "nothing",
                FaultKind::Drop {
                    carried_out: false,
                    reset: false,
                },
                "LID_ERROR_NETWORK connection_lost",
            ),
            (
                "a reset",
                FaultKind::Drop {
                    carried_out: false,
                    reset: true,
                },
                "LID_ERROR_NETWORK connection_lost",
            ),
            (
                "half a key",
                FaultKind::Truncate {
                    bytes: 200,
                    reset: false,
                },
                "LID_ERROR_NETWORK connection_lost",
            ),
        ] {
            emulator.clear_faults();
            emulator.inject(Fault::new(kind).on("GET", version.key_path()));
            refused(version, &emulator, name, verdict);
        }
    });
}

/// A new client gets this verdict after one request, and still works: a bad answer is
/// not cached.
fn refused(version: Version, emulator: &Emulator, name: &str, verdict: &str) {
    let client = version.client(&version.online(emulator));
    let before = emulator.request_count();
    let outcome = client.verify_token(token(version, emulator));
    assert_eq!(outcome.verdict(), verdict, "{name}: {}", outcome.text);
    assert_eq!(emulator.request_count() - before, 1, "{name}");
    emulator.clear_faults();
    assert_eq!(
        client.verify_token(token(version, emulator)).verdict(),
        GOOD,
        "after {name}"
    );
}
