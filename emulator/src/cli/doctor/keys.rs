//! The application's key pair. Messages never quote a key.

use std::fs;
use std::path::Path;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use p256::elliptic_curve::sec1::ToSec1Point;

use super::input::pem::Content;
use super::input::private_key::{self, Refusal};
use super::input::public_key;
use super::report::Problem;
use super::settings;

const PUBLIC_PART: &str = "take the private key's own public key, from 'openssl pkey -in key.pem -pubout', \
     or the private key that the public key was made with";

/// The private key, if one is configured, and its source.
pub fn private_key() -> Result<Option<(EcdsaKeyPair, String)>, Problem> {
    let (text, origin) = match (
        settings::bytes("private_key"),
        settings::text("private_key_file"),
    ) {
        (None, None) => return Ok(None),
        (Some(_), Some(_)) => {
            return Err(Problem::new(
                "LOGINID_PRIVATE_KEY and LOGINID_PRIVATE_KEY_FILE are both set",
                "set one",
            ));
        }
        (Some(text), None) => (text, "LOGINID_PRIVATE_KEY".to_owned()),
        (None, Some(path)) => (
            read("LOGINID_PRIVATE_KEY_FILE", Path::new(&path))?,
            format!("LOGINID_PRIVATE_KEY_FILE, {path}"),
        ),
    };
    let pair = parse(&text)?;
    Ok(Some((pair, format!("ECDSA on P-256, from {origin}"))))
}

/// Reads the file that a setting names.
pub fn read(setting: &str, path: &Path) -> Result<Vec<u8>, Problem> {
    fs::read(path).map_err(|error| {
        Problem::new(
            format!("{setting}: cannot read {}: {error}", path.display()),
            "correct the path, or let this user read the file",
        )
    })
}

fn parse(text: &[u8]) -> Result<EcdsaKeyPair, Problem> {
    let pair = private_key::read(text).map_err(|refusal| match refusal {
        Refusal::Unreadable(problem) => Problem::new(
            format!(
                "it is not the PEM of a key: {}",
                problem.explain(Content::PrivateKey)
            ),
            "give all of the file, from '-----BEGIN PRIVATE KEY-----' to '-----END PRIVATE KEY-----'",
        ),
        Refusal::Unusable { found, advice, .. } => Problem::new(format!("it {found}"), advice),
    })?;
    EcdsaKeyPair::from_private_key_and_public_key(
        &ECDSA_P256_SHA256_FIXED_SIGNING,
        &pair.secret.to_bytes(),
        pair.public.to_sec1_point(false).as_bytes(),
    )
    .map_err(|_| Problem::new("it is not a valid P-256 key", "give the key as it was made"))
}

/// The public key to compare with, if one is given: as a file, or by a variable as the private key.
pub fn public_key(file: Option<&Path>) -> Result<Option<Vec<u8>>, Problem> {
    if let Some(path) = file {
        return read("--public-key", path).map(Some);
    }
    if let Some(path) = settings::text("public_key_file") {
        return read("LOGINID_PUBLIC_KEY_FILE", Path::new(&path)).map(Some);
    }
    Ok(settings::bytes("public_key"))
}

/// Checks that the public key belongs to the pair.
pub fn compare(pair: &EcdsaKeyPair, public_key: &[u8]) -> Result<((), String), Problem> {
    let given = public_key::read(public_key).map_err(|problem| {
        Problem::new(
            format!("it cannot be used: {problem}"),
            "give the PEM of the public key, from '-----BEGIN PUBLIC KEY-----' on",
        )
    })?;
    if pair.public_key().as_ref() == given.to_sec1_point(false).as_bytes() {
        Ok(((), "it belongs to the private key".to_owned()))
    } else {
        Err(Problem::new(
            "it is not the public key of the private key",
            PUBLIC_PART,
        ))
    }
}

/// Signs a token.
pub fn sign(pair: &EcdsaKeyPair, message: &str) -> Option<Vec<u8>> {
    let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).ok()?;
    Some(signature.as_ref().to_vec())
}
