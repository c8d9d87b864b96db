//! Reading a private key for ES256 from PEM: PKCS#8 (RFC 5958) or SEC1
//! (RFC 5915), on curve P-256 and no other.

use std::borrow::Cow;

use p256::elliptic_curve::sec1::ToSec1Point;
use p256::pkcs8::der::asn1::{
    AnyRef, BitStringRef, ContextSpecific, ObjectIdentifier, OctetStringRef,
};
use p256::pkcs8::der::{self, Decode, Reader, SliceReader, Tag, TagNumber, Tagged};
use p256::pkcs8::spki::AlgorithmIdentifierRef;
use p256::pkcs8::{self, PrivateKeyInfoRef, SecretDocument};
use zeroize::Zeroizing;

use super::pem::{self, Block, Content, Form, Unreadable};

pub(super) const EC_PUBLIC_KEY: ObjectIdentifier =
    ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
pub(super) const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
pub(super) const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");

/// What kind of text was given instead of a usable private key.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Kind {
    /// Not a key, or a damaged one.
    Invalid,
    /// Of another algorithm, curve or format.
    Unsupported,
    Encrypted,
    PublicKey,
}

/// Why a text is not a usable private key. No part of it quotes the text.
#[derive(Debug)]
pub(crate) enum Refusal {
    /// No PEM, or damaged PEM.
    Unreadable(Unreadable),
    /// What was read.
    Unusable {
        kind: Kind,
        /// A clause about "it".
        found: Cow<'static, str>,
        /// What to do.
        advice: &'static str,
    },
}

impl Refusal {
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Refusal::Unreadable(Unreadable::NotPem(form)) => match form {
                Form::Unknown | Form::Empty | Form::Utf16 => Kind::Invalid,
                Form::OpenSshPublicKey => Kind::PublicKey,
                Form::Der | Form::Pkcs12 | Form::Json => Kind::Unsupported,
            },
            Refusal::Unreadable(Unreadable::Damaged(..)) => Kind::Invalid,
            Refusal::Unusable { kind, .. } => *kind,
        }
    }

    /// What is wrong and what to do, to follow the name of what was read.
    pub(crate) fn explain(&self) -> String {
        match self {
            Refusal::Unreadable(problem @ Unreadable::NotPem(_)) => {
                format!("is not PEM: {}", problem.explain(Content::PrivateKey))
            }
            Refusal::Unreadable(problem @ Unreadable::Damaged(..)) => {
                format!("cannot be read: {}", problem.explain(Content::PrivateKey))
            }
            Refusal::Unusable { found, advice, .. } => format!("{found}; {advice}"),
        }
    }
}

const USE_P256: &str = "LoginID applications use ECDSA keys on curve P-256: make one with \
     'openssl genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out key.pem'";

fn unusable(kind: Kind, found: impl Into<Cow<'static, str>>, advice: &'static str) -> Refusal {
    Refusal::Unusable {
        kind,
        found: found.into(),
        advice,
    }
}

fn unsupported(found: &'static str) -> Refusal {
    unusable(Kind::Unsupported, found, USE_P256)
}

fn damaged() -> Refusal {
    unusable(
        Kind::Invalid,
        "has damaged contents: its PEM is readable, the key in it is not",
        "give the key as it was made",
    )
}

/// A private key, and the public key that its text has beside it.
pub(crate) struct PrivateKey {
    secret: p256::SecretKey,
    /// A point on the curve. Whether it belongs to the private key is checked by who computes with
    /// the key: the multiplication takes 30 times as long in crate p256 as in aws-lc.
    public: Option<p256::PublicKey>,
}

impl PrivateKey {
    /// The key as PKCS#8, in the one form that has all 32 bytes of the number, and names the curve.
    pub(crate) fn to_pkcs8(&self) -> pkcs8::Result<SecretDocument> {
        let number = Zeroizing::new(self.secret.to_bytes());
        // A SEQUENCE: version 1, and an OCTET STRING of 32 bytes. Then, if there is a public key,
        // [1], in it a BIT STRING of 65 bytes. (RFC 5915)
        let public = self.public.map(|key| key.to_sec1_point(false));
        let length = if public.is_some() { 37 + 70 } else { 37 };
        let mut key = Zeroizing::new(Vec::with_capacity(2 + 37 + 70));
        key.extend([0x30, length, 0x02, 1, 1, 0x04, 32]);
        key.extend(*number);
        if let Some(point) = public {
            key.extend([0xa1, 68, 0x03, 66, 0]);
            key.extend_from_slice(point.as_bytes());
        }
        let algorithm = AlgorithmIdentifierRef {
            oid: EC_PUBLIC_KEY,
            parameters: Some(AnyRef::from(&P256)),
        };
        PrivateKeyInfoRef::new(algorithm, OctetStringRef::new(&key)?).try_into()
    }

