//! The kinds of the service's tokens: logins, and confirmations of transactions.

use crate::codes::Code;
use crate::error::{Error, Result};
use crate::token::{Claims, is_transaction, malformed, sha256, text, transaction_hash};

/// The `tokenType` of a login.
const LOGIN: &str = "jwtAccess";

/// Checks that the token is a login. Grants and transaction tokens are signed by the same keys
/// for the same application, but prove something else (RFC 8725, 3.12).
pub(super) fn check_is_login(claims: &Claims<'_>) -> Result<()> {
    let members = claims.members();
    let refused = |message: &str| Err(Error::new(Code::TokenKindMismatch, message));
    if is_transaction(members) {
        return refused(
            "the token confirms a transaction and is not a login: use verify_transaction",
        );
    }
    match text(members, "tokenType")? {
        Some(LOGIN) => {}
        Some(_) => return refused("the token is not a login: its tokenType is not jwtAccess"),
        None => return refused("the token is not a login: it has no tokenType"),
    }
    match claims.expires() {
        true => Ok(()),
        false => Err(malformed("the token has no exp, which every login has")),
    }
}

/// Checks that the token confirms `payload` for the transaction with this `nonce`, and is of
/// this user if it names one.
pub(super) fn check_transaction(
    claims: &Claims<'_>,
    payload: &str,
    nonce: &str,
    username: Option<&str>,
) -> Result<()> {
    let members = claims.members();
    let hash = transaction_hash(members)?;
    text(members, "tokenType")?;
    if text(members, "nonce")?.is_some_and(|claimed| claimed != nonce) {
        return Err(Error::new(
            Code::NonceMismatch,
            "the token confirms another transaction: its nonce differs",
        ));
    }
    let server_nonce = text(members, "lNonce")?.unwrap_or_default();
    let parts = [payload, nonce, server_nonce].map(str::as_bytes);
    if sha256(&parts) != hash {
        return Err(Error::new(
            Code::TransactionHashMismatch,
            "the token confirms another payload, or another transaction",
        ));
    }
    match (username, claims.username()) {
        (Some(expected), Some(claimed)) if expected != claimed => Err(Error::new(
            Code::UsernameMismatch,
            "the token is for another user",
        )),
        _ => Ok(()),
    }
}
