//! Algorithms and extensions named in the header.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    self, ECDSA_P256K1_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair,
    Ed25519KeyPair,
};
use serde_json::json;

use super::{ALGORITHM, GOOD, MALFORMED, SIGNATURE, Table};
use crate::support::service::{encode, with};

pub fn rows(table: &mut Table) {
    without_signature(table);
    keyed_with_the_public_key(table);
    other_signature_algorithms(table);
    algorithm_names(table);
    extensions(table);
}

/// Header and claims of the good token, with another `alg`.
fn signed_part(table: &Table, alg: &str) -> String {
    let header = with(&table.service.header(), json!({"alg": alg}));
    format!(
        "{}.{}",
        encode(header.to_string()),
        encode(table.claims.to_string())
    )
}

fn without_signature(table: &mut Table) {
    for alg in ["none", "None", "NONE", "nOnE"] {
        let unsigned = format!("{}.", signed_part(table, alg));
        table.row(format!("alg {alg}, no signature"), unsigned, MALFORMED);
        let zeros = format!("{}.{}", signed_part(table, alg), encode([0; 64]));
        table.row(format!("alg {alg}, 64 zero bytes"), zeros, MALFORMED);
        let ones = format!("{}.{}", signed_part(table, alg), encode([1; 64]));
        table.row(format!("alg {alg}, 64 bytes of 1"), ones, ALGORITHM);
        table.header(format!("alg {alg}, signed"), json!({"alg": alg}), ALGORITHM);
    }
}

/// The classic confusion: the public key, which everybody has, as HMAC secret.
fn keyed_with_the_public_key(table: &mut Table) {
    let pem = table.service.pem();
    let secrets = [
        ("PEM", pem.clone().into_bytes()),
        ("PEM without its last newline", pem.trim_end().into()),
        ("DER", table.service.spki()),
        ("point", table.service.point().to_vec()),
    ];
    for (form, secret) in secrets {
        for (alg, algorithm, verdict) in [
            ("HS256", hmac::HMAC_SHA256, MALFORMED),
            ("HS384", hmac::HMAC_SHA384, MALFORMED),
            // As long as an ES256 signature: it differs only by its name.
            ("HS512", hmac::HMAC_SHA512, ALGORITHM),
        ] {
            let signed = signed_part(table, alg);
            let tag = hmac::sign(&hmac::Key::new(algorithm, &secret), signed.as_bytes());
            let token = format!("{signed}.{}", encode(tag.as_ref()));
            table.row(
                format!("{alg} keyed with the public key's {form}"),
                token,
                verdict,
            );
        }
        let signed = signed_part(table, "ES256");
        let tag = hmac::sign(
            &hmac::Key::new(hmac::HMAC_SHA512, &secret),
            signed.as_bytes(),
        );
        let token = format!("{signed}.{}", encode(tag.as_ref()));
        table.row(
            format!("HS512 called ES256, keyed with the {form}"),
            token,
            SIGNATURE,
        );
    }
}

fn other_signature_algorithms(table: &mut Table) {
    let random = SystemRandom::new();
    let rsa = rsa::KeyPair::generate(rsa::KeySize::Rsa2048).expect("an RSA key");
    let mut of_rsa = vec![0; rsa.public_modulus_len()];
    let signed = signed_part(table, "RS256");
    rsa.sign(
        &signature::RSA_PKCS1_SHA256,
        &random,
        signed.as_bytes(),
        &mut of_rsa,
    )
    .expect("an RSA signature");
    let token = format!("{signed}.{}", encode(of_rsa));
    table.row("RS256 with a real RSA signature", token, MALFORMED);
    for (alg, algorithm, verdict) in [
        ("ES384", &ECDSA_P384_SHA384_FIXED_SIGNING, MALFORMED),
        ("ES256K", &ECDSA_P256K1_SHA256_FIXED_SIGNING, ALGORITHM),
    ] {
        let pair = EcdsaKeyPair::generate(algorithm).expect("a key");
        let signed = signed_part(table, alg);
        let signature = pair.sign(&random, signed.as_bytes()).expect("a signature");
        let token = format!("{signed}.{}", encode(signature));
        table.row(format!("{alg} with a real signature"), token, verdict);
    }
    let ed25519 = Ed25519KeyPair::generate().expect("an Ed25519 key");
    let signed = signed_part(table, "EdDSA");
    let token = format!("{signed}.{}", encode(ed25519.sign(signed.as_bytes())));
    table.row("EdDSA with a real signature", token, ALGORITHM);
}

fn algorithm_names(table: &mut Table) {
    for alg in [
        "HS256",
        "RS256",
        "PS256",
        "ES384",
        "ES512",
        "ES256K",
        "EdDSA",
        "es256",
        "Es256",
        "ES256 ",
        " ES256",
        "ES256\n",
        "ES256\u{0}",
        "ES-256",
        "ECDSA",
        "dir",
        "",
    ] {
        table.header(
            format!("ES256 signature called {alg:?}"),
            json!({"alg": alg}),
            ALGORITHM,
        );
    }
    table.header("alg missing", json!({"alg": null}), ALGORITHM);
    for alg in [
        "null",
        "256",
        "true",
        "[\"ES256\"]",
        "{\"ES256\":1}",
        "-1.5",
    ] {
        let header = format!(r#"{{"alg":{alg},"typ":"JWT","kid":"k"}}"#);
        let token = table.service.sign_text(header, table.claims.to_string());
        table.row(format!("alg {alg}"), token, ALGORITHM);
    }
    for typ in [
        json!("JWE"),
        json!("at+jwt"),
        json!(""),
        json!(1),
        json!(["JWT"]),
        json!({}),
    ] {
        table.header(format!("typ {typ}"), json!({"typ": typ}), MALFORMED);
    }
    let token = table.service.sign_text(
        r#"{"alg":"ES256","typ":null,"kid":"k"}"#,
        table.claims.to_string(),
    );
    table.row("typ null", token, MALFORMED);
}

fn extensions(table: &mut Table) {
    for crit in [
        json!(["exp"]),
        json!(["b64"]),
        json!([]),
        json!("exp"),
        json!(1),
        json!({}),
    ] {
        table.header(format!("crit {crit}"), json!({"crit": crit}), MALFORMED);
    }
    let null = r#"{"alg":"ES256","kid":"k","crit":null}"#;
    let token = table.service.sign_text(null, table.claims.to_string());
    table.row("crit null", token, MALFORMED);
    table.header(
        "crit b64 with b64 false",
        json!({"crit": ["b64"], "b64": false}),
        MALFORMED,
    );
    for b64 in [json!(false), json!(true), json!("false")] {
        table.header(format!("b64 {b64}"), json!({"b64": b64}), MALFORMED);
    }
}

pub fn legal(table: &mut Table) {
    table.header("no typ", json!({"typ": null}), GOOD);
    table.header("typ in lower case", json!({"typ": "jwt"}), GOOD);
    table.header("no kid", json!({"kid": null}), GOOD);
    table.header("an unknown member", json!({"x-trace": {"a": [1, 2]}}), GOOD);
}