    /// Why the two are not a pair, or why the private key alone is none.
    pub(crate) fn not_a_pair(&self) -> Refusal {
        match self.public {
            Some(_) => of_another_key(),
            None => damaged(),
        }
    }
}

fn of_another_key() -> Refusal {
    unusable(
        Kind::Invalid,
        "holds the public key of another key",
        "give the key as it was made",
    )
}

/// The one private key of a text, which may also hold its parameters, certificates and
/// public key, in any order.
pub(crate) fn read(text: &[u8]) -> Result<PrivateKey, Refusal> {
    let block = private_block(text)?;
    match block.label.as_str() {
        "PRIVATE KEY" => from_pkcs8(&block.der),
        "EC PRIVATE KEY" => {
            let key = EcPrivateKey::from_der(&block.der).map_err(|_| damaged())?;
            from_sec1(&key, None)
        }
        "RSA PRIVATE KEY" => Err(unsupported("is an RSA key")),
        _ => Err(unsupported("is a key of another algorithm")),
    }
}

/// The one block of a text that is a private key, of any algorithm, unencrypted.
pub(crate) fn private_block(text: &[u8]) -> Result<Block, Refusal> {
    let blocks = pem::read(text).map_err(Refusal::Unreadable)?;
    let is_private = |block: &Block| block.label.ends_with("PRIVATE KEY");
    let (mut private, others): (Vec<_>, Vec<_>) = blocks.into_iter().partition(is_private);
    let Some(block) = private.pop() else {
        return Err(no_private_key(&others));
    };
    if !private.is_empty() {
        return Err(unusable(
            Kind::Invalid,
            "holds more than one private key",
            "give one",
        ));
    }
    if block.encrypted || block.label == "ENCRYPTED PRIVATE KEY" {
        return Err(unusable(
            Kind::Encrypted,
            "is encrypted with a passphrase",
            "decrypt it with 'openssl pkey -in key.pem -out plain.pem'",
        ));
    }
    if block.label == "OPENSSH PRIVATE KEY" {
        return Err(unusable(
            Kind::Unsupported,
            "is in OpenSSH's own format",
            "convert a copy of it with 'ssh-keygen -p -m PKCS8 -f key'",
        ));
    }
    Ok(block)
}

fn no_private_key(blocks: &[Block]) -> Refusal {
    let has = |label: &str| blocks.iter().any(|block| block.label == label);
    if has("PUBLIC KEY") {
        return unusable(
            Kind::PublicKey,
            "is a public key",
            "give the private key of the pair",
        );
    }
    if has("CERTIFICATE") {
        return unusable(
            Kind::Invalid,
            "is a certificate (PEM of 'CERTIFICATE'), which holds a public key only",
            "give the private key that it was issued for",
        );
    }
    let label = blocks.first().map_or("", |block| &block.label);
    unusable(
        Kind::Invalid,
        format!("is PEM of '{label}', not of a private key"),
        "give the private key",
    )
}

fn from_pkcs8(der: &[u8]) -> Result<PrivateKey, Refusal> {
    let info = PrivateKeyInfoRef::from_der(der).map_err(|_| damaged())?;
    let algorithm = info.algorithm;
    if algorithm.oid == RSA {
        return Err(unsupported("is an RSA key"));
    }
    if algorithm.oid != EC_PUBLIC_KEY {
        return Err(unsupported("is a key of another algorithm"));
    }
    check_curve(algorithm.parameters.ok_or_else(damaged)?)?;
    let inner = info.private_key.as_bytes();
    let key = EcPrivateKey::from_der(inner).map_err(|_| damaged())?;
    from_sec1(&key, info.public_key)
}

/// `ECPrivateKey` of RFC 5915. The parameters may be those of a curve that has no
/// name, which crate `sec1` does not read.
struct EcPrivateKey<'a> {
    private_key: &'a [u8],
    parameters: Option<AnyRef<'a>>,
    public_key: Option<BitStringRef<'a>>,
}

