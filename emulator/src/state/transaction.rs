//! Transactions: a text that a user confirms once, on their device.

use std::collections::{HashMap, VecDeque};

use serde_json::{Map, Value, json};

use super::clock::Millis;
use crate::encoding::{base64url, decodable_by_browser_sdks, random, sha256, uuid};
use crate::error::ServiceError;

const LIFE: Millis = 10 * 60 * 1000;
/// This many of the latest transactions are kept.
const KEEP: usize = 10_000;
/// And at most this much of their payloads.
const KEEP_BYTES: usize = 64 * 1024 * 1024;

/// A transaction, confirmed or not.
#[derive(Clone, Debug)]
pub struct Transaction {
    pub id: String,
    /// The application that created it, the audience of its token.
    pub client_id: String,
    /// The only user who may confirm it, if it names one.
    pub username: Option<String>,
    pub payload: String,
    /// The application's, if it gave one.
    pub nonce: Option<String>,
    pub confirmed: bool,
    /// Whether the user has refused it.
    pub denied: bool,
    pub server_nonce: String,
    /// The user who was asked to sign and has not answered yet, and the relying party id.
    pub asked: Option<(String, String)>,
    pub expires: Millis,
}

impl Transaction {
    /// A transaction that any user may confirm.
    pub fn new(client_id: &str, payload: &str, nonce: Option<&str>, now: Millis) -> Self {
        Self {
            id: uuid(),
            client_id: client_id.to_owned(),
            username: None,
            payload: payload.to_owned(),
            nonce: nonce.map(str::to_owned),
            confirmed: false,
            denied: false,
            server_nonce: base64url(random::<16>()),
            asked: None,
            expires: now + LIFE,
        }
    }

    /// SHA-256 over the payload and both nonces: the challenge that the user's device signs.
    pub fn hash(&self) -> String {
        base64url(self.digest())
    }

    fn digest(&self) -> [u8; 32] {
        sha256(&[
            self.payload.as_bytes(),
            self.nonce.as_deref().unwrap_or_default().as_bytes(),
            self.server_nonce.as_bytes(),
        ])
    }

    /// Asks a user to sign and returns the challenge. A new server nonce changes the hash, so that an answer
    /// to an earlier challenge is refused.
    pub fn ask(&mut self, user_id: &str, rp_id: &str) -> String {
        loop {
            self.server_nonce = base64url(random::<16>());
            if decodable_by_browser_sdks(&self.digest()) {
                break;
            }
        }
        self.asked = Some((user_id.to_owned(), rp_id.to_owned()));
        self.hash()
    }

    /// Consumes the challenge. If this user was asked to sign this hash, returns the relying party id.
    pub fn answer(&mut self, user_id: &str, hash: &str) -> Option<String> {
        let (asked, rp_id) = self.asked.take()?;
        (asked == user_id && self.hash() == hash).then_some(rp_id)
    }

    /// Confirms it with a verified signature over this hash. Since the challenge was consumed, it may have been
    /// confirmed or denied, or a user may have been asked again: then its token would have another hash.
    pub fn confirm(&mut self, username: &str, hash: &str, now: Millis) -> Result<(), ServiceError> {
        self.require_open(username, now)?;
        if self.hash() != hash {
            return Err(not_the_last_challenge());
        }
        self.confirmed = true;
        Ok(())
    }

    /// Refuses a confirmed, denied or expired transaction, and any other user than the one it names.
    pub fn require_open(&self, username: &str, now: Millis) -> Result<(), ServiceError> {
        self.require_undecided(now)?;
        match &self.username {
            Some(bound) if bound != username => Err(ServiceError::not_allowed(
                "The transaction belongs to another user",
            )),
            _ => Ok(()),
        }
    }

    /// Denies it, if it can still be confirmed.
    pub fn deny(&mut self, now: Millis) -> Result<(), ServiceError> {
        self.require_undecided(now)?;
        self.denied = true;
        Ok(())
    }

