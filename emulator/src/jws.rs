//! JSON Web Signatures with ES256: the tokens of applications and those of the service.

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair,
    ParsedPublicKey,
};
use serde_json::{Map, Value};

use crate::encoding::{base64url, from_base64url, to_pem};
use crate::json;

/// A P-256 private key.
pub struct SigningKey(EcdsaKeyPair);

impl SigningKey {
    /// Generates a key.
    pub fn generate() -> Self {
        Self(
            EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
                .expect("the system's random generator works"),
        )
    }

    /// Reads a PKCS#8 PEM; `None` for anything but a P-256 private key.
    pub fn from_pem(text: &str) -> Option<Self> {
        let block = pem::parse(text)
            .ok()
            .filter(|block| block.tag() == "PRIVATE KEY")?;
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, block.contents())
            .ok()
            .map(Self)
    }

    /// The private key as PKCS#8 PEM.
    pub fn private_pem(&self) -> String {
        let document = self.0.to_pkcs8v1().expect("a generated key can be encoded");
        to_pem("PRIVATE KEY", document.as_ref())
    }

    /// The public key as SPKI PEM.
    pub fn public_pem(&self) -> String {
        let der: PublicKeyX509Der<'_> = self
            .0
            .public_key()
            .as_der()
            .expect("a generated key can be encoded");
        to_pem("PUBLIC KEY", der.as_ref())
    }

    /// The public key as an uncompressed point: `04`, x, y.
    pub fn public_point(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    /// The compact serialization over exactly these header and payload bytes.
    pub fn sign(&self, header: &[u8], payload: &[u8]) -> String {
        let mut token = format!("{}.{}", base64url(header), base64url(payload));
        let signature = self
            .0
            .sign(&SystemRandom::new(), token.as_bytes())
            .expect("signing with a valid key works");
        token.push('.');
        token.push_str(&base64url(signature));
        token
    }
}

/// A P-256 public key that checks ES256 signatures.
#[derive(Debug)]
pub struct VerifyingKey {
    key: ParsedPublicKey,
    pem: String,
}

impl VerifyingKey {
    /// Reads an SPKI PEM; `None` for anything but a P-256 public key.
    pub fn from_pem(text: &str) -> Option<Self> {
        let block = pem::parse(text)
            .ok()
            .filter(|block| block.tag() == "PUBLIC KEY")?;
        let key = ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, block.contents()).ok()?;
        // A bare point parses too, but is not an SPKI.
        let der: PublicKeyX509Der<'_> = key.as_der().ok()?;
        (der.as_ref() == block.contents()).then(|| Self {
            pem: to_pem("PUBLIC KEY", block.contents()),
            key,
        })
    }

    /// The key as SPKI PEM, in one normalized form.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Checks the signature of a compact ES256 JWS and returns its parts.
    pub fn verify(&self, token: &str) -> Option<Jws> {
        let (signed, signature) = token.rsplit_once('.')?;
        let jws = Jws::decode(token)?;
        if jws.header.get("alg")? != "ES256" {
            return None;
        }
        self.key
            .verify_sig(signed.as_bytes(), &from_base64url(signature)?)
            .ok()
            .map(|()| jws)
    }
}

/// Header and claims of a token. They are authentic only if [`VerifyingKey::verify`] returned them.
pub struct Jws {
    pub header: Map<String, Value>,
    pub claims: Map<String, Value>,
}

impl Jws {
    /// Decodes the parts without checking the signature.
    pub fn decode(token: &str) -> Option<Self> {
        let mut parts = token.split('.');
        let header = json::object(&from_base64url(parts.next()?)?)?;
        let claims = json::object(&from_base64url(parts.next()?)?)?;
        from_base64url(parts.next()?)?;
        parts.next().is_none().then_some(Self { header, claims })
    }
}
