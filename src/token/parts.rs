//! Splits a token into its parts. Anything but a compact JWS with two JSON objects is
//! refused here, before a key is fetched.

use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use base64::{DecodeSliceError, Engine};

use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::{self, Object};

/// The service's tokens are well under a kilobyte.
const MAX_TOKEN_BYTES: usize = 16 * 1024;
const MAX_DEPTH: usize = 32;
const SIGNATURE_BYTES: usize = 64;

/// The order of the curve P-256.
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xbc, 0xe6, 0xfa, 0xad, 0xa7, 0x17, 0x9e, 0x84, 0xf3, 0xb9, 0xca, 0xc2, 0xfc, 0x63, 0x25, 0x51,
];

/// A well-formed token; nothing in it is trusted yet.
pub(super) struct Parts<'a> {
    /// Header and claims with the dot between them, which is what was signed.
    pub(super) signed: &'a str,
    pub(super) signature: [u8; SIGNATURE_BYTES],
    /// JSON texts, not parsed yet.
    pub(super) header: String,
    pub(super) claims: String,
}

pub(crate) fn malformed(message: impl Into<String>) -> Error {
    Error::new(Code::MalformedToken, message)
}

pub(super) fn split(token: &str) -> Result<Parts<'_>> {
    if token.len() > MAX_TOKEN_BYTES {
        return Err(malformed(format!(
            "the token is longer than {MAX_TOKEN_BYTES} bytes"
        )));
    }
    let Some((signed, header, claims, signature)) = three_parts(token) else {
        return Err(malformed("a token has three parts separated by dots"));
    };
    let signature = decode_signature(signature)?;
    if !signature.chunks_exact(32).all(is_in_range) {
        return Err(malformed(
            "the token's signature is not valid for any key: r or s is out of range",
        ));
    }
    Ok(Parts {
        signed,
        signature,
        header: text("header", header)?,
        claims: text("payload", claims)?,
    })
}

/// The signed part (header and payload), the header, the payload and the signature.
fn three_parts(token: &str) -> Option<(&str, &str, &str, &str)> {
    let (signed, signature) = token.rsplit_once('.')?;
    let (header, claims) = signed.split_once('.')?;
    (!claims.contains('.')).then_some((signed, header, claims, signature))
}

/// Whether r or s is from 1 to n − 1. Other numbers are invalid for every key, so no key is
/// fetched for such a token.
fn is_in_range(number: &[u8]) -> bool {
    number.iter().any(|byte| *byte != 0) && number < ORDER.as_slice()
}

fn decode_signature(part: &str) -> Result<[u8; SIGNATURE_BYTES]> {
    // base64 needs room for whole groups of three bytes.
    let mut bytes = [0; SIGNATURE_BYTES.next_multiple_of(3)];
    match URL_SAFE_NO_PAD.decode_slice(part, &mut bytes) {
        Ok(SIGNATURE_BYTES) => {
            let mut signature = [0; SIGNATURE_BYTES];
            signature.copy_from_slice(&bytes[..SIGNATURE_BYTES]);
            Ok(signature)
        }
        Err(DecodeSliceError::DecodeError(_)) => Err(not_base64url("signature")),
        _ => Err(malformed("the token's signature is not 64 bytes long")),
    }
}

/// Padding, white space, other alphabets and non-zero trailing bits are refused, so a part has
/// exactly one spelling.
fn decode(name: &str, part: &str) -> Result<Vec<u8>> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| not_base64url(name))
}

fn not_base64url(name: &str) -> Error {
    malformed(format!("the token's {name} is not base64url"))
}

fn text(name: &str, encoded: &str) -> Result<String> {
    String::from_utf8(decode(name, encoded)?)
        .map_err(|_| malformed(format!("the token's {name} is not UTF-8")))
}

/// The members of a part.
pub(super) fn members<'a>(name: &str, text: &'a str) -> Result<Object<'a>> {
    // The parser's own message is left out: it may quote the token.
    json::parse_object(text, MAX_DEPTH).map_err(|_| {
        malformed(format!(
            "the token's {name} is not one JSON object without duplicate members"
        ))
    })
}
