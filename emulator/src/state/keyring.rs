//! The keys the service signs its tokens with.

use std::sync::Arc;

use crate::encoding::{base64url, random};
use crate::jws::SigningKey;

/// A signing key and the id its tokens name it by.
pub struct ServiceKey {
    pub kid: String,
    pub key: SigningKey,
    pub public_pem: String,
}

impl ServiceKey {
    fn generate() -> Arc<Self> {
        let key = SigningKey::generate();
        Arc::new(Self {
            kid: base64url(random::<12>()),
            public_pem: key.public_pem(),
            key,
        })
    }
}

/// The current key, and those before it that are still served at `/certs`.
pub struct Keyring {
    current: Arc<ServiceKey>,
    previous: Vec<Arc<ServiceKey>>,
}

impl Keyring {
    pub fn generate() -> Self {
        Self {
            current: ServiceKey::generate(),
            previous: Vec::new(),
        }
    }

    /// The key new tokens are signed with.
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

    /// Starts signing with a new key. `retire` stops serving all the older ones.
    pub fn rotate(&mut self, retire: bool) -> String {
        let old = std::mem::replace(&mut self.current, ServiceKey::generate());
        if retire {
            self.previous.clear();
        } else {
            self.previous.push(old);
        }
        self.current.kid.clone()
    }
}
