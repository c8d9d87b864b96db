//! The public key of a credential: ES256, the only algorithm that the emulator offers.

use super::cbor;
use super::refusal::Refusal;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1, ParsedPublicKey, UnparsedPublicKey};

/// The COSE identifier of ECDSA on P-256 with SHA-256.
pub(super) const ES256: i128 = -7;

/// The COSE numbers of a key's parameters, and of their only accepted values.
mod cose {
    pub const KEY_TYPE: i32 = 1;
    pub const ALGORITHM: i32 = 3;
    pub const CURVE: i32 = -1;
    pub const X: i32 = -2;
    pub const Y: i32 = -3;

    pub const EC2: i128 = 2;
    pub const P256: i128 = 1;
}

/// A point on P-256, in its uncompressed form of 65 bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

impl PublicKey {
    pub(super) fn from_cose(mut key: cbor::Map) -> Result<Self, Refusal> {
        // Check the algorithm first: keys of other algorithms have other parameters.
        let algorithm = key.integer(cose::ALGORITHM)?;
        if algorithm != ES256 {
            return Err(Refusal::Algorithm(algorithm));
        }
        if key.integer(cose::KEY_TYPE)? != cose::EC2 {
            return Err(Refusal::Key("the key type is not EC2"));
        }
        if key.integer(cose::CURVE)? != cose::P256 {
            return Err(Refusal::Key("the curve is not P-256"));
        }
        let (x, y) = (key.bytes(cose::X)?, key.bytes(cose::Y)?);
        key.end()?;
        if (x.len(), y.len()) != (32, 32) {
            return Err(Refusal::Key("a coordinate is not 32 bytes long"));
        }
        Self::try_from([vec![4], x, y].concat())
    }

    /// Whether this key made the signature (ASN.1 DER) over the message.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &self.0)
            .verify(message, signature)
            .is_ok()
    }
}

/// The uncompressed point: `04`, x, y.
impl AsRef<[u8]> for PublicKey {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl TryFrom<Vec<u8>> for PublicKey {
    type Error = Refusal;

    fn try_from(point: Vec<u8>) -> Result<Self, Refusal> {
        // aws-lc also accepts a SubjectPublicKeyInfo and a compressed point.
        if point.len() != 65 || ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point).is_err() {
            return Err(Refusal::Key("not a point on P-256"));
        }
        Ok(Self(point))
    }
}
