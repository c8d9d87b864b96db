//! The actions of the control API.

use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};

use super::tokens::{self, TokenPart};
use super::views::{AddedApplication, Info, NewApplication};
use crate::encoding::random_text;
use crate::error::ServiceError;
use crate::fault::Fault;
use crate::jws::{SigningKey, VerifyingKey};
use crate::state::State;
use crate::state::application::Application;
use crate::state::credential::{Credential, CredentialType, Material};
use crate::state::pinned::milliseconds;
use crate::state::recorder::Request;
use crate::state::relying_party::RelyingParty;
use crate::state::transaction::transaction_not_found;
use crate::state::user::{Contact, Subject};
use crate::v1::answer::authentication_response;
use crate::v1::doc_scan;
use crate::v1::token::Identity;
use crate::v1::transactions::confirmation;

/// A handle on an emulator; clones act on the same one, from any thread.
#[derive(Clone)]
pub struct Control {
    pub(super) state: Arc<State>,
}

impl Control {
    pub(crate) fn new(state: Arc<State>) -> Self {
        Self { state }
    }

    /// The base URL of the service, for example `http://127.0.0.1:PORT`.
    pub fn base_url(&self) -> &str {
        &self.state.base_url
    }

    /// The id of the default application.
    pub fn client_id(&self) -> &str {
        &self.state.default_application().client_id
    }

    /// The private key of the default application, as PKCS#8 PEM.
    pub fn private_key(&self) -> &str {
        &self.state.private_key
    }

    /// The current public key of the service, as SPKI PEM.
    pub fn public_key(&self) -> String {
        self.state.signing_key().public_pem.clone()
    }

    /// The current settings of the emulator.
    pub fn info(&self) -> Info {
        Info {
            version: env!("CARGO_PKG_VERSION"),
            base_url: self.state.base_url.clone(),
            now: self.now(),
            kid: self.state.signing_key().kid.clone(),
            recording: self.state.recorder.recording(),
            applications: self
                .state
                .applications()
                .iter()
                .map(|app| AddedApplication::from(&**app))
                .collect(),
        }
    }

    /// As at the start, except that the used nonces and the service's keys stay.
    pub fn reset(&self) {
        self.state.reset();
        if let Some(seed) = self.state.seed.get() {
            self.import(seed).expect("an export can be imported");
        }
    }

    pub(super) fn application(&self, client_id: &str) -> Result<Arc<Application>, ServiceError> {
        let application = self.state.application(client_id);
        application.ok_or_else(|| {
            ServiceError::not_found("application_not_found", "There is no such application")
        })
    }

    /// Registers another application.
    pub fn add_application(&self, new: NewApplication) -> Result<AddedApplication, ServiceError> {
        let generated = (new.public_key.is_none() && !new.keyless).then(SigningKey::generate);
        let public = match (&generated, &new.public_key) {
            (_, Some(_)) if new.keyless => {
                return Err(ServiceError::bad_request(
                    "a keyless application has no public_key",
                ));
            }
            (Some(key), _) => Some(key.public_pem()),
            (None, given) => given.clone(),
        };
        let key = public.map(|pem| {
            VerifyingKey::from_pem(&pem).ok_or_else(|| {
                ServiceError::bad_request("public_key must be a P-256 key as SPKI PEM")
            })
        });
        let client_id = new.client_id.unwrap_or_else(|| random_text(64));
        let relying_party = RelyingParty::new(new.rp_id.as_deref(), &new.origins)?;
        let application = Application::new(client_id, new.kind, key.transpose()?, relying_party);
        let added = self.state.add_application(application)?;
        Ok(AddedApplication {
            private_key: generated.map(|key| key.private_pem()),
            ..AddedApplication::from(&*added)
        })
    }

    /// The time on the emulator's clock, in Unix seconds.
    pub fn now(&self) -> i64 {
        self.state.clock.now_s()
    }

    /// Moves the clock forward.
    pub fn advance_clock(&self, by: Duration) {
        self.state.clock.advance(by);
    }

    /// Sets the clock to these Unix seconds.
    pub fn set_clock(&self, now: i64) -> Result<(), ServiceError> {
        self.state.clock.set(milliseconds(now)?);
        Ok(())
    }

    /// Signs tokens with a new key from now on and returns its id. Older keys stay at `/certs`.
    pub fn rotate_keys(&self) -> String {
        self.state.rotate_keys(false)
    }

    /// [`Control::rotate_keys`] that also removes all older keys from `/certs`.
    pub fn rotate_and_retire_keys(&self) -> String {
        self.state.rotate_keys(true)
    }

    /// Adds a credential to a user that can be listed and managed, but not used to log in.
    pub fn add_credential(
        &self,
        username: &str,
        kind: CredentialType,
        name: &str,
    ) -> Result<Value, ServiceError> {
        let credential = Credential::new(kind, name, Material::None, self.state.clock.now());
        let view = credential.view();
        self.state
            .world()
            .users
            .find_mut(&Subject::named(username))?
            .credentials
            .push(credential);
        Ok(view)
    }

