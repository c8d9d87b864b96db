//! Grants and external authorizations: short-lived tokens that a backend asks for.

use super::latest::Latest;
use crate::encoding::{base64url, random};
use crate::state::clock::Millis;

/// How long a grant is good. LoginID says "a few seconds".
pub const GRANT_LIFE: Millis = 5 * 1000;

/// How long an external authorization is good: the emulator's choice.
const EXTERNAL_LIFE: Millis = 5 * 60 * 1000;

/// The grants that were issued, by their `jti`, with the exact time at which each ends: the `exp` of a token is in
/// whole seconds.
#[derive(Default)]
pub struct Grants(Latest<Millis>);

impl Grants {
    /// Notes a new grant and returns its `jti`.
    pub fn add(&mut self, now: Millis) -> String {
        let id = base64url(random::<16>());
        self.0.insert(id.clone(), now + GRANT_LIFE);
        id
    }

    pub fn is_good(&self, id: &str, now: Millis) -> bool {
        self.0.get(id).is_some_and(|end| now < *end)
    }
}

/// The tokens of external authentications. Each is good once.
#[derive(Default)]
pub struct ExternalTokens(Latest<ExternalToken>);

struct ExternalToken {
    application_id: String,
    username: String,
    ends: Millis,
}

impl ExternalTokens {
    /// A token that says that a user of the application was authenticated elsewhere.
    pub fn add(&mut self, application_id: &str, username: &str, now: Millis) -> String {
        let token = base64url(random::<32>());
        let external = ExternalToken {
            application_id: application_id.to_owned(),
            username: username.to_owned(),
            ends: now + EXTERNAL_LIFE,
        };
        self.0.insert(token.clone(), external);
        token
    }

    /// Uses a token up, if it is good for this user of the application.
    pub fn take(&mut self, token: &str, application_id: &str, username: &str, now: Millis) -> bool {
        let is_good = self.0.get(token).is_some_and(|external| {
            external.application_id == application_id
                && external.username == username
                && now < external.ends
        });
        is_good && self.0.remove(token).is_some()
    }
}
