//! Sessions of the current service: what a first call began and a later one ends.

use super::latest::Latest;
use crate::encoding::{base64url, random};
use crate::error::ServiceError;
use crate::state::clock::Millis;

/// How long a session is good: the emulator's choice.
pub const LIFE: Millis = 5 * 60 * 1000;

/// What a session waits for.
#[derive(Clone)]
pub enum Pending {
    Registration(Registration),
    Authentication(Authentication),
    Transaction(Transaction),
    Mfa(Mfa),
}

/// A challenge, and whom the answer logs in.
#[derive(Clone)]
pub struct Challenge {
    /// In base64url.
    pub text: String,
    pub rp_id: String,
    pub device: Device,
}

impl Challenge {
    /// A new one.
    pub fn new(rp_id: String, device: Device) -> Self {
        Self {
            text: base64url(random::<32>()),
            rp_id,
            device,
        }
    }
}

/// The client that began a session.
#[derive(Clone)]
pub struct Device {
    pub id: String,
    /// What it is, if it said so.
    pub name: Option<String>,
}

/// A new passkey.
#[derive(Clone)]
pub struct Registration {
    pub challenge: Challenge,
    pub user_id: String,
    pub username: String,
    /// Whether the user comes into being with the passkey. Otherwise they must still exist.
    pub is_first: bool,
}

/// A login with a passkey.
#[derive(Clone)]
pub struct Authentication {
    pub challenge: Challenge,
    /// The only user who may answer, if the call named one.
    pub username: Option<String>,
}

/// A transaction that a user confirms with a passkey.
#[derive(Clone)]
pub struct Transaction {
    pub id: String,
    pub challenge: Challenge,
    pub username: String,
    /// What its token says of it.
    pub hash: String,
    pub nonce: String,
    pub service_nonce: String,
}

/// An authentication in steps. Unlike the others, it can be tried again after a bad answer.
#[derive(Clone)]
pub struct Mfa {
    pub challenge: Challenge,
    /// The user; none for whoever has a passkey.
    pub username: Option<String>,
    /// The id that a new user gets.
    pub new_user_id: String,
    pub display_name: Option<String>,
    /// A text to be signed.
    pub payload: Option<String>,
}

struct Session {
    application_id: String,
    expires: Millis,
    /// Nothing once it was answered.
    pending: Option<Pending>,
}

/// The sessions of all applications.
#[derive(Default)]
pub struct Sessions(Latest<Session>);

impl Sessions {
    /// Begins a session and returns its id.
    pub fn begin(&mut self, application_id: &str, pending: Pending, now: Millis) -> String {
        let id = base64url(random::<32>());
        let session = Session {
            application_id: application_id.to_owned(),
            expires: now + LIFE,
            pending: Some(pending),
        };
        self.0.insert(id.clone(), session);
        id
    }

    /// Takes what the session waits for. It is answered once, even if the answer is bad.
    pub fn take(
        &mut self,
        id: &str,
        application_id: &str,
        now: Millis,
    ) -> Result<Pending, ServiceError> {
        let session = self
            .0
            .get_mut(id)
            .filter(|session| session.application_id == application_id && now < session.expires);
        session
            .and_then(|session| session.pending.take())
            .ok_or_else(|| {
                ServiceError::bad_request("The session is unknown, expired or already answered")
            })
    }

    /// The authentication in steps of a session.
    pub fn mfa_mut(
        &mut self,
        id: &str,
        application_id: &str,
        now: Millis,
    ) -> Result<&mut Mfa, ServiceError> {
        let session = self
            .0
            .get_mut(id)
            .filter(|session| session.application_id == application_id && now < session.expires);
        match session.and_then(|session| session.pending.as_mut()) {
            Some(Pending::Mfa(mfa)) => Ok(mfa),
            _ => Err(ServiceError::unauthorized(
                "The session is unknown, expired or already answered",
            )),
        }
    }

    /// Whether there is such a session, answered or not.
    pub fn is_known(&self, id: &str, application_id: &str, now: Millis) -> bool {
        self.0.get(id).is_some_and(|session| {
            session.application_id == application_id && now < session.expires
        })
    }
}

/// The error for a session that another call answers.
pub fn wrong_session() -> ServiceError {
    ServiceError::bad_request("The session is for another kind of call")
}
