//! Applications of the current service: each has a base URL and API keys of its own.

use std::sync::{Arc, Mutex, MutexGuard};

use aws_lc_rs::constant_time::verify_slices_are_equal;

use super::id::new_id;
use super::scope::Scope;
use crate::encoding::{base64url, random};
use crate::error::ServiceError;
use crate::state::lock::lock;
use crate::state::relying_party::RelyingParty;

/// An application.
pub struct Application {
    pub id: String,
    /// `http://<id>.localhost:PORT`: the issuer of its tokens.
    pub base_url: String,
    /// Whether the first passkey of a user needs a grant.
    pub protected: bool,
    /// The API key that it begins with, which has all scopes.
    pub first_key: String,
    relying_party: Arc<Mutex<RelyingParty>>,
    api_keys: Mutex<Vec<ApiKey>>,
}

/// What a new application keeps from one start to the next. It is drawn if it is not given.
#[derive(Default)]
pub struct Identity {
    pub id: Option<String>,
    /// The API key that it begins with.
    pub api_key: Option<String>,
}

impl Identity {
    /// Checks an id, which is a label of a host name, and an API key.
    pub fn read(id: Option<String>, api_key: Option<&str>) -> Result<Self, ServiceError> {
        let is_label = |id: &String| {
            (1..=63).contains(&id.len())
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
                && !id.starts_with('-')
                && !id.ends_with('-')
        };
        if id.as_ref().is_some_and(|id| !is_label(id)) {
            return Err(ServiceError::bad_request(
                "the application id must have 1 to 63 letters, digits and inner hyphens: it is part of a host name",
            ));
        }
        // A text file ends with a newline.
        let api_key = api_key.map(|key| key.strip_suffix('\n').unwrap_or(key));
        api_key.map(check_secret).transpose()?;
        Ok(Self {
            id,
            api_key: api_key.map(str::to_owned),
        })
    }
}

/// Refuses a text that no API key can be.
pub fn check_secret(secret: &str) -> Result<(), ServiceError> {
    let fits = |byte: u8| byte.is_ascii_graphic() && byte != b':';
    if (1..=255).contains(&secret.len()) && secret.bytes().all(fits) {
        return Ok(());
    }
    Err(ServiceError::bad_request(
        "the API key must have 1 to 255 visible ASCII characters, and no colon",
    ))
}

/// An API key, and what it may do.
#[derive(Clone)]
pub struct ApiKey {
    pub secret: String,
    pub scopes: Vec<Scope>,
}

impl Application {
    /// A new one.
    pub fn new(
        identity: Identity,
        base_url: impl FnOnce(&str) -> String,
        protected: bool,
        relying_party: Arc<Mutex<RelyingParty>>,
    ) -> Self {
        let Identity { id, api_key } = identity;
        let first_key = api_key.unwrap_or_else(new_secret);
        let id = id.unwrap_or_else(new_id);
        Self {
            base_url: base_url(&id),
            id,
            protected,
            api_keys: Mutex::new(vec![ApiKey::with_all_scopes(&first_key)]),
            first_key,
            relying_party,
        }
    }

    pub fn relying_party(&self) -> MutexGuard<'_, RelyingParty> {
        lock(&self.relying_party)
    }

    /// The scopes of an API key, if it is one of this application's.
    pub fn scopes_of(&self, secret: &str) -> Option<Vec<Scope>> {
        let keys = lock(&self.api_keys);
        let is_it = |key: &&ApiKey| {
            verify_slices_are_equal(key.secret.as_bytes(), secret.as_bytes()).is_ok()
        };
        keys.iter().find(is_it).map(|key| key.scopes.clone())
    }

    /// Adds an API key and returns it.
    pub fn add_key(&self, scopes: Vec<Scope>) -> String {
        let secret = new_secret();
        lock(&self.api_keys).push(ApiKey {
            secret: secret.clone(),
            scopes,
        });
        secret
    }

    /// All API keys, the one that it began with first.
    pub fn keys(&self) -> Vec<ApiKey> {
        lock(&self.api_keys).clone()
    }

    /// Removes an added API key; false if there is none.
    pub fn remove_key(&self, secret: &str) -> bool {
        let mut keys = lock(&self.api_keys);
        let before = keys.len();
        keys.retain(|key| key.secret != secret || key.secret == self.first_key);
        keys.len() < before
    }

    /// The API keys beside the one that it began with.
    pub fn added_keys(&self) -> Vec<ApiKey> {
        lock(&self.api_keys).iter().skip(1).cloned().collect()
    }

    /// Replaces the API keys beside the one that it began with.
    pub fn replace_added_keys(&self, added: Vec<ApiKey>) {
        let first = ApiKey::with_all_scopes(&self.first_key);
        *lock(&self.api_keys) = [first].into_iter().chain(added).collect();
    }
}

impl ApiKey {
    fn with_all_scopes(secret: &str) -> Self {
        Self {
            secret: secret.to_owned(),
            scopes: Scope::ALL.to_vec(),
        }
    }
}

/// 43 characters of base64url, as in LoginID's samples.
fn new_secret() -> String {
    base64url(random::<32>())
}
