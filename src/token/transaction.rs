//! What the transaction tokens of both services have in common.

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::claims::text;
use super::parts::malformed;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::Object;

/// The claims that identify a transaction token. Newer tokens have the second one.
const HASHES: [&str; 2] = ["tx_hash", "txHash"];

/// Whether the token confirms a transaction. It is signed by the same key for the same
/// application as a login, but proves something else (RFC 8725, 3.12).
pub(crate) fn is_transaction(claims: &Object<'_>) -> bool {
    HASHES.into_iter().any(|name| claims.contains(name))
}

/// The hash of what the token confirms.
pub(crate) fn transaction_hash<'a>(claims: &'a Object<'_>) -> Result<&'a str> {
    let [hash, newer] = HASHES.map(|name| text(claims, name));
    let hash = match (hash?, newer?) {
        (Some(one), Some(other)) if one != other => {
            return Err(malformed(
                "the token's tx_hash and txHash contradict each other",
            ));
        }
        (one, other) => one.or(other),
    };
    hash.ok_or_else(|| {
        Error::new(
            Code::TransactionHashMissing,
            "the token confirms no transaction: it has neither tx_hash nor txHash",
        )
    })
}

/// SHA-256 of the concatenated parts, as base64url without padding.
pub(crate) fn sha256(parts: &[&[u8]]) -> String {
    URL_SAFE_NO_PAD.encode(digest(&SHA256, &parts.concat()))
}
