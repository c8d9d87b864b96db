//! The actions of the control API for the current service.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::device;
use crate::control::actions::Control;
use crate::control::tokens::{self, TokenPart};
use crate::error::ServiceError;
use crate::state::State;
use crate::state::clock::timestamp;
use crate::state::relying_party::{AllowedOrigin, RelyingParty};
use crate::state::v2::application::Application;
use crate::state::v2::scope::Scope;
use crate::state::v2::user::{User, user_not_found};
use crate::v2::answer::authentication;
use crate::v2::token::{self, Confirmed};
use crate::v2::transactions;

/// A handle on the current service (FIDO2 v2) of an emulator.
#[derive(Clone)]
pub struct V2 {
    pub(super) state: Arc<State>,
}

impl Control {
    /// The current service of this emulator.
    pub fn v2(&self) -> V2 {
        V2 {
            state: Arc::clone(&self.state),
        }
    }
}

/// An application to register with the current service. It gets an API key with all scopes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewV2Application {
    /// Whether the first passkey of a user needs a grant.
    pub protected: bool,
    /// Its relying party id; `localhost` if not given.
    pub rp_id: Option<String>,
    /// The origins of its pages and apps, in addition to those of `localhost`.
    pub origins: Vec<String>,
}

/// A registered application of the current service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AddedV2Application {
    /// Its id.
    pub application_id: String,
    /// Its base URL.
    pub base_url: String,
    /// Its first API key, which has all scopes.
    pub api_key: String,
    /// Whether the first passkey of a user needs a grant.
    pub protected: bool,
    /// Its relying party id.
    pub rp_id: String,
    /// Its added origins.
    pub origins: Vec<AllowedOrigin>,
}

impl From<&Application> for AddedV2Application {
    fn from(application: &Application) -> Self {
        let relying_party = application.relying_party();
        Self {
            application_id: application.id.clone(),
            base_url: application.base_url.clone(),
            api_key: application.first_key.clone(),
            protected: application.protected,
            rp_id: relying_party.rp_id().to_owned(),
            origins: relying_party.origins(),
        }
    }
}

/// A one-time code that would have been sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SentCode {
    /// Six digits.
    pub code: String,
    /// `email` or `sms`.
    pub channel: &'static str,
    /// Until when it is good.
    pub expires_at: String,
}

impl V2 {
    /// The base URL of the default application: `http://<application id>.localhost:PORT`, or the emulator's own if
    /// it does not listen where `localhost` is.
    pub fn base_url(&self) -> &str {
        &self.state.v2.default_application().base_url
    }

    /// The id of the default application.
    pub fn application_id(&self) -> &str {
        &self.state.v2.default_application().id
    }

    /// The API key of the default application, which has all scopes.
    pub fn api_key(&self) -> &str {
        &self.state.v2.default_application().first_key
    }

    /// The application with this id.
    pub(super) fn application(&self, id: Option<&str>) -> Result<Arc<Application>, ServiceError> {
        let Some(id) = id else {
            return Ok(Arc::clone(self.state.v2.default_application()));
        };
        self.state.v2.application(id).ok_or_else(|| {
            ServiceError::not_found("application_not_found", "There is no such application")
        })
    }

    /// Registers another application.
    pub fn add_application(
        &self,
        new: NewV2Application,
    ) -> Result<AddedV2Application, ServiceError> {
        let relying_party = RelyingParty::new(new.rp_id.as_deref(), &new.origins)?;
        let added = self.state.v2.add_application(new.protected, relying_party);
        Ok(AddedV2Application::from(&*added))
    }

    /// The applications, the default one first.
    pub fn applications(&self) -> Vec<AddedV2Application> {
        let applications = self.state.v2.applications();
        let applications = applications.iter();
        applications
            .map(|application| AddedV2Application::from(&**application))
            .collect()
    }

    /// The users of an application (`None`: the default one) with their passkeys, by name.
    pub fn users(&self, application_id: Option<&str>) -> Result<Vec<Value>, ServiceError> {
        let application = self.application(application_id)?;
        let world = self.state.v2.world();
        let mut users: Vec<_> = world.users.of(&application.id).collect();
        users.sort_by_key(|user| &user.username);
        Ok(users.into_iter().map(User::view).collect())
    }

    /// Adds an API key with these scopes to an application (`None`: the default one) and returns it.
    pub fn add_api_key(
        &self,
        application_id: Option<&str>,
        scopes: &[&str],
    ) -> Result<String, ServiceError> {
        let scopes = Scope::parse_all(scopes.iter().copied())?;
        Ok(self.application(application_id)?.add_key(scopes))
    }

    /// Logs a user in to the default application on their device, which has a passkey. A new user signs up with
    /// it first. Returns the authentication answer.
    pub fn login(&self, username: &str) -> Result<Value, ServiceError> {
        self.login_to(None, username)
    }

    /// [`V2::login`] to an application.
    pub fn login_to(
        &self,
        application_id: Option<&str>,
        username: &str,
    ) -> Result<Value, ServiceError> {
        let application = self.application(application_id)?;
        let login = device::log_in(&self.state, &application, username)?;
        Ok(authentication(&self.state, &application, &login))
    }

    /// Confirms a transaction on the device of a user of an application, and returns its token. A new user signs
    /// up first.
    pub fn confirm_transaction(
        &self,
        application_id: Option<&str>,
        username: &str,
        payload: &str,
        nonce: &str,
    ) -> Result<String, ServiceError> {
        let application = self.application(application_id)?;
        let login = device::log_in(&self.state, &application, username)?;
        let service_nonce = transactions::new_nonce();
        let confirmed = Confirmed {
            user_id: &login.user_id,
            username: &login.username,
            passkey_id: login.passkey_id.as_deref(),
            hash: &transactions::hash(payload, nonce, &service_nonce),
            nonce,
            service_nonce: &service_nonce,
        };
        Ok(token::of_transaction(&self.state, &application, &confirmed))
    }

    /// The last code that would have been sent to a user of an application.
    pub fn sent_code(
        &self,
        application_id: Option<&str>,
        username: &str,
    ) -> Result<SentCode, ServiceError> {
        let application = self.application(application_id)?;
        let world = self.state.v2.world();
        let user = world.users.named(&application.id, username);
        let sent = user.ok_or_else(user_not_found)?.codes.sent();
        let sent = sent.ok_or_else(|| {
            ServiceError::not_found("code_not_found", "No code was sent to the user")
        })?;
        Ok(SentCode {
            code: sent.value.clone(),
            channel: sent.channel.name(),
            expires_at: timestamp(sent.expires),
        })
    }

    /// Signs any header and claims with the service's current key.
    pub fn sign_token(&self, header: TokenPart, claims: TokenPart) -> String {
        tokens::sign(&self.state.v2.signing_key(), header, claims)
    }

    /// Signs tokens with a new key from now on and returns its id. Older keys stay in the key set.
    pub fn rotate_keys(&self) -> String {
        self.state.v2.rotate_keys(false)
    }

    /// [`V2::rotate_keys`] that also removes all older keys from the key set.
    pub fn rotate_and_retire_keys(&self) -> String {
        self.state.v2.rotate_keys(true)
    }
}
