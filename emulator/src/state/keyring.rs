//! The keys that sign the tokens of the service.

use std::sync::Arc;

use serde_json::{Value, json};

use crate::encoding::{base64url, sha256};
use crate::jws::SigningKey;

/// A signing key and its key id.
pub struct ServiceKey {
    pub kid: String,
    pub key: SigningKey,
    pub public_pem: String,
}

impl ServiceKey {
    /// The id is made of the public key, so that a key that is given at each start keeps its id.
    fn new(key: SigningKey) -> Arc<Self> {
        let public_pem = key.public_pem();
        Arc::new(Self {
            kid: base64url(&sha256(&[public_pem.as_bytes()])[..12]),
            public_pem,
            key,
        })
    }

    /// The header of every token that the key signs.
    pub fn header(&self) -> String {
        json!({"alg": "ES256", "typ": "JWT", "kid": self.kid}).to_string()
    }

    /// A token with these claims.
    pub fn issue(&self, claims: &Value) -> String {
        self.key
            .sign(self.header().as_bytes(), claims.to_string().as_bytes())
    }
}

/// The current key, and the previous ones that are still served at `/certs`.
pub struct Keyring {
    current: Arc<ServiceKey>,
    previous: Vec<Arc<ServiceKey>>,
}

impl Keyring {
    pub fn new(key: SigningKey) -> Self {
        Self {
            current: ServiceKey::new(key),
            previous: Vec::new(),
        }
    }

    /// The key that signs new tokens.
    pub fn current(&self) -> Arc<ServiceKey> {
        Arc::clone(&self.current)
    }

    /// The key with this id, unless it was retired.
    pub fn find(&self, kid: &str) -> Option<Arc<ServiceKey>> {
        self.previous
            .iter()
            .chain([&self.current])
            .find(|key| key.kid == kid)
            .cloned()
    }

    /// All keys, the current one last.
    pub fn all(&self) -> Vec<Arc<ServiceKey>> {
        self.previous
            .iter()
            .chain([&self.current])
            .cloned()
            .collect()
    }

    /// Stops serving a previous key; false if there is none with this id.
    pub fn retire(&mut self, kid: &str) -> bool {
        let before = self.previous.len();
        self.previous.retain(|key| key.kid != kid);
        self.previous.len() < before
    }

    /// Replaces the current key. `retire` also stops serving the previous ones.
    pub fn rotate(&mut self, retire: bool) -> String {
        let old = std::mem::replace(&mut self.current, ServiceKey::new(SigningKey::generate()));
        if retire {
            self.previous.clear();
        } else {
            self.previous.push(old);
        }
        self.current.kid.clone()
    }
}
