//! The current service (FIDO2 v2): its applications, its keys, its users and what they have begun. It shares the
//! clock, the recorder and the faults with the older one, and no user.

pub mod application;
pub mod code;
pub mod grant;
mod id;
mod latest;
pub mod passkey;
pub mod scope;
pub mod session;
pub mod user;

use std::sync::{Arc, Mutex, MutexGuard};

use self::application::{Application, Identity};
use self::grant::{ExternalTokens, Grants};
pub use self::id::new_id;
use self::session::Sessions;
use self::user::Users;
use super::keyring::{Keyring, ServiceKey};
use super::lock::lock;
use super::relying_party::RelyingParty;
use crate::host::Host;
use crate::jws::SigningKey;
use crate::origin::Origin;

/// Users and what belongs to them.
#[derive(Default)]
pub struct World {
    pub users: Users,
    pub sessions: Sessions,
    pub grants: Grants,
    pub external: ExternalTokens,
}

/// Where applications are found: `scheme://<id>.localhost:port`.
pub struct Address {
    pub scheme: &'static str,
    pub port: u16,
    /// The host of the default application, if the server does not listen where `localhost` is.
    pub host: Option<String>,
}

impl Address {
    fn base_url(&self, id: &str) -> String {
        format!("{}://{id}.localhost:{}", self.scheme, self.port)
    }

    fn default_base_url(&self, id: &str) -> String {
        match &self.host {
            Some(host) => format!("{}://{host}:{}", self.scheme, self.port),
            None => self.base_url(id),
        }
    }
}

/// The state of the current service.
pub struct Service {
    address: Address,
    default_application: Arc<Application>,
    applications: Mutex<Vec<Arc<Application>>>,
    /// One key set for all applications.
    keys: Mutex<Keyring>,
    world: Mutex<World>,
}

impl Service {
    /// A service with one application, which has this relying party, and with this key or a new one.
    pub fn new(
        address: Address,
        identity: Identity,
        key: Option<SigningKey>,
        relying_party: Arc<Mutex<RelyingParty>>,
    ) -> Self {
        let base_url = |id: &str| address.default_base_url(id);
        let default_application =
            Arc::new(Application::new(identity, base_url, false, relying_party));
        Self {
            address,
            applications: Mutex::new(vec![Arc::clone(&default_application)]),
            default_application,
            keys: Mutex::new(Keyring::new(key.unwrap_or_else(SigningKey::generate))),
            world: Mutex::default(),
        }
    }

    pub fn world(&self) -> MutexGuard<'_, World> {
        lock(&self.world)
    }

    /// The application that every emulator starts with.
    pub fn default_application(&self) -> &Arc<Application> {
        &self.default_application
    }

    /// The application with this id, in capital or small letters: browsers send a host in small ones.
    pub fn application(&self, id: &str) -> Option<Arc<Application>> {
        lock(&self.applications)
            .iter()
            .find(|known| known.id.eq_ignore_ascii_case(id))
            .cloned()
    }

    /// The application at a host: that of the name `<id>.localhost`, or else the default one.
    pub fn application_at(&self, host: Option<&Host>) -> Option<Arc<Application>> {
        let id = match host {
            Some(Host::Name(name)) => name.strip_suffix(".localhost"),
            _ => None,
        };
        match id {
            Some(id) => self.application(id),
            None => Some(Arc::clone(&self.default_application)),
        }
    }

    pub fn applications(&self) -> Vec<Arc<Application>> {
        lock(&self.applications).clone()
    }

    pub fn add_application(
        &self,
        protected: bool,
        relying_party: RelyingParty,
    ) -> Arc<Application> {
        let relying_party = Arc::new(Mutex::new(relying_party));
        let application = self.new_application(Identity::default(), protected, relying_party);
        let application = Arc::new(application);
        lock(&self.applications).push(Arc::clone(&application));
        application
    }

    /// Removes an application with its users and their codes.
    pub fn remove_application(&self, id: &str) {
        lock(&self.applications).retain(|known| known.id != id);
        self.world().users.remove_all_of(id);
    }

    /// An application of this service that is not added yet.
    pub fn new_application(
        &self,
        identity: Identity,
        protected: bool,
        relying_party: Arc<Mutex<RelyingParty>>,
    ) -> Application {
        let base_url = |id: &str| self.address.base_url(id);
        Application::new(identity, base_url, protected, relying_party)
    }

    /// Replaces all users and applications. The first application is the default one. Codes, sessions and grants are
    /// removed.
    pub fn replace(&self, users: Users, applications: Vec<Arc<Application>>) {
        *self.world() = World {
            users,
            ..World::default()
        };
        *lock(&self.applications) = applications;
    }

    /// Whether pages of this origin may call the service: they may use one of the applications.
    pub fn allows_page(&self, origin: &Origin) -> bool {
        let applications = lock(&self.applications);
        let mut applications = applications.iter();
        applications.any(|application| application.relying_party().knows(origin))
    }

    /// The key that tokens are signed with.
    pub fn signing_key(&self) -> Arc<ServiceKey> {
        lock(&self.keys).current()
    }

    pub fn find_key(&self, kid: &str) -> Option<Arc<ServiceKey>> {
        lock(&self.keys).find(kid)
    }

    /// The served keys, the current one last.
    pub fn keys(&self) -> Vec<Arc<ServiceKey>> {
        lock(&self.keys).all()
    }

    /// Stops serving a previous key; false if there is none with this id.
    pub fn retire_key(&self, kid: &str) -> bool {
        lock(&self.keys).retire(kid)
    }

    pub fn rotate_keys(&self, retire: bool) -> String {
        lock(&self.keys).rotate(retire)
    }

    /// Clears everything except the default application, its first API key, and the service's keys.
    pub fn reset(&self) {
        *self.world() = World::default();
        self.default_application.replace_added_keys(Vec::new());
        *lock(&self.applications) = vec![Arc::clone(&self.default_application)];
    }
}