impl<'a> EcPrivateKey<'a> {
    fn from_der(der: &'a [u8]) -> der::Result<EcPrivateKey<'a>> {
        let mut reader = SliceReader::new(der)?;
        let key = reader.sequence(|reader| {
            let version = u8::decode(reader)?;
            let private_key = <&OctetStringRef>::decode(reader)?.as_bytes();
            let parameters = ContextSpecific::decode_explicit(reader, TagNumber(0))?;
            let public_key = ContextSpecific::decode_explicit(reader, TagNumber(1))?;
            match version {
                1 => Ok(EcPrivateKey {
                    private_key,
                    parameters: parameters.map(|field| field.value),
                    public_key: public_key.map(|field| field.value),
                }),
                _ => Err(reader.error(Tag::Integer.value_error())),
            }
        })?;
        reader.finish()?;
        Ok(key)
    }
}

fn from_sec1(
    key: &EcPrivateKey<'_>,
    outer_public_key: Option<BitStringRef<'_>>,
) -> Result<PrivateKey, Refusal> {
    if let Some(parameters) = key.parameters {
        check_curve(parameters)?;
    }
    let secret = secret(key.private_key)?;
    let inner = key.public_key.map(public_key).transpose()?;
    let outer = outer_public_key.map(public_key).transpose()?;
    let public = match (inner, outer) {
        (Some(inner), Some(outer)) if inner != outer => return Err(of_another_key()),
        (inner, outer) => inner.or(outer),
    };
    Ok(PrivateKey { secret, public })
}

/// A point on the curve, compressed or not.
fn public_key(field: BitStringRef<'_>) -> Result<p256::PublicKey, Refusal> {
    let point = field.as_bytes().ok_or_else(damaged)?;
    p256::PublicKey::from_sec1_bytes(point).map_err(|_| damaged())
}

/// A number of 32 bytes. Some programs drop its leading zeros, some add one.
fn secret(mut number: &[u8]) -> Result<p256::SecretKey, Refusal> {
    while let [0, rest @ ..] = number {
        number = rest;
    }
    let mut padded = Zeroizing::new([0; 32]);
    // Without parameters only the length tells the curve.
    let start = padded
        .len()
        .checked_sub(number.len())
        .ok_or_else(|| unsupported("is a key on another curve"))?;
    for (to, from) in padded.iter_mut().skip(start).zip(number) {
        *to = *from;
    }
    p256::SecretKey::from_slice(&*padded).map_err(|_| damaged())
}

fn check_curve(parameters: AnyRef<'_>) -> Result<(), Refusal> {
    match parameters.decode_as::<ObjectIdentifier>() {
        Ok(curve) if curve == P256 => Ok(()),
        Ok(_) => Err(unsupported("is a key on another curve")),
        Err(_) if parameters.tag() == Tag::Sequence => Err(unusable(
            Kind::Unsupported,
            "spells out the parameters of its curve (explicit parameters) instead of naming it",
            "if the curve is P-256, convert the key with \
             'openssl ec -in key.pem -param_enc named_curve -out named.pem'",
        )),
        Err(_) => Err(damaged()),
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use p256::pkcs8::der::Encode;

    use super::*;
    use crate::key::SigningKey;

    fn pem(label: &str, der: &[u8]) -> Vec<u8> {
        let digits = STANDARD.encode(der);
        format!("-----BEGIN {label}-----\n{digits}\n-----END {label}-----\n").into()
    }

    fn tlv(tag: u8, contents: &[u8]) -> Vec<u8> {
        let length = u8::try_from(contents.len()).unwrap();
        match length {
            0..=0x7f => [&[tag, length][..], contents].concat(),
            _ => [&[tag, 0x81, length][..], contents].concat(),
        }
    }

    fn sequence(parts: &[Vec<u8>]) -> Vec<u8> {
        tlv(0x30, &parts.concat())
    }

    fn bit_string(tag: u8, bytes: &[u8]) -> Vec<u8> {
        tlv(tag, &[&[0], bytes].concat())
    }

    /// `ECPrivateKey`
    fn sec1(number: &[u8], named: bool, public_key: Option<&[u8]>) -> Vec<u8> {
        let mut parts = vec![tlv(0x02, &[1]), tlv(0x04, number)];
        if named {
            parts.push(tlv(0xa0, &P256.to_der().unwrap()));
        }
        if let Some(point) = public_key {
            parts.push(tlv(0xa1, &bit_string(0x03, point)));
        }
        sequence(&parts)
    }

    /// `OneAsymmetricKey`, version 2 if it has a public key of its own.
    fn pkcs8(key: &[u8], public_key: Option<&[u8]>) -> Vec<u8> {
        let algorithm = [EC_PUBLIC_KEY, P256].map(|oid| oid.to_der().unwrap());
        let version = u8::from(public_key.is_some());
        let mut parts = vec![tlv(0x02, &[version]), sequence(&algorithm), tlv(0x04, key)];
        parts.extend(public_key.map(|point| bit_string(0x81, point)));
        sequence(&parts)
    }

    fn refusal(text: &[u8]) -> Refusal {
        read(text).err().unwrap()
    }

    fn secret(bytes: [u8; 32]) -> p256::SecretKey {
        p256::SecretKey::from_slice(&bytes).unwrap()
    }

    fn point(key: &p256::SecretKey) -> Vec<u8> {
        key.public_key().to_sec1_point(false).as_bytes().to_vec()
    }

    #[test]
    fn a_key_is_read_with_leading_zeros_or_without() {
        let mut number = [0x5a; 32];
        number[0] = 0;
        let key = secret(number);
        let own = point(&key);
        let compressed = key.public_key().to_sec1_point(true).as_bytes().to_vec();
        let longer = [&[0], &number[..]].concat();
        for number in [&number[..], &number[1..], &longer] {
            for public_key in [None, Some(&own[..]), Some(&compressed)] {
                for named in [true, false] {
                    let sec1 = sec1(number, named, public_key);
                    for text in [
                        pem("EC PRIVATE KEY", &sec1),
                        pem("PRIVATE KEY", &pkcs8(&sec1, None)),
                        pem("PRIVATE KEY", &pkcs8(&sec1, Some(&own))),
                    ] {
                        let shown = String::from_utf8_lossy(&text).into_owned();
                        let found = read(&text).unwrap_or_else(|why| panic!("{why:?} {shown}"));
                        assert!(found.secret == key, "{shown}");
                        SigningKey::from_pem(&text).unwrap();
                    }
                }
            }
        }
    }

    #[test]
    fn a_key_with_the_public_key_of_another_is_refused() {
        let number = [0x5a; 32];
        let own = point(&secret(number));
        let foreign = point(&secret([0x5b; 32]));
        let mut off_curve = own.clone();
        off_curve[64] ^= 1;
        for (public_key, why) in [
            (&foreign, "holds the public key of another key"),
            (&off_curve, "damaged"),
        ] {
            let inner = sec1(&number, true, Some(public_key));
            for text in [
                pem("EC PRIVATE KEY", &inner),
                pem("PRIVATE KEY", &pkcs8(&inner, None)),
                pem(
                    "PRIVATE KEY",
                    &pkcs8(&sec1(&number, false, None), Some(public_key)),
                ),
                pem(
                    "PRIVATE KEY",
                    &pkcs8(&sec1(&number, false, Some(&own)), Some(public_key)),
                ),
            ] {
                let error = SigningKey::from_pem(&text).unwrap_err();
                assert_eq!(error.code(), "invalid_private_key");
                assert!(error.message().contains(why), "{error}");
            }
        }
    }

    #[test]
    fn invalid_numbers_are_refused() {
        for (number, kind) in [
            (vec![], Kind::Invalid),
            (vec![0; 32], Kind::Invalid),
            (vec![0xff; 32], Kind::Invalid),
            (vec![1; 33], Kind::Unsupported),
            (vec![1; 48], Kind::Unsupported),
        ] {
            let text = pem("EC PRIVATE KEY", &sec1(&number, false, None));
            assert_eq!(refusal(&text).kind(), kind, "{number:?}");
        }
    }

    #[test]
    fn one_private_key_is_found_among_other_blocks() {
        let number = [0x5a; 32];
        let key = pem("PRIVATE KEY", &pkcs8(&sec1(&number, false, None), None));
        let parameters = pem("EC PARAMETERS", &P256.to_der().unwrap());
        let others = [
            parameters,
            pem("CERTIFICATE", b"\x30\x00"),
            pem("PUBLIC KEY", b"\x30\x00"),
        ]
        .concat();
        for text in [
            [&others[..], &key].concat(),
            [&key[..], &others].concat(),
            [&others[..], &key, &others].concat(),
        ] {
            assert!(read(&text).unwrap().secret == secret(number));
        }
        let two = [&key[..], &others, &key].concat();
        assert!(
            refusal(&two)
                .explain()
                .contains("more than one private key")
        );
        let damaged = [&key[..], b"-----BEGIN CERTIFICATE-----\nAAAA\n"].concat();
        let why = refusal(&damaged).explain();
        assert!(why.contains("block 2 ('CERTIFICATE') is cut off"), "{why}");
    }
}