    /// Adds a contact to a user and returns their profile.
    pub fn add_contact(&self, username: &str, contact: Contact) -> Result<Value, ServiceError> {
        let mut world = self.state.world();
        let user = world.users.find_mut(&Subject::named(username))?;
        user.contacts.push(contact);
        Ok(user.profile(&self.state.namespace_id))
    }

    /// Logs a user in to the default application.
    pub fn login(&self, username: &str) -> Result<Value, ServiceError> {
        self.login_to(username, self.client_id())
    }

    /// Logs a user in to an application and returns the authentication response with its `jwt`.
    pub fn login_to(&self, username: &str, client_id: &str) -> Result<Value, ServiceError> {
        let application = self.application(client_id)?;
        let (identity, credential) = {
            let world = self.state.world();
            let user = world.users.find_active(&Subject::named(username))?;
            (
                Identity::from(user),
                user.active_credentials().next().cloned(),
            )
        };
        Ok(authentication_response(
            &self.state,
            &application,
            &identity,
            "login",
            credential.as_ref(),
        ))
    }

    /// Sets the result of a document scan.
    pub fn decide_doc_scan(
        &self,
        credential_uuid: &str,
        passed: bool,
    ) -> Result<Value, ServiceError> {
        doc_scan::decide(&self.state, credential_uuid, passed)
    }

    /// The document scans of all users.
    pub fn doc_scans(&self) -> Vec<Value> {
        doc_scan::list(&self.state)
    }

    /// The state of a document scan.
    pub fn doc_scan(&self, credential_uuid: &str) -> Result<Value, ServiceError> {
        doc_scan::show(&self.state, credential_uuid)
    }

    /// Confirms a transaction that names its user and returns the token.
    pub fn confirm_transaction(&self, id: &str) -> Result<String, ServiceError> {
        self.confirm(id, None)
    }

    /// Confirms a transaction as this user.
    pub fn confirm_transaction_as(&self, id: &str, username: &str) -> Result<String, ServiceError> {
        self.confirm(id, Some(username))
    }

    pub(crate) fn confirm(&self, id: &str, username: Option<&str>) -> Result<String, ServiceError> {
        let (transaction, identity) = {
            let mut world = self.state.world();
            let world = &mut *world;
            let transaction = world
                .transactions
                .get_mut(id)
                .ok_or_else(transaction_not_found)?;
            let username = username.or(transaction.username.as_deref());
            let username = username.ok_or_else(|| {
                ServiceError::bad_request("username is required: the transaction names none")
            })?;
            transaction.require_open(username, self.state.clock.now())?;
            let user = world.users.find_active(&Subject::named(username))?;
            transaction.confirmed = true;
            (transaction.clone(), Identity::from(user))
        };
        Ok(confirmation(&self.state, &transaction, &identity))
    }

    /// Signs the challenge of a public-key login with the user's key (PKCS#8 PEM) and returns the assertion.
    pub fn sign_assertion(
        &self,
        username: &str,
        private_key: &str,
        challenge_id: &str,
        server_nonce: &str,
    ) -> Result<String, ServiceError> {
        let key = SigningKey::from_pem(private_key).ok_or_else(|| {
            ServiceError::bad_request("private_key must be a P-256 key as PKCS#8 PEM")
        })?;
        let header = json!({"alg": "ES256", "typ": "JWT"});
        let claims = json!({
            "challenge_id": challenge_id,
            "server_nonce": server_nonce,
            "username": username,
            "iat": self.now(),
        });
        Ok(key.sign(header.to_string().as_bytes(), claims.to_string().as_bytes()))
    }

    /// Signs any header and claims with the service's current key.
    pub fn sign_token(&self, header: TokenPart, claims: TokenPart) -> String {
        tokens::sign(&self.state.signing_key(), header, claims)
    }

    /// The latest requests that the service received, oldest first.
    pub fn requests(&self) -> Vec<Request> {
        self.state.recorder.requests()
    }

    /// The number of requests since the start or the last clearing, recorded or not.
    pub fn request_count(&self) -> u64 {
        self.state.recorder.count()
    }

    /// The number of requests since the start or the last reset with a token that had been accepted before, and
    /// was accepted again.
    pub fn resent_token_count(&self) -> u64 {
        self.state.recorder.resent_tokens()
    }

    /// Clears the recorded requests and their count.
    pub fn clear_requests(&self) {
        self.state.recorder.clear();
    }

    /// Whether requests are recorded from now on. They are always counted.
    pub fn set_recording(&self, on: bool) {
        self.state.recorder.set_recording(on);
    }

    /// Creates a fault.
    ///
    /// # Panics
    /// If the fault cannot be applied; [`Control::try_inject`] returns the error instead.
    pub fn inject(&self, fault: Fault) {
        if let Err(error) = self.try_inject(fault) {
            panic!("{error}");
        }
    }

    /// Creates a fault, or returns why it cannot be applied.
    pub fn try_inject(&self, fault: Fault) -> Result<(), ServiceError> {
        fault.check()?;
        self.state.faults().add(fault);
        Ok(())
    }

    /// The active faults.
    pub fn faults(&self) -> Vec<Fault> {
        self.state.faults().list().to_vec()
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.state.faults().clear();
    }
}
