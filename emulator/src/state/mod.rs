//! The state of an emulator, in memory.
//!
//! Each part has its own lock, held for look-ups and changes only. Tokens and WebAuthn answers are verified, tokens
//! issued and passwords hashed without one.

pub mod application;
pub mod ceremony;
pub mod clock;
pub mod code;
pub mod credential;
pub mod events;
pub mod keyring;
pub mod lock;
pub mod pinned;
pub mod recorder;
pub mod relying_party;
pub mod transaction;
pub mod user;
pub mod v2;
pub mod wait;

use std::sync::{Arc, Mutex, MutexGuard, OnceLock};

use self::application::{Application, ApplicationType};
use self::ceremony::Ceremonies;
use self::clock::Clock;
use self::events::Events;
use self::keyring::{Keyring, ServiceKey};
use self::lock::lock;
use self::pinned::Pinned;
use self::recorder::Recorder;
use self::relying_party::RelyingParty;
use self::transaction::Transactions;
use self::user::Users;
use self::wait::Waits;
use crate::encoding::{random_text, uuid};
use crate::error::ServiceError;
use crate::fault::Faults;
use crate::jws::{SigningKey, VerifyingKey};
use crate::origin::Origin;

/// Users and what belongs to them.
#[derive(Default)]
pub struct World {
    pub users: Users,
    pub ceremonies: Ceremonies,
    pub transactions: Transactions,
}

/// The state of one emulator.
pub struct State {
    pub base_url: String,
    /// All users live in this one namespace.
    pub namespace_id: String,
    pub clock: Clock,
    pub recorder: Recorder,
    pub events: Arc<Events>,
    pub waits: Arc<Waits>,
    /// The current service. All else here is of the older one, or of both.
    pub v2: v2::Service,
    /// The private key of the default application.
    pub private_key: String,
    /// The export that users and applications go back to after a reset.
    pub seed: OnceLock<String>,
    /// The certificate authority of the server, if it serves HTTPS.
    pub ca_pem: OnceLock<String>,
    default_application: Arc<Application>,
    /// What the default application has at the start and after a reset.
    relying_party: RelyingParty,
    applications: Mutex<Vec<Arc<Application>>>,
    keys: Mutex<Keyring>,
    world: Mutex<World>,
    faults: Mutex<Faults>,
}

impl State {
    pub fn new(
        base_url: String,
        address: v2::Address,
        relying_party: RelyingParty,
        recording: bool,
        pinned: Pinned,
    ) -> Self {
        let key = pinned.private_key.unwrap_or_else(SigningKey::generate);
        let public = VerifyingKey::from_pem(&key.public_pem());
        let client_id = pinned.client_id.unwrap_or_else(|| random_text(64));
        let events = Arc::new(Events::default());
        let service_key = pinned.service_key.unwrap_or_else(SigningKey::generate);
        let default_application = Arc::new(Application::new(
            client_id,
            ApplicationType::default(),
            public,
            relying_party.clone(),
        ));
        Self {
            base_url,
            v2: v2::Service::new(
                address,
                pinned.v2,
                pinned.v2_service_key,
                default_application.shared_relying_party(),
            ),
            namespace_id: uuid(),
            clock: Clock::new(pinned.clock),
            recorder: Recorder::new(recording),
            waits: Arc::new(Waits::new(Arc::clone(&events))),
            events,
            private_key: key.private_pem(),
            seed: OnceLock::new(),
            ca_pem: OnceLock::new(),
            applications: Mutex::new(vec![Arc::clone(&default_application)]),
            default_application,
            relying_party,
            keys: Mutex::new(Keyring::new(service_key)),
            world: Mutex::default(),
            faults: Mutex::default(),
        }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    pub fn faults(&self) -> MutexGuard<'_, Faults> {
        lock(&self.faults)
    }

    /// The application that every emulator starts with.
    pub fn default_application(&self) -> &Arc<Application> {
        &self.default_application
    }

    pub fn application(&self, client_id: &str) -> Option<Arc<Application>> {
        lock(&self.applications)
            .iter()
            .find(|known| known.client_id == client_id)
            .cloned()
    }

    pub fn applications(&self) -> Vec<Arc<Application>> {
        lock(&self.applications).clone()
    }

    /// Whether pages of this origin may call the service: they may use one of the applications.
    pub fn allows_page(&self, origin: &Origin) -> bool {
        let applications = lock(&self.applications);
        let mut applications = applications.iter();
        applications.any(|application| application.relying_party().knows(origin))
            || self.v2.allows_page(origin)
    }

    pub fn add_application(
        &self,
        application: Application,
    ) -> Result<Arc<Application>, ServiceError> {
        let mut applications = lock(&self.applications);
        let client_id = &application.client_id;
        if applications
            .iter()
            .any(|known| known.client_id == *client_id)
        {
            return Err(ServiceError::refused(
                "application_already_exists",
                "The client_id is taken",
            ));
        }
        let application = Arc::new(application);
        applications.push(Arc::clone(&application));
        Ok(application)
    }

    /// The key that tokens are signed with.
    pub fn signing_key(&self) -> Arc<ServiceKey> {
        lock(&self.keys).current()
    }

    pub fn find_key(&self, kid: &str) -> Option<Arc<ServiceKey>> {
        lock(&self.keys).find(kid)
    }

    pub fn keys(&self) -> Vec<Arc<ServiceKey>> {
        lock(&self.keys).all()
    }

    pub fn retire_key(&self, kid: &str) -> Result<(), ServiceError> {
        if lock(&self.keys).retire(kid) {
            return Ok(());
        }
        Err(ServiceError::not_found(
            "key_not_found",
            "There is no key with this id",
        ))
    }

    pub fn remove_application(&self, client_id: &str) {
        lock(&self.applications).retain(|known| known.client_id != client_id);
    }

    pub fn rotate_keys(&self, retire: bool) -> String {
        lock(&self.keys).rotate(retire)
    }

    /// Replaces all users and added applications. Codes, challenges and transactions are removed.
    pub fn replace(&self, users: Users, added: Vec<Application>) {
        let new = World {
            users,
            ..World::default()
        };
        let old = std::mem::replace(&mut *self.world(), new);
        old.users.wake_all();
        let default = Arc::clone(&self.default_application);
        *lock(&self.applications) = [default]
            .into_iter()
            .chain(added.into_iter().map(Arc::new))
            .collect();
    }

    /// Clears everything except the default application, its used nonces, and the service's keys.
    pub fn reset(&self) {
        let old = std::mem::take(&mut *self.world());
        old.users.wake_all();
        *self.faults() = Faults::default();
        self.v2.reset();
        self.recorder.reset();
        self.clock.reset();
        *self.default_application.relying_party() = self.relying_party.clone();
        self.default_application.forget_accepted();
        *lock(&self.applications) = vec![Arc::clone(&self.default_application)];
    }
}
