//! Verifies the service's tokens, and caches the keys and good verdicts for that.
//!
//! The caller passes in a function that fetches a key: nothing here knows how to reach the
//! service.

mod claims;
mod expected;
mod header;
mod key_set;
mod keys;
mod parts;
mod subject;
#[cfg(test)]
pub(crate) mod testing;
mod transaction;
mod verdicts;
mod verify;

pub(crate) use claims::{Audience, Claims, Expected, Rules, now, text};
pub(crate) use expected::Name;
pub(crate) use key_set::{KeySet, explain as explain_key_set};
pub(crate) use keys::{Fetch, KeyCache, KeySettings, Keys, Lookup, Origin, Request};
pub(crate) use parts::malformed;
pub(crate) use subject::Subject;
pub(crate) use transaction::{is_transaction, sha256, transaction_hash};
pub(crate) use verdicts::Verdicts;
pub(crate) use verify::{Verified, verify};

use crate::error::Result;
use crate::json::ObjectWriter;

/// What a token says, without any verification: `{"header":{…},"claims":{…}}`, with both parts
/// unchanged. Only its form is checked. Never trust what it says: anyone can write such a token.
pub fn decode_unverified(token: &str) -> Result<String> {
    let parts = parts::split(token)?;
    parts::members("header", &parts.header)?;
    parts::members("payload", &parts.claims)?;
    let mut result = ObjectWriter::new();
    result.raw("header", &parts.header);
    result.raw("claims", &parts.claims);
    Ok(result.finish())
}
