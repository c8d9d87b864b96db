//! The claims of transaction tokens: which payload was confirmed.

use serde_json::{Map, Value};

use super::service_token::sha256;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::token::{malformed, text};

/// The claims that identify a transaction token. Newer tokens have the second one.
const HASHES: [&str; 2] = ["tx_hash", "txHash"];

/// Checks that the token is a login token. A transaction token is signed by the same key
/// for the same application, but proves something else (RFC 8725, 3.12).
pub(super) fn check_is_login(claims: &Map<String, Value>) -> Result<()> {
    if HASHES.into_iter().any(|name| claims.contains_key(name)) {
        return Err(Error::new(
            Code::TokenKindMismatch,
            "the token confirms a transaction and is not a login: \
             use lid_verify_transaction",
        ));
    }
    Ok(())
}

/// Checks that the token confirms `payload`, and has the `nonce` if the caller gives one.
///
/// `tx_hash` is SHA-256 of the concatenated payload, nonce and server nonce.
/// Newer tokens call it `txHash` and one of the nonces `lNonce`.
pub(super) fn check_transaction(
    claims: &Map<String, Value>,
    payload: &str,
    nonce: Option<&str>,
) -> Result<()> {
    let [hash, newer] = HASHES.map(|name| text(claims, name));
    let hash = match (hash?, newer?) {
        (Some(one), Some(other)) if one != other => {
            return Err(malformed(
                "the token's tx_hash and txHash contradict each other",
            ));
        }
        (one, other) => one.or(other),
    };
    let hash = hash.ok_or_else(|| {
        Error::new(
            Code::TransactionHashMissing,
            "the token confirms no transaction: it has no tx_hash",
        )
    })?;
    // lNonce replaces the missing one of the two. If both are missing, the order does not
    // matter: the other one is empty.
    let newer = text(claims, "lNonce")?;
    let (client_nonce, server_nonce) = match (text(claims, "nonce")?, text(claims, "server_nonce")?)
    {
        (None, server) => (newer, server),
        (client, None) => (client, newer),
        // If both are there, lNonce must equal one of them.
        (client, server) if newer.is_some() && newer != client && newer != server => {
            return Err(malformed(
                "the token's lNonce contradicts its nonce and server_nonce",
            ));
        }
        both => both,
    };
    let computed = sha256(&[
        payload.as_bytes(),
        client_nonce.unwrap_or_default().as_bytes(),
        server_nonce.unwrap_or_default().as_bytes(),
    ]);
    if computed != hash {
        return Err(Error::new(
            Code::TransactionHashMismatch,
            "the token confirms another payload",
        ));
    }
    match nonce {
        Some(nonce) if client_nonce != Some(nonce) => Err(Error::new(
            Code::NonceMismatch,
            "the token confirms another transaction: its nonce differs",
        )),
        _ => Ok(()),
    }
}
