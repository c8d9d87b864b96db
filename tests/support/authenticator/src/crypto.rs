//! The keys of an authenticator: those of passkey's RustCrypto, and RS256 with aws-lc, which passkey lacks.

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaPublicKeyComponents,
};
use passkey::crypto::coset::cbor::Value;
use passkey::crypto::coset::iana::{Algorithm, KeyType};
use passkey::crypto::coset::{Label, RegisteredLabel, RegisteredLabelWithPrivate};
use passkey::crypto::rust_crypto::RustCryptoBackend;
use passkey::crypto::{
    CoseKey, CoseKeyConversionError, CryptoBackend, Error, PublicKeyT, SecretKeyT,
};

type RustCryptoKey = <RustCryptoBackend as CryptoBackend>::SecretKey;
type RustCryptoPublicKey = <RustCryptoKey as SecretKeyT>::PublicKey;

/// Makes keys of these algorithms only.
pub struct Crypto(pub Vec<Algorithm>);

impl CryptoBackend for Crypto {
    type Rng = <RustCryptoBackend as CryptoBackend>::Rng;
    type Sha256 = <RustCryptoBackend as CryptoBackend>::Sha256;
    type SecretKey = SecretKey;

    fn enumerate_algorithms(&self) -> Vec<Algorithm> {
        self.0.clone()
    }

    fn generate_key(&self, algorithm: Algorithm) -> Result<SecretKey, Error> {
        if algorithm == Algorithm::RS256 {
            return Ok(SecretKey::Rsa(KeyPair::generate(KeySize::Rsa2048)?));
        }
        RustCryptoBackend
            .generate_key(algorithm)
            .map(SecretKey::Other)
    }
}

pub enum SecretKey {
    Rsa(KeyPair),
    Other(RustCryptoKey),
}

pub enum PublicKey {
    Rsa(RsaPublicKeyComponents<Vec<u8>>),
    Other(RustCryptoPublicKey),
}

/// The COSE numbers of the parameters of an RSA key.
const MODULUS: i64 = -1;
const EXPONENT: i64 = -2;
/// Of the private exponent. Here it has the whole key as PKCS#8, which only this file reads.
const PRIVATE: i64 = -3;

impl SecretKeyT for SecretKey {
    type PublicKey = PublicKey;

    fn from_cose_key(key: &CoseKey) -> Result<Self, CoseKeyConversionError> {
        if !is_rsa(key) {
            return RustCryptoKey::from_cose_key(key).map(Self::Other);
        }
        let pair = KeyPair::from_pkcs8(&parameter(key, PRIVATE)?);
        pair.map(Self::Rsa)
            .map_err(|_| CoseKeyConversionError::InvalidCredential)
    }

    fn sign(&mut self, message: &[u8]) -> Vec<u8> {
        match self {
            Self::Other(key) => key.sign(message),
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(
                    &RSA_PKCS1_SHA256,
                    &SystemRandom::new(),
                    message,
                    &mut signature,
                )
                .expect("a generated key signs");
                signature
            }
        }
    }

    fn public_key(&self) -> PublicKey {
        match self {
            Self::Other(key) => PublicKey::Other(key.public_key()),
            Self::Rsa(pair) => PublicKey::Rsa(pair.public_key().into()),
        }
    }

    fn to_cose_key(&self) -> CoseKey {
        match self {
            Self::Other(key) => key.to_cose_key(),
            Self::Rsa(pair) => {
                let pkcs8: Pkcs8V1Der<'_> = pair.as_der().expect("a generated key can be encoded");
                rsa_key(&[(PRIVATE, pkcs8.as_ref())])
            }
        }
    }
}

impl PublicKeyT for PublicKey {
    fn verify(&self, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        match self {
            Self::Other(key) => key.verify(message, signature),
            Self::Rsa(key) => Ok(key.verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)?),
        }
    }

    fn der_from_cose_key(key: &CoseKey) -> Result<Vec<u8>, CoseKeyConversionError> {
        if !is_rsa(key) {
            return RustCryptoPublicKey::der_from_cose_key(key);
        }
        let (n, e) = (parameter(key, MODULUS)?, parameter(key, EXPONENT)?);
        let der: Result<PublicKeyX509Der<'_>, _> = RsaPublicKeyComponents { n, e }.as_der();
        der.map(|der| der.as_ref().to_vec())
            .map_err(|_| CoseKeyConversionError::InvalidCredential)
    }

    fn to_cose_key(&self) -> CoseKey {
        match self {
            Self::Other(key) => key.to_cose_key(),
            Self::Rsa(key) => rsa_key(&[(MODULUS, &key.n), (EXPONENT, &key.e)]),
        }
    }
}

fn is_rsa(key: &CoseKey) -> bool {
    key.kty == RegisteredLabel::Assigned(KeyType::RSA)
}

fn rsa_key(parameters: &[(i64, &[u8])]) -> CoseKey {
    let params = parameters
        .iter()
        .map(|(number, bytes)| (Label::Int(*number), Value::Bytes(bytes.to_vec())));
    CoseKey {
        kty: RegisteredLabel::Assigned(KeyType::RSA),
        alg: Some(RegisteredLabelWithPrivate::Assigned(Algorithm::RS256)),
        params: params.collect(),
        ..CoseKey::default()
    }
}

fn parameter(key: &CoseKey, number: i64) -> Result<Vec<u8>, CoseKeyConversionError> {
    let found = key
        .params
        .iter()
        .find(|(label, _)| *label == Label::Int(number))
        .and_then(|(_, value)| value.as_bytes());
    found
        .cloned()
        .ok_or(CoseKeyConversionError::InvalidCredential)
}
