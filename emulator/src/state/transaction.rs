//! Transactions: a text the user confirms on their device, once.

use serde_json::{Map, Value, json};

use super::clock::Millis;
use crate::encoding::{base64url, random, sha256, uuid};
use crate::error::ServiceError;

const LIFE: Millis = 10 * 60 * 1000;

/// A transaction that waits for its confirmation, or had it.
#[derive(Clone, Debug)]
pub struct Transaction {
    pub id: String,
    /// The application that asked, to which the token is addressed.
    pub client_id: String,
    /// The only user who may confirm it, when one was named.
    pub username: Option<String>,
    pub payload: String,
    pub nonce: String,
    pub confirmed: bool,
    pub server_nonce: String,
    /// The user whose device was asked to sign, until it answers.
    pub asked: Option<String>,
    pub expires: Millis,
}

impl Transaction {
    /// A transaction that any user may confirm.
    pub fn new(client_id: &str, payload: &str, nonce: &str, now: Millis) -> Self {
        Self {
            id: uuid(),
            client_id: client_id.to_owned(),
            username: None,
            payload: payload.to_owned(),
            nonce: nonce.to_owned(),
            confirmed: false,
            server_nonce: base64url(random::<16>()),
            asked: None,
            expires: now + LIFE,
        }
    }

    /// SHA-256 over the payload and both nonces: what the user's device signs.
    pub fn hash(&self) -> String {
        base64url(sha256(&[
            self.payload.as_bytes(),
            self.nonce.as_bytes(),
            self.server_nonce.as_bytes(),
        ]))
    }

    /// Asks a user's device to sign. The server's nonce is drawn anew, and with it the hash: an answer to an
    /// earlier question is none to this one.
    pub fn ask(&mut self, user_id: &str) -> String {
        self.server_nonce = base64url(random::<16>());
        self.asked = Some(user_id.to_owned());
        self.hash()
    }

    /// Ends the question. True if this user was asked to sign this hash.
    pub fn answer(&mut self, user_id: &str, hash: &str) -> bool {
        self.asked.take().is_some_and(|asked| asked == user_id) && self.hash() == hash
    }

    /// Refuses what can no longer be confirmed, and users other than the one named.
    pub fn require_open(&self, username: &str, now: Millis) -> Result<(), ServiceError> {
        if self.confirmed {
            return Err(ServiceError::refused(
                "transaction_already_confirmed",
                "The transaction was already confirmed",
            ));
        }
        if now >= self.expires {
            return Err(ServiceError::refused(
                "transaction_expired",
                "The transaction has expired",
            ));
        }
        match &self.username {
            Some(bound) if bound != username => Err(ServiceError::not_allowed(
                "The transaction belongs to another user",
            )),
            _ => Ok(()),
        }
    }

    /// The claims that tie a token to this transaction.
    pub fn claims(&self) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("tx_id".to_owned(), json!(self.id));
        claims.insert("tx_hash".to_owned(), json!(self.hash()));
        claims.insert("nonce".to_owned(), json!(self.nonce));
        claims.insert("server_nonce".to_owned(), json!(self.server_nonce));
        claims
    }
}

/// The refusal for an id no transaction has.
pub fn transaction_not_found() -> ServiceError {
    ServiceError::not_found("transaction_not_found", "Transaction not found")
}