    fn require_undecided(&self, now: Millis) -> Result<(), ServiceError> {
        if self.confirmed {
            return Err(ServiceError::refused(
                "transaction_already_confirmed",
                "The transaction was already confirmed",
            ));
        }
        if self.denied {
            return Err(ServiceError::refused(
                "transaction_denied",
                "The user has denied the transaction",
            ));
        }
        if now >= self.expires {
            return Err(ServiceError::refused(
                "transaction_expired",
                "The transaction has expired",
            ));
        }
        Ok(())
    }

    /// The claims of this transaction's token.
    pub fn claims(&self) -> Map<String, Value> {
        let mut claims = Map::new();
        claims.insert("tx_id".to_owned(), json!(self.id));
        claims.insert("tx_hash".to_owned(), json!(self.hash()));
        if let Some(nonce) = &self.nonce {
            claims.insert("nonce".to_owned(), json!(nonce));
        }
        claims.insert("server_nonce".to_owned(), json!(self.server_nonce));
        claims
    }
}

/// The latest transactions, by id.
#[derive(Default)]
pub struct Transactions {
    by_id: HashMap<String, Transaction>,
    /// Their ids, oldest first.
    by_age: VecDeque<String>,
    /// The size of their payloads.
    bytes: usize,
}

impl Transactions {
    /// Adds a transaction. The oldest ones are removed if there are too many.
    pub fn insert(&mut self, id: String, transaction: Transaction) {
        self.bytes += transaction.payload.len();
        self.by_age.push_back(id.clone());
        self.by_id.insert(id, transaction);
        while self.by_age.len() > KEEP || self.bytes > KEEP_BYTES {
            let Some(oldest) = self.by_age.pop_front() else {
                return;
            };
            let removed = self.by_id.remove(&oldest);
            self.bytes -= removed.map_or(0, |transaction| transaction.payload.len());
        }
    }

    pub fn get(&self, id: &str) -> Option<&Transaction> {
        self.by_id.get(id)
    }

    pub fn get_mut(&mut self, id: &str) -> Option<&mut Transaction> {
        self.by_id.get_mut(id)
    }

    /// The transactions, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Transaction> {
        self.by_age.iter().filter_map(|id| self.by_id.get(id))
    }
}

/// The error for an answer to an earlier challenge.
pub fn not_the_last_challenge() -> ServiceError {
    ServiceError::invalid_challenge("The challenge is not the one handed out last")
}

/// The error for an unknown transaction id.
pub fn transaction_not_found() -> ServiceError {
    ServiceError::not_found("transaction_not_found", "Transaction not found")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browser_sdks_can_decode_every_challenge() {
        let mut transaction = Transaction::new("app", "pay 5", Some("n"), 0);
        for _ in 0..5000 {
            let hash = transaction.ask("ada", "localhost");
            assert_eq!(hash, transaction.hash());
            assert!(decodable_by_browser_sdks(&transaction.digest()), "{hash}");
        }
    }

    #[test]
    fn only_the_hash_that_was_signed_is_confirmed() {
        let mut transaction = Transaction::new("app", "pay 5", Some("n"), 0);
        let signed = transaction.ask("ada", "localhost");
        assert!(transaction.answer("ada", &signed).is_some());
        let last = transaction.ask("ada", "localhost");
        assert!(transaction.confirm("ada", &signed, 0).is_err());
        assert!(!transaction.confirmed);
        assert!(transaction.confirm("ada", &last, 0).is_ok());
        assert!(transaction.confirmed);
    }

    #[test]
    fn the_oldest_transactions_are_removed() {
        let mut transactions = Transactions::default();
        let ids: Vec<_> = (0..KEEP + 2)
            .map(|_| {
                let new = Transaction::new("app", "pay", Some("nonce"), 0);
                let id = new.id.clone();
                transactions.insert(id.clone(), new);
                id
            })
            .collect();
        assert!(transactions.get(&ids[1]).is_none());
        let kept = transactions.iter().map(|transaction| &transaction.id);
        assert!(kept.eq(&ids[2..]));
        let large = Transaction::new("app", &"x".repeat(KEEP_BYTES - 1), Some("nonce"), 0);
        transactions.insert(large.id.clone(), large);
        assert_eq!(transactions.iter().count(), 1);
        assert_eq!(transactions.bytes, KEEP_BYTES - 1);
    }
}
