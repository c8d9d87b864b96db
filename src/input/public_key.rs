//! Reading a public key for ES256 from PEM: SPKI on curve P-256.

use p256::pkcs8::DecodePublicKey;
use p256::pkcs8::der::Decode;
use p256::pkcs8::der::asn1::ObjectIdentifier;
use p256::pkcs8::spki::SubjectPublicKeyInfoRef;

use super::pem::{self, Content};
use super::private_key::{EC_PUBLIC_KEY, P256, RSA};

/// Reads the one block of a text. The error is a clause about "it".
pub(crate) fn read(text: &[u8]) -> Result<p256::PublicKey, String> {
    let blocks = pem::read_or_explain(text, Content::PublicKey)?;
    let [block] = blocks.as_slice() else {
        return Err("it holds more than one PEM block".to_owned());
    };
    match block.label.as_str() {
        "PUBLIC KEY" => from_spki(&block.der).map_err(str::to_owned),
        "RSA PUBLIC KEY" => Err("it is an RSA key, not one on curve P-256".to_owned()),
        "CERTIFICATE" => Err("it is a certificate; take the key out of it with \
             'openssl x509 -in certificate.pem -pubkey -noout'"
            .to_owned()),
        label if label.ends_with("PRIVATE KEY") => Err("it is a private key; give its public \
             key, from 'openssl pkey -in key.pem -pubout'"
            .to_owned()),
        other => Err(format!(
            "it is PEM of '{other}', not a '-----BEGIN PUBLIC KEY-----' block"
        )),
    }
}

fn from_spki(der: &[u8]) -> Result<p256::PublicKey, &'static str> {
    let damaged = "its PEM is readable, the key in it is damaged";
    let algorithm = SubjectPublicKeyInfoRef::from_der(der)
        .map_err(|_| damaged)?
        .algorithm;
    if algorithm.oid == RSA {
        return Err("it is an RSA key, not one on curve P-256");
    }
    if algorithm.oid != EC_PUBLIC_KEY {
        return Err("it is a key of another algorithm, not one on curve P-256");
    }
    let curve = algorithm
        .parameters
        .map(|parameters| parameters.decode_as::<ObjectIdentifier>());
    match curve.ok_or(damaged)? {
        Ok(curve) if curve == P256 => {}
        Ok(_) => return Err("it is a key on another curve than P-256"),
        Err(_) => {
            return Err(
                "it spells out the parameters of its curve (explicit parameters) instead of \
                 naming it; if the curve is P-256, convert it with \
                 'openssl ec -pubin -in key.pem -param_enc named_curve -pubout -out named.pem'",
            );
        }
    }
    // This checks that the point is on the curve.
    p256::PublicKey::from_public_key_der(der).map_err(|_| damaged)
}
