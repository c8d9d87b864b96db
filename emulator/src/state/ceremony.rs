//! Challenges handed out: each is answered once, in time, by the application that asked for it.

use std::collections::HashMap;
use std::sync::Arc;

use super::clock::Millis;
use crate::error::ServiceError;
use crate::jws::VerifyingKey;

/// How long a challenge can be answered.
pub const LIFE: Millis = 2 * 60 * 1000;
/// Unanswered challenges are looked through when there are more than this.
const KEEP: usize = 1024;

/// What an `init` began and its `complete` will end.
pub enum Ceremony {
    /// A new user with a first authenticator.
    Register { username: String, key: NewKey },
    /// Another authenticator of a user.
    AddKey { key: NewKey },
    /// A log-in with any of the user's authenticators.
    Login { user_id: String },
    /// A log-in with this key pair.
    PublicKeyLogin {
        user_id: String,
        credential_uuid: String,
        server_nonce: String,
        key: Arc<VerifyingKey>,
    },
}

/// A WebAuthn credential about to be made.
pub struct NewKey {
    pub user_id: String,
    pub credential_uuid: String,
    pub roaming: bool,
}

struct Open {
    client_id: String,
    expires: Millis,
    ceremony: Ceremony,
}

/// The ceremonies under way, by challenge or challenge id.
#[derive(Default)]
pub struct Ceremonies {
    open: HashMap<String, Open>,
}

impl Ceremonies {
    /// Remembers a challenge just handed out.
    pub fn begin(&mut self, challenge: String, client_id: &str, ceremony: Ceremony, now: Millis) {
        if self.open.len() >= KEEP {
            self.open.retain(|_, open| now < open.expires);
        }
        self.open.insert(
            challenge,
            Open {
                client_id: client_id.to_owned(),
                expires: now + LIFE,
                ceremony,
            },
        );
    }

    /// Takes the ceremony of a challenge. That is its one use, whether the answer proves good or not.
    pub fn take(
        &mut self,
        challenge: &str,
        client_id: &str,
        now: Millis,
    ) -> Result<Ceremony, ServiceError> {
        let invalid = || {
            ServiceError::refused(
                "invalid_challenge",
                "The challenge is unknown, expired or already used",
            )
        };
        if self
            .open
            .get(challenge)
            .is_none_or(|open| open.client_id != client_id)
        {
            return Err(invalid());
        }
        let open = self
            .open
            .remove(challenge)
            .filter(|open| now < open.expires);
        open.map(|open| open.ceremony).ok_or_else(invalid)
    }
}
