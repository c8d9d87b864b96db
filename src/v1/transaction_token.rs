//! The claims of transaction tokens: which payload was confirmed.

use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::Object;
use crate::token::{is_transaction, malformed, sha256, text, transaction_hash};

/// Checks that the token is a login token.
pub(super) fn check_is_login(claims: &Object<'_>) -> Result<()> {
    if is_transaction(claims) {
        return Err(Error::new(
            Code::TokenKindMismatch,
            "the token confirms a transaction and is not a login: \
             use verify_transaction",
        ));
    }
    Ok(())
}

/// Checks that the token confirms `payload`, and has the `nonce` if the caller gives one.
///
/// `tx_hash` is SHA-256 of the concatenated payload, nonce and server nonce.
/// Newer tokens call it `txHash` and one of the nonces `lNonce`.
pub(super) fn check_transaction(
    claims: &Object<'_>,
    payload: &str,
    nonce: Option<&str>,
) -> Result<()> {
    let hash = transaction_hash(claims)?;
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
