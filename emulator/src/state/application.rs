//! Applications, and the nonces that each has used.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use serde::{Deserialize, Serialize};

use super::lock::lock;
use super::relying_party::RelyingParty;
use super::user::Subject;
use crate::encoding::sha256;
use crate::jws::VerifyingKey;

/// How far a service token's `iat` may be from the emulator's clock, in seconds.
pub const IAT_WINDOW_S: i64 = 300;

/// The kind of integration, as on the dashboard.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ApplicationType {
    /// A web application.
    #[default]
    Directweb,
    /// A native application.
    Native,
    /// An OpenID Connect client.
    Oidc,
    /// A management application.
    Management,
}

/// An application registered with the emulator.
#[derive(Debug)]
pub struct Application {
    pub client_id: String,
    pub kind: ApplicationType,
    /// `None` for a public application, which sends no service tokens.
    pub key: Option<VerifyingKey>,
    relying_party: Arc<Mutex<RelyingParty>>,
    nonces: Mutex<Nonces>,
}

impl Application {
    pub fn new(
        client_id: String,
        kind: ApplicationType,
        key: Option<VerifyingKey>,
        relying_party: RelyingParty,
    ) -> Self {
        Self {
            client_id,
            kind,
            key,
            relying_party: Arc::new(Mutex::new(relying_party)),
            nonces: Mutex::default(),
        }
    }

    pub fn relying_party(&self) -> MutexGuard<'_, RelyingParty> {
        lock(&self.relying_party)
    }

    /// The relying party, for the application of the current service that has the same one.
    pub fn shared_relying_party(&self) -> Arc<Mutex<RelyingParty>> {
        Arc::clone(&self.relying_party)
    }

    /// Whether both have a key, and it is the same.
    pub fn has_key_of(&self, other: &Self) -> bool {
        match (&self.key, &other.key) {
            (Some(own), Some(other)) => own.pem() == other.pem(),
            _ => false,
        }
    }

    /// Marks a nonce as used; false if it was used before.
    pub fn use_nonce(&self, nonce: &str, now_s: i64) -> bool {
        lock(&self.nonces).insert(nonce, now_s)
    }

    /// Whether a nonce was used before.
    pub fn has_used(&self, nonce: &str) -> bool {
        lock(&self.nonces).seen.contains_key(&hash(nonce))
    }

    /// Remembers that a token was accepted in a call for this user, so that it may be sent again.
    pub fn remember(&self, nonce: &str, token_hash: [u8; 32], subject: &Subject) {
        let accepted = Accepted {
            token_hash,
            subject: subject.clone(),
        };
        if let Some(used) = lock(&self.nonces).seen.get_mut(&hash(nonce)) {
            *used = Some(Box::new(accepted));
        }
    }

    /// Takes no token again that was accepted so far. Their nonces stay used.
    pub fn forget_accepted(&self) {
        for accepted in lock(&self.nonces).seen.values_mut() {
            *accepted = None;
        }
    }

    /// Whether this very token was accepted before, for this user. If that call named no user, the token now
    /// belongs to this one.
    pub fn has_accepted(&self, nonce: &str, token_hash: [u8; 32], subject: &Subject) -> bool {
        let mut nonces = lock(&self.nonces);
        let Some(Some(accepted)) = nonces.seen.get_mut(&hash(nonce)) else {
            return false;
        };
        if accepted.token_hash != token_hash {
            return false;
        }
        if accepted.subject == Subject::default() {
            accepted.subject = subject.clone();
        }
        accepted.subject == *subject
    }
}

/// The used nonces. One is removed once every token with it is refused as too old: a token dated a full
/// window ahead is accepted for two windows.
#[derive(Debug, Default)]
struct Nonces {
    seen: HashMap<[u8; 32], Option<Box<Accepted>>>,
    by_age: VecDeque<(i64, [u8; 32])>,
}

impl Nonces {
    fn insert(&mut self, nonce: &str, now_s: i64) -> bool {
        while let Some((_, oldest)) = self
            .by_age
            .pop_front_if(|(used, _)| *used < now_s - 2 * IAT_WINDOW_S)
        {
            self.seen.remove(&oldest);
        }
        let hash = hash(nonce);
        let Entry::Vacant(vacant) = self.seen.entry(hash) else {
            return false;
        };
        vacant.insert(None);
        self.by_age.push_back((now_s, hash));
        true
    }
}

/// An accepted token that may be sent again.
#[derive(Debug)]
struct Accepted {
    token_hash: [u8; 32],
    /// The user of the call.
    subject: Subject,
}

fn hash(nonce: &str) -> [u8; 32] {
    sha256(&[nonce.as_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nonce_is_kept_as_long_as_its_token_could_be_accepted() {
        let mut nonces = Nonces::default();
        assert!(nonces.insert("n", 1000));
        assert!(!nonces.insert("n", 1000));
        assert!(!nonces.insert("n", 1000 + 2 * IAT_WINDOW_S));
        assert!(nonces.insert("other", 1000 + 2 * IAT_WINDOW_S + 1));
        assert_eq!(
            nonces.seen.len(),
            1,
            "nonces that cannot be replayed are removed"
        );
    }
}
