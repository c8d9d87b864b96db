//! Verifies the service's tokens.
//!
//! All checks that need no key come before a request for the key. If the key is in the
//! cache, the error of a bad signature takes precedence over one of the claims: a forged
//! token is reported as forged, not as expired.

#[cfg(test)]
mod tests;

use super::claims::{Claims, Expected};
use super::keys::{KeyCache, Keys, Lookup};
use super::verdicts::{Verdict, Verdicts};
use super::{header, parts};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::ObjectWriter;
use crate::key::VerifyingKey;

/// A valid token.
pub(crate) struct Verified {
    header: String,
    claims: String,
}

impl Verified {
    /// The claims as JSON, unchanged.
    pub(crate) fn claims(&self) -> &str {
        &self.claims
    }

    /// `{"valid":true,"header":{…},"claims":{…}}`, with both parts unchanged.
    pub(crate) fn to_json(&self) -> String {
        // What is written below, and the NUL of a C string.
        let mut result = ObjectWriter::with_capacity(self.header.len() + self.claims.len() + 35);
        result.value("valid", true);
        result.raw("header", &self.header);
        result.raw("claims", &self.claims);
        result.finish()
    }
}

/// Verifies a token: its form, its signature, its audience and its times. `check_claims`
/// makes additional checks.
pub(crate) fn verify(
    token: &str,
    expected: &Expected<'_>,
    keys: &KeyCache,
    verdicts: &Verdicts,
    lookup: Lookup<'_>,
    check_claims: impl FnOnce(&Claims<'_>) -> Result<()>,
) -> Result<Verified> {
    let parts = parts::split(token)?;
    let header = parts::members("header", &parts.header)?;
    let claims = parts::members("payload", &parts.claims)?;
    let kid = header::check(&header)?;
    let claims = Claims::read(&claims, expected.rules)?;
    let checked = claims.check(expected).and_then(|()| check_claims(&claims));
    let found = match &checked {
        Ok(()) => Some(keys.get(kid, lookup)?),
        Err(_) => keys.cached(kid),
    };
    let verifies = |key: &VerifyingKey| {
        let verdict = verdicts.of(key, token);
        if verdict.as_ref().is_some_and(Verdict::is_kept) {
            return Ok(true);
        }
        let good = key.verifies(&parts.signature, parts.signed.as_bytes())?;
        // Only of tokens that are accepted: refused ones must not displace them.
        if let Some(verdict) = verdict
            && good
            && checked.is_ok()
        {
            verdict.keep();
        }
        Ok(good)
    };
    // Two keys may have the token's id.
    let one_verifies = |keys: &Keys| -> Result<bool> {
        for key in keys.candidates(kid) {
            if verifies(key)? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    let forged = match &found {
        None => false,
        Some(found) if one_verifies(found)? => false,
        // A token without a key id may be signed with a newer key.
        Some(found) if kid.is_none() && checked.is_ok() => match keys.newer(found, lookup)? {
            Some(newer) => !one_verifies(&newer)?,
            None => true,
        },
        Some(_) => true,
    };
    if forged {
        return Err(Error::new(
            Code::InvalidSignature,
            "the token was not signed by the service, or was changed after signing",
        ));
    }
    checked?;
    Ok(Verified {
        header: parts.header,
        claims: parts.claims,
    })
}
