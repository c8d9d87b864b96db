//! The header of the service's tokens.

use super::parts::malformed;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::{Node, Object};

/// Longer than any real key id.
const MAX_KID_BYTES: usize = 256;

/// Checks the header and returns the key id, if it has one.
///
/// Keys and certificates in the header (`jwk`, `jku`, `x5u`, `x5c`) are ignored: an
/// attacker who forges a token would put them there.
pub(super) fn check<'a>(header: &'a Object<'_>) -> Result<Option<&'a str>> {
    match header.get("alg") {
        Some(Node::String(alg)) if alg == "ES256" => {}
        _ => {
            return Err(Error::new(
                Code::UnexpectedAlgorithm,
                "the token's algorithm is not ES256, the only one accepted",
            ));
        }
    }
    match header.get("typ") {
        None => {}
        Some(Node::String(typ)) if typ.eq_ignore_ascii_case("JWT") => {}
        Some(_) => return Err(malformed("the token's typ is not JWT")),
    }
    for extension in ["crit", "b64"] {
        if header.contains(extension) {
            return Err(malformed(format!(
                "the token's header has '{extension}', an extension that is not supported"
            )));
        }
    }
    match header.get("kid") {
        None => Ok(None),
        Some(Node::String(kid)) if is_kid(kid) => Ok(Some(kid)),
        Some(_) => Err(malformed("the token's kid is not a valid key id")),
    }
}

/// Other characters of a key id are percent-encoded when it is sent.
fn is_kid(kid: &str) -> bool {
    !kid.is_empty() && kid.len() <= MAX_KID_BYTES && !kid.chars().any(char::is_control)
}
