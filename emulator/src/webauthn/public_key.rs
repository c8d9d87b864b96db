//! The public key of a credential, a COSE key of one of the algorithms that the emulator offers.

use super::cbor;
use super::refusal::Refusal;
use aws_lc_rs::rsa::PublicKeyComponents;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ED25519, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, UnparsedPublicKey,
};

/// The COSE identifiers of the algorithms, in the order in which they are offered: ES256, EdDSA
/// with Ed25519, and RS256, the only one of some Windows Hello devices.
pub const ALGORITHMS: [i32; 3] = [ES256, EDDSA, RS256];

const ES256: i32 = -7;
const EDDSA: i32 = -8;
const RS256: i32 = -257;

/// The COSE numbers of a key's parameters, and of their accepted values.
mod cose {
    pub const KEY_TYPE: i32 = 1;
    pub const ALGORITHM: i32 = 3;
    pub const OKP: i128 = 1;
    pub const EC2: i128 = 2;
    pub const RSA: i128 = 3;

    /// Of elliptic curves.
    pub const CURVE: i32 = -1;
    pub const X: i32 = -2;
    pub const Y: i32 = -3;
    pub const P256: i128 = 1;
    pub const ED25519: i128 = 6;

    /// Of RSA keys.
    pub const MODULUS: i32 = -1;
    pub const EXPONENT: i32 = -2;
}

/// The exponent of all RSA keys that authenticators make: 65537.
const EXPONENT: [u8; 3] = [1, 0, 1];

/// A modulus has this many bytes: 2048 to 8192 bits.
const MODULUS_BYTES: std::ops::RangeInclusive<usize> = 256..=1024;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// The COSE key, in its canonical encoding.
    encoded: Vec<u8>,
    parameters: Parameters,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Parameters {
    /// An uncompressed point: `04`, x, y.
    Es256(Vec<u8>),
    EdDsa(Vec<u8>),
    /// The modulus.
    Rs256(Vec<u8>),
}

impl PublicKey {
    /// Decodes the key at the start of the bytes, and leaves the bytes after it.
    pub(super) fn decode(bytes: &mut &[u8]) -> Result<Self, Refusal> {
        let all = *bytes;
        let key = cbor::map_prefix("credential key", bytes)?;
        Ok(Self {
            encoded: all[..all.len() - bytes.len()].to_vec(),
            parameters: Parameters::from_cose(key)?,
        })
    }

    /// The COSE identifier of its algorithm.
    pub fn algorithm(&self) -> i32 {
        match self.parameters {
            Parameters::Es256(_) => ES256,
            Parameters::EdDsa(_) => EDDSA,
            Parameters::Rs256(_) => RS256,
        }
    }

    /// Whether this key made the signature over the message.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        let verified = match &self.parameters {
            Parameters::Es256(point) => {
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, point).verify(message, signature)
            }
            Parameters::EdDsa(x) => UnparsedPublicKey::new(&ED25519, x).verify(message, signature),
            Parameters::Rs256(n) => {
                let key = PublicKeyComponents {
                    n: n.as_slice(),
                    e: EXPONENT.as_slice(),
                };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
            }
        };
        verified.is_ok()
    }
}

impl Parameters {
    fn from_cose(mut key: cbor::Map) -> Result<Self, Refusal> {
        // Check the algorithm first: keys of other algorithms have other parameters.
        let algorithm = key.integer(cose::ALGORITHM)?;
        let is_of = |key: &mut cbor::Map, label, value, why| {
            (key.integer(label)? == value)
                .then_some(())
                .ok_or(Refusal::Key(why))
        };
        let parameters = match i32::try_from(algorithm) {
            Ok(ES256) => {
                is_of(
                    &mut key,
                    cose::KEY_TYPE,
                    cose::EC2,
                    "the key type is not EC2",
                )?;
                is_of(&mut key, cose::CURVE, cose::P256, "the curve is not P-256")?;
                Self::point(&key.bytes(cose::X)?, &key.bytes(cose::Y)?)?
            }
            Ok(EDDSA) => {
                is_of(
                    &mut key,
                    cose::KEY_TYPE,
                    cose::OKP,
                    "the key type is not OKP",
                )?;
                is_of(
                    &mut key,
                    cose::CURVE,
                    cose::ED25519,
                    "the curve is not Ed25519",
                )?;
                let x = key.bytes(cose::X)?;
                if ParsedPublicKey::new(&ED25519, &x).is_err() || x.len() != 32 {
                    return Err(Refusal::Key("not a key of Ed25519"));
                }
                Self::EdDsa(x)
            }
            Ok(RS256) => {
                is_of(
                    &mut key,
                    cose::KEY_TYPE,
                    cose::RSA,
                    "the key type is not RSA",
                )?;
                let (n, e) = (key.bytes(cose::MODULUS)?, key.bytes(cose::EXPONENT)?);
                if e != EXPONENT {
                    return Err(Refusal::Key("the exponent is not 65537"));
                }
                let is_short = n.len() == *MODULUS_BYTES.start() && n[0] < 0x80;
                if !MODULUS_BYTES.contains(&n.len())
                    || is_short
                    || n[0] == 0
                    || n[n.len() - 1] % 2 == 0
                {
                    return Err(Refusal::Key("not an odd modulus of 2048 to 8192 bits"));
                }
                Self::Rs256(n)
            }
            _ => return Err(Refusal::Algorithm(algorithm)),
        };
        key.end()?;
        Ok(parameters)
    }

    fn point(x: &[u8], y: &[u8]) -> Result<Self, Refusal> {
        if (x.len(), y.len()) != (32, 32) {
            return Err(Refusal::Key("a coordinate is not 32 bytes long"));
        }
        let point = [&[4], x, y].concat();
        if ParsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &point).is_err() {
            return Err(Refusal::Key("not a point on P-256"));
        }
        Ok(Self::Es256(point))
    }
}

/// The COSE key.
impl AsRef<[u8]> for PublicKey {
    fn as_ref(&self) -> &[u8] {
        &self.encoded
    }
}

impl TryFrom<Vec<u8>> for PublicKey {
    type Error = Refusal;

    fn try_from(encoded: Vec<u8>) -> Result<Self, Refusal> {
        let mut rest = encoded.as_slice();
        let key = Self::decode(&mut rest)?;
        match rest {
            [] => Ok(key),
            _ => Err(Refusal::Key("more bytes than a key")),
        }
    }
}
