//! Splits a token into its parts. Anything but a compact JWS with two JSON objects is
//! refused here, before a key is fetched.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json;

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
    pub(super) signature: &'a str,
    pub(super) header: Part,
    pub(super) claims: Part,
}

/// A decoded JSON part, with its original text.
pub(super) struct Part {
    pub(super) text: String,
    pub(super) members: Map<String, Value>,
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
    let numbers = decode("signature", signature)?;
    if numbers.len() != SIGNATURE_BYTES {
        return Err(malformed("the token's signature is not 64 bytes long"));
    }
    if !numbers.chunks_exact(32).all(is_in_range) {
        return Err(malformed(
            "the token's signature is not valid for any key: r or s is out of range",
        ));
    }
    Ok(Parts {
        signed,
        signature,
        header: part("header", header)?,
        claims: part("payload", claims)?,
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

/// Padding, white space, other alphabets and non-zero trailing bits are refused, so a part has
/// exactly one spelling.
fn decode(name: &str, part: &str) -> Result<Vec<u8>> {
    URL_SAFE_NO_PAD
        .decode(part)
        .map_err(|_| malformed(format!("the token's {name} is not base64url")))
}

fn part(name: &str, encoded: &str) -> Result<Part> {
    let text = String::from_utf8(decode(name, encoded)?)
        .map_err(|_| malformed(format!("the token's {name} is not UTF-8")))?;
    // The parser's own message is left out: it may quote the token.
    let members = json::parse_object(&text, MAX_DEPTH).map_err(|_| {
        malformed(format!(
            "the token's {name} is not one JSON object without duplicate members"
        ))
    })?;
    Ok(Part { text, members })
}
