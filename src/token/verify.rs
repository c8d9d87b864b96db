//! Verifying the service's tokens.
//!
//! Whatever is wrong on the face of a token is found before any request leaves
//! for its key. When the key is at hand the signature is judged before the
//! values of the claims, so that a forged token is called forged, not expired.

#[cfg(test)]
mod tests;

use super::claims::{Claims, Expected};
use super::keys::{Key, KeyCache, Lookup};
use super::{header, parts};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::ObjectWriter;

/// A good token.
pub(crate) struct Verified {
    header: String,
    claims: String,
}

impl Verified {
    /// `{"valid":true,"header":{…},"claims":{…}}`, both parts as they came.
    pub(crate) fn to_json(&self) -> String {
        let mut result = ObjectWriter::with_capacity(self.header.len() + self.claims.len() + 64);
        result.value("valid", true);
        result.raw("header", &self.header);
        result.raw("claims", &self.claims);
        result.finish()
    }
}

/// Verifies a token: its form, its signature by the service, its audience,
/// its times, and whatever `further` checks in its claims.
pub(crate) fn verify(
    token: &str,
    expected: &Expected<'_>,
    keys: &KeyCache,
    lookup: Lookup<'_>,
    further: impl FnOnce(&Claims<'_>) -> Result<()>,
) -> Result<Verified> {
    let parts = parts::split(token)?;
    let kid = header::check(&parts.header.members)?;
    let claims = Claims::read(&parts.claims.members)?;
    let judged = claims.check(expected).and_then(|()| further(&claims));
    let key = match &judged {
        Ok(()) => Some(keys.get(kid, lookup)?),
        Err(_) => keys.known(kid),
    };
    let verifies = |key: &Key| key.verifies(parts.signature, parts.signed.as_bytes());
    let forged = match &key {
        None => false,
        Some(key) if verifies(key)? => false,
        // A token that names no key may be signed with a newer one.
        Some(key) if kid.is_none() && judged.is_ok() => match keys.newer(key, lookup)? {
            Some(newer) => !verifies(&newer)?,
            None => true,
        },
        Some(_) => true,
    };
    if forged {
        return Err(Error::new(
            Code::InvalidSignature,
            "the token was not signed by the service, or was changed since",
        ));
    }
    judged?;
    Ok(Verified {
        header: parts.header.text,
        claims: parts.claims.text,
    })
}
