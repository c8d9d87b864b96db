//! Issued challenges. Each can be answered once, before it expires, by the application that asked for it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use super::clock::Millis;
use super::code::{CodeType, Purpose};
use crate::encoding::{base64url, decodable_by_browser_sdks, random};
use crate::error::ServiceError;
use crate::jws::VerifyingKey;

/// How long a challenge is valid.
pub const LIFE: Millis = 2 * 60 * 1000;
/// Expired challenges are removed when there are this many.
const KEEP: usize = 1024;

/// What an `init` call started and its `complete` call ends.
pub enum Ceremony {
    /// Registers a user with a first authenticator.
    Register { username: String, key: NewKey },
    /// Adds an authenticator to a user.
    AddKey { key: NewKey },
    /// Logs in with any of the user's authenticators.
    Login { user_id: String, rp_id: String },
    /// Makes a code for a user who confirms it with any of their authenticators.
    GenerateCode {
        user_id: String,
        rp_id: String,
        kind: CodeType,
        purpose: Purpose,
    },
    /// Logs in with this key pair.
    PublicKeyLogin {
        user_id: String,
        credential_uuid: String,
        server_nonce: String,
        key: Arc<VerifyingKey>,
    },
}

/// A WebAuthn credential being created.
pub struct NewKey {
    pub user_id: String,
    pub credential_uuid: String,
    pub rp_id: String,
    pub roaming: bool,
}

struct Pending {
    client_id: String,
    expires: Millis,
    ceremony: Ceremony,
}

/// A new challenge, in base64url.
pub fn challenge() -> String {
    loop {
        let bytes = random();
        if decodable_by_browser_sdks(&bytes) {
            return base64url(bytes);
        }
    }
}

/// The pending ceremonies, by challenge or challenge id.
#[derive(Default)]
pub struct Ceremonies {
    pending: HashMap<String, Pending>,
}

impl Ceremonies {
    /// Stores a new challenge.
    pub fn begin(&mut self, challenge: String, client_id: &str, ceremony: Ceremony, now: Millis) {
        if self.pending.len() >= KEEP {
            self.pending.retain(|_, pending| now < pending.expires);
        }
        self.pending.insert(
            challenge,
            Pending {
                client_id: client_id.to_owned(),
                expires: now + LIFE,
                ceremony,
            },
        );
    }

    /// Takes the ceremony of a challenge. The challenge is consumed even if the answer is bad.
    pub fn take(
        &mut self,
        challenge: &str,
        client_id: &str,
        now: Millis,
    ) -> Result<Ceremony, ServiceError> {
        let invalid =
            || ServiceError::invalid_challenge("The challenge is unknown, expired or already used");
        let Entry::Occupied(entry) = self.pending.entry(challenge.to_owned()) else {
            return Err(invalid());
        };
        if entry.get().client_id != client_id {
            return Err(invalid());
        }
        let pending = entry.remove();
        if now < pending.expires {
            Ok(pending.ceremony)
        } else {
            Err(invalid())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::from_base64url;

    #[test]
    fn browser_sdks_can_decode_every_challenge() {
        // One of 128 random challenges ends in bytes that the SDKs lose.
        for _ in 0..5000 {
            let text = challenge();
            let bytes = from_base64url(&text).unwrap().try_into().unwrap();
            assert!(decodable_by_browser_sdks(&bytes), "{text}");
        }
    }
}
