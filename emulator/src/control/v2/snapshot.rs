//! Export and import of the current service's users, their passkeys, and added applications.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use crate::encoding::{base64url, from_base64url, random};
use crate::error::ServiceError;
use crate::state::State;
use crate::state::clock::Millis;
use crate::state::relying_party::{AllowedOrigin, RelyingParty};
use crate::state::v2::application::{ApiKey, Application, Identity, check_secret};
use crate::state::v2::new_id;
use crate::state::v2::passkey::{Passkey, Use};
use crate::state::v2::scope::Scope;
use crate::state::v2::user::{Contact, User, Users};
use crate::v2::authenticators;
use crate::webauthn::RegisteredKey;

/// What is exported. On import almost everything may be left out.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Snapshot {
    /// Those that were added. The default one belongs to the emulator, and its users go to another's.
    applications: Vec<ApplicationSnapshot>,
    /// The API keys that were added to the default one.
    api_keys: Vec<ApiKeySnapshot>,
    users: Vec<UserSnapshot>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApplicationSnapshot {
    application_id: String,
    /// The one that it began with.
    api_key: Option<String>,
    /// Those that were added.
    #[serde(default)]
    api_keys: Vec<ApiKeySnapshot>,
    #[serde(default)]
    protected: bool,
    rp_id: Option<String>,
    #[serde(default)]
    origins: Vec<AllowedOrigin>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApiKeySnapshot {
    api_key: String,
    scopes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UserSnapshot {
    /// None for the default one.
    #[serde(skip_serializing_if = "Option::is_none")]
    application_id: Option<String>,
    id: Option<String>,
    username: String,
    email: Option<Contact>,
    phone: Option<Contact>,
    #[serde(default)]
    passkeys: Vec<PasskeySnapshot>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PasskeySnapshot {
    id: Option<String>,
    #[serde(default)]
    name: String,
    /// None if only the control API logs in with it.
    key: Option<RegisteredKey>,
    /// For a passkey without a key.
    credential_id: Option<String>,
    #[serde(default)]
    transports: Vec<String>,
    created_at_ms: Option<Millis>,
    last_used_at_ms: Option<Millis>,
    last_used_from_device: Option<String>,
}

/// What an import replaces.
pub struct Imported {
    pub users: Users,
    /// The default one first.
    pub applications: Vec<Arc<Application>>,
    /// The added API keys of the default one.
    pub default_keys: Vec<ApiKey>,
}

impl Snapshot {
    pub fn export(state: &State) -> Self {
        let default = state.v2.default_application();
        let applications = state.v2.applications();
        let added = applications.iter().skip(1);
        let world = state.v2.world();
        let mut users: Vec<_> = applications
            .iter()
            .flat_map(|application| world.users.of(&application.id))
            .collect();
        users.sort_by_key(|user| &user.username);
        Self {
            applications: added
                .map(|added| ApplicationSnapshot::from(&**added))
                .collect(),
            api_keys: export_keys(default),
            users: users
                .into_iter()
                .map(|user| UserSnapshot::of(user, &default.id))
                .collect(),
        }
    }

    /// Reads everything before anything is replaced.
    pub fn read(self, state: &State) -> Result<Imported, ServiceError> {
        let default = state.v2.default_application();
        let default_keys = read_keys(self.api_keys, &default.first_key)
            .map_err(|(index, error)| at("api_keys", index, error))?;
        let mut applications = vec![Arc::clone(default)];
        for (index, application) in self.applications.into_iter().enumerate() {
            let place = |error| at("applications", index, error);
            let read = application.read(state).map_err(place)?;
            if applications
                .iter()
                .any(|known| known.id.eq_ignore_ascii_case(&read.id))
            {
                return Err(place(ServiceError::bad_request(
                    "the application_id is there twice",
                )));
            }
            applications.push(Arc::new(read));
        }
        let (mut users, mut ids) = (Users::default(), HashSet::new());
        for (index, user) in self.users.into_iter().enumerate() {
            user.read(state, &applications, &mut users, &mut ids)
                .map_err(|error| at("users", index, error))?;
        }
        Ok(Imported {
            users,
            applications,
            default_keys,
        })
    }
}

fn export_keys(application: &Application) -> Vec<ApiKeySnapshot> {
    let added = application.added_keys().into_iter();
    added
        .map(|key| ApiKeySnapshot {
            api_key: key.secret,
            scopes: key
                .scopes
                .into_iter()
                .map(|scope| scope.name().to_owned())
                .collect(),
        })
        .collect()
}

/// The API keys beside the first one, or the index of the wrong one.
fn read_keys(keys: Vec<ApiKeySnapshot>, first: &str) -> Result<Vec<ApiKey>, (usize, ServiceError)> {
    let mut secrets = HashSet::from([first.to_owned()]);
    let mut read = |key: ApiKeySnapshot| {
        check_secret(&key.api_key)?;
        if !secrets.insert(key.api_key.clone()) {
            return Err(ServiceError::bad_request("the API key is there twice"));
        }
        Ok(ApiKey {
            secret: key.api_key,
            scopes: Scope::parse_all(key.scopes.iter().map(String::as_str))?,
        })
    };
    let keys = keys.into_iter().enumerate();
    keys.map(|(index, key)| read(key).map_err(|error| (index, error)))
        .collect()
}

fn at(list: &str, index: usize, error: ServiceError) -> ServiceError {
    let message = format!("v2.{list}[{index}]: {}", error.message);
    ServiceError::refused("invalid_seed", message)
}

impl From<&Application> for ApplicationSnapshot {
    fn from(application: &Application) -> Self {
        let relying_party = application.relying_party();
        Self {
            application_id: application.id.clone(),
            api_key: Some(application.first_key.clone()),
            api_keys: export_keys(application),
            protected: application.protected,
            rp_id: Some(relying_party.rp_id().to_owned()),
            origins: relying_party.origins(),
        }
    }
}

impl ApplicationSnapshot {
    fn read(self, state: &State) -> Result<Application, ServiceError> {
        let mut relying_party = RelyingParty::new(self.rp_id.as_deref(), &[])?;
        for AllowedOrigin { origin, rp_id } in &self.origins {
            relying_party.allow(origin, Some(rp_id))?;
        }
        let identity = Identity::read(Some(self.application_id), self.api_key.as_deref())?;
        let relying_party = Arc::new(Mutex::new(relying_party));
        let read = state
            .v2
            .new_application(identity, self.protected, relying_party);
        let added = read_keys(self.api_keys, &read.first_key).map_err(|(index, error)| {
            ServiceError::bad_request(format!("api_keys[{index}]: {}", error.message))
        })?;
        read.replace_added_keys(added);
        Ok(read)
    }
}

impl UserSnapshot {
    fn of(user: &User, default_id: &str) -> Self {
        let application_id = Some(user.application_id.clone());
        Self {
            application_id: application_id.filter(|id| id != default_id),
            id: Some(user.id.clone()),
            username: user.username.clone(),
            email: user.email.clone(),
            phone: user.phone.clone(),
            passkeys: user.passkeys.iter().map(PasskeySnapshot::from).collect(),
        }
    }

    fn read(
        self,
        state: &State,
        applications: &[Arc<Application>],
        users: &mut Users,
        ids: &mut HashSet<String>,
    ) -> Result<(), ServiceError> {
        let application_id = self.application_id.as_ref();
        let application_id = application_id.unwrap_or(&state.v2.default_application().id);
        if applications.iter().all(|known| known.id != *application_id) {
            return Err(ServiceError::bad_request("there is no such application"));
        }
        let id = self.id.unwrap_or_else(new_id);
        if !ids.insert(id.clone()) {
            return Err(ServiceError::bad_request("an id is there twice"));
        }
        let mut passkeys = Vec::new();
        for passkey in self.passkeys {
            let passkey = passkey.read(state.clock.now())?;
            let credential_id = base64url(&passkey.credential_id);
            if !ids.insert(passkey.id.clone()) || !ids.insert(credential_id) {
                return Err(ServiceError::bad_request("a passkey is there twice"));
            }
            passkeys.push(passkey);
        }
        let user = users.add(application_id, &id, &self.username)?;
        user.email = self.email;
        user.phone = self.phone;
        user.passkeys = passkeys;
        Ok(())
    }
}

impl From<&Passkey> for PasskeySnapshot {
    fn from(passkey: &Passkey) -> Self {
        let last = passkey.last_used.as_ref();
        let credential_id = base64url(&passkey.credential_id);
        Self {
            id: Some(passkey.id.clone()),
            name: passkey.name.clone(),
            credential_id: passkey.key.is_none().then_some(credential_id),
            key: passkey.key.clone(),
            transports: passkey.transports.clone(),
            created_at_ms: Some(passkey.created),
            last_used_at_ms: last.map(|last| last.at),
            last_used_from_device: last.and_then(|last| last.device.clone()),
        }
    }
}

impl PasskeySnapshot {
    fn read(self, now: Millis) -> Result<Passkey, ServiceError> {
        let credential_id = match (&self.key, &self.credential_id) {
            (Some(key), None) => key.credential_id.clone(),
            (None, Some(id)) => from_base64url(id).ok_or_else(|| {
                ServiceError::bad_request("credential_id must be base64url without padding")
            })?,
            (None, None) => random::<32>().to_vec(),
            (Some(_), Some(_)) => {
                return Err(ServiceError::bad_request(
                    "a passkey with a key has its credential_id there",
                ));
            }
        };
        let aaguid = self.key.as_ref().map_or([0; 16], |key| key.aaguid);
        Ok(Passkey {
            id: self.id.unwrap_or_else(new_id),
            name: self.name,
            credential_id,
            aaguid,
            provider: authenticators::name(&aaguid),
            synced: self.key.as_ref().is_some_and(|key| key.backup_eligible),
            key: self.key,
            transports: self.transports,
            created: self.created_at_ms.unwrap_or(now),
            last_used: self.last_used_at_ms.map(|at| Use {
                at,
                device: self.last_used_from_device,
            }),
        })
    }
}
