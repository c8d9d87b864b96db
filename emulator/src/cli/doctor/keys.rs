//! The application's key pair. No message quotes what a key's text holds.

use std::fs;
use std::path::Path;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use pem::Pem;

use super::report::Problem;
use super::settings;

const MAKE_ONE: &str = "make a P-256 key, as with 'openssl genpkey -algorithm EC \
     -pkeyopt ec_paramgen_curve:P-256 -out key.pem', and give its public key to the dashboard";
const PUBLIC_PART: &str = "take the private key's own public key, as with 'openssl pkey -in key.pem -pubout', \
     or the private key that the public key was made with";

/// P-256 among the curves, as a key names it.
const P256: [u8; 10] = [0x06, 0x08, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];

/// The private key, if one is configured, and where it is from.
pub fn private_key() -> Result<Option<(EcdsaKeyPair, String)>, Problem> {
    let (text, origin) = match (
        settings::text("private_key"),
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

/// The text of a file that a setting names.
pub fn read(setting: &str, path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| {
        Problem::new(
            format!("{setting}: cannot read {}: {error}", path.display()),
            "correct the path, or let this user read the file",
        )
    })
}

/// The PEM blocks of a text that may have `\n` spelled out and quotes around it.
fn blocks(text: &str) -> Vec<Pem> {
    let text = text.replace("\\r", "").replace("\\n", "\n");
    pem::parse_many(text).unwrap_or_default()
}

fn parse(text: &str) -> Result<EcdsaKeyPair, Problem> {
    let blocks = blocks(text);
    // OpenSSL writes an 'EC PARAMETERS' block before the key.
    let Some(block) = blocks.iter().find(|block| block.tag().contains("KEY")) else {
        return Err(Problem::new(
            "it is not the PEM of a key, or damaged",
            "give all of the file, from '-----BEGIN PRIVATE KEY-----' to '-----END PRIVATE KEY-----'; \
             line ends may be spelled \\n",
        ));
    };
    let encrypted = block
        .headers()
        .iter()
        .any(|(_, value)| value.contains("ENCRYPTED"));
    match block.tag() {
        "PUBLIC KEY" => Err(Problem::new(
            "it is a public key",
            "give the private key of the pair",
        )),
        "OPENSSH PRIVATE KEY" => Err(Problem::new("it is an OpenSSH key", MAKE_ONE)),
        "RSA PRIVATE KEY" => Err(Problem::new("it is an RSA key", MAKE_ONE)),
        tag if encrypted || tag == "ENCRYPTED PRIVATE KEY" => Err(Problem::new(
            "it is encrypted with a passphrase",
            "decrypt it, as with 'openssl pkcs8 -in key.pem -out plain.pem'",
        )),
        "PRIVATE KEY" | "EC PRIVATE KEY" => read_pair(block.contents()),
        _ => Err(Problem::new(
            "it is PEM, but not of a private key",
            "give the private key",
        )),
    }
}

fn read_pair(der: &[u8]) -> Result<EcdsaKeyPair, Problem> {
    EcdsaKeyPair::from_private_key_der(&ECDSA_P256_SHA256_FIXED_SIGNING, der).map_err(|_| {
        if der.windows(P256.len()).any(|window| window == P256) {
            Problem::new("its contents are damaged", "give the key as it was made")
        } else {
            Problem::new(
                "it is a key of another curve or algorithm than P-256",
                MAKE_ONE,
            )
        }
    })
}

/// The public key to compare with, if one is given: a file, or a variable as for the private one.
pub fn public_key(file: Option<&Path>) -> Result<Option<String>, Problem> {
    if let Some(path) = file {
        return read("--public-key", path).map(Some);
    }
    if let Some(path) = settings::text("public_key_file") {
        return read("LOGINID_PUBLIC_KEY_FILE", Path::new(&path)).map(Some);
    }
    Ok(settings::text("public_key"))
}

/// Whether the public key is that of the pair.
pub fn compare(pair: &EcdsaKeyPair, public_key: &str) -> Result<((), String), Problem> {
    let Some(block) = blocks(public_key)
        .into_iter()
        .find(|block| block.tag() == "PUBLIC KEY")
    else {
        return Err(Problem::new(
            "it is not the PEM of a public key",
            "give the text from '-----BEGIN PUBLIC KEY-----' on",
        ));
    };
    let own = pair.public_key().as_der();
    if own.is_ok_and(|own: PublicKeyX509Der<'_>| own.as_ref() == block.contents()) {
        Ok(((), "it belongs to the private key".to_owned()))
    } else {
        Err(Problem::new(
            "it is not the public key of the private key",
            PUBLIC_PART,
        ))
    }
}

/// The signature of a token.
pub fn sign(pair: &EcdsaKeyPair, message: &str) -> Option<Vec<u8>> {
    let signature = pair.sign(&SystemRandom::new(), message.as_bytes()).ok()?;
    Some(signature.as_ref().to_vec())
}
