//! Export and import of users, their credentials, and applications.

use std::collections::HashSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::actions::Control;
use super::v2::snapshot as v2;
use crate::encoding::uuid;
use crate::error::ServiceError;
use crate::jws::VerifyingKey;
use crate::state::State;
use crate::state::application::{Application, ApplicationType};
use crate::state::clock::Millis;
use crate::state::credential::{Credential, CredentialStatus, CredentialType, Material, Scan};
use crate::state::relying_party::{AllowedOrigin, RelyingParty};
use crate::state::user::{Contact, User, Users};
use crate::v1::passwords;
use crate::webauthn::RegisteredKey;

/// What is exported. On import almost everything may be left out: `{"users":[{"username":"ada"}]}`.
#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Snapshot {
    applications: Vec<ApplicationSnapshot>,
    users: Vec<UserSnapshot>,
    /// The current service.
    v2: v2::Snapshot,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ApplicationSnapshot {
    client_id: String,
    #[serde(rename = "type", default)]
    kind: ApplicationType,
    /// None for a public application.
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
    rp_id: Option<String>,
    #[serde(default)]
    origins: Vec<AllowedOrigin>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UserSnapshot {
    id: Option<String>,
    username: String,
    #[serde(default = "yes")]
    active: bool,
    /// The application that created the user.
    client_id: Option<String>,
    created_at_ms: Option<Millis>,
    updated_at_ms: Option<Millis>,
    #[serde(default)]
    contacts: Vec<Contact>,
    #[serde(default)]
    credentials: Vec<CredentialSnapshot>,
}

/// A credential with one of the members after `updated_at_ms`, or none if nobody can log in with it.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct CredentialSnapshot {
    uuid: Option<String>,
    #[serde(rename = "type")]
    kind: CredentialType,
    #[serde(default = "active")]
    status: CredentialStatus,
    #[serde(default)]
    name: String,
    created_at_ms: Option<Millis>,
    updated_at_ms: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    passkey: Option<RegisteredKey>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    roaming: bool,
    /// On import only: it is hashed.
    #[serde(skip_serializing)]
    password: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    password_hash: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    scan: Option<Scan>,
}

fn yes() -> bool {
    true
}

fn active() -> CredentialStatus {
    CredentialStatus::Active
}

fn invalid(wrong: impl std::fmt::Display) -> ServiceError {
    ServiceError::refused("invalid_seed", wrong.to_string())
}

impl Control {
    /// All users with their credentials, and all applications, without private keys.
    pub fn export(&self) -> Value {
        let applications = self.state.applications();
        let snapshot = Snapshot {
            applications: applications.iter().map(|app| export(app)).collect(),
            users: {
                let world = self.state.world();
                let mut users: Vec<_> = world.users.iter().collect();
                users.sort_by_key(|user| (user.created, user.username.clone()));
                users.into_iter().map(UserSnapshot::from).collect()
            },
            v2: v2::Snapshot::export(&self.state),
        };
        serde_json::to_value(snapshot).unwrap_or_default()
    }

    /// Replaces all users and added applications by those of an export. Codes, challenges and transactions are
    /// removed. Either all is taken, or nothing.
    pub fn import(&self, text: &str) -> Result<(), ServiceError> {
        let snapshot: Snapshot = serde_json::from_str(text).map_err(invalid)?;
        let mut added = Vec::new();
        let mut default_party = None;
        for (index, application) in snapshot.applications.into_iter().enumerate() {
            let place = |error: ServiceError| {
                invalid(format_args!("applications[{index}]: {}", error.message))
            };
            let new = application.read().map_err(place)?;
            let default = self.state.default_application();
            if new.client_id == default.client_id {
                let keys = [&new, &**default].map(|app| app.key.as_ref().map(VerifyingKey::pem));
                if keys[0].is_some() && keys[0] != keys[1] {
                    return Err(place(ServiceError::bad_request(
                        "the default application has another key: start with its private key",
                    )));
                }
                default_party = Some(new.relying_party().clone());
            } else if added
                .iter()
                .any(|known: &Application| known.client_id == new.client_id)
            {
                return Err(place(ServiceError::bad_request(
                    "the client_id is there twice",
                )));
            } else {
                added.push(new);
            }
        }
        let users = self.read_users(snapshot.users)?;
        let current = snapshot.v2.read(&self.state)?;
        self.state.replace(users, added);
        let v2::Imported {
            users,
            applications,
            default_keys,
        } = current;
        self.state.v2.replace(users, applications);
        let default = self.state.v2.default_application();
        default.replace_added_keys(default_keys);
        if let Some(party) = default_party {
            *self.state.default_application().relying_party() = party;
        }
        Ok(())
    }

    /// Begins with an export, and goes back to it after each reset.
    pub(crate) fn seed(&self, text: &str) -> Result<(), ServiceError> {
        self.import(text)?;
        // As it is now: its passwords are hashed, and its ids stay the same.
        let _ = self.state.seed.set(self.export().to_string());
        Ok(())
    }

    fn read_users(&self, snapshots: Vec<UserSnapshot>) -> Result<Users, ServiceError> {
        let (mut users, mut ids, mut passkeys) = (Users::default(), HashSet::new(), HashSet::new());
        for (index, snapshot) in snapshots.into_iter().enumerate() {
            let read = || {
                let credentials = snapshot.credentials.into_iter();
                let credentials: Vec<_> = credentials
                    .map(|credential| credential.read(&self.state))
                    .collect::<Result<_, _>>()?;
                let id = snapshot.id.unwrap_or_else(uuid);
                let duplicate = credentials
                    .iter()
                    .any(|credential| match &credential.material {
                        Material::Fido2 { key, .. } => !passkeys.insert(key.credential_id.clone()),
                        _ => false,
                    });
                if duplicate || !ids.insert(id.clone()) {
                    return Err(ServiceError::bad_request("an id is there twice"));
                }
                let now = self.state.clock.now();
                let created = snapshot.created_at_ms.unwrap_or(now);
                let client_id = snapshot.client_id.as_deref().unwrap_or(self.client_id());
                let user = users.add_with_id(id, &snapshot.username, client_id, created)?;
                user.updated = snapshot.updated_at_ms.unwrap_or(created);
                user.active = snapshot.active;
                user.contacts = snapshot.contacts;
                user.credentials = credentials;
                Ok(())
            };
            read().map_err(|error: ServiceError| {
                invalid(format_args!("users[{index}]: {}", error.message))
            })?;
        }
        Ok(users)
    }
}

fn export(application: &Application) -> ApplicationSnapshot {
    let relying_party = application.relying_party();
    ApplicationSnapshot {
        client_id: application.client_id.clone(),
        kind: application.kind,
        public_key: application.key.as_ref().map(|key| key.pem().to_owned()),
        rp_id: Some(relying_party.rp_id().to_owned()),
        origins: relying_party.origins(),
    }
}

impl ApplicationSnapshot {
    fn read(self) -> Result<Application, ServiceError> {
        let key = self.public_key.map(|pem| read_key(&pem)).transpose()?;
        let mut relying_party = RelyingParty::new(self.rp_id.as_deref(), &[])?;
        for AllowedOrigin { origin, rp_id } in &self.origins {
            relying_party.allow(origin, Some(rp_id))?;
        }
        Ok(Application::new(
            self.client_id,
            self.kind,
            key,
            relying_party,
        ))
    }
}

fn read_key(pem: &str) -> Result<VerifyingKey, ServiceError> {
    VerifyingKey::from_pem(pem)
        .ok_or_else(|| ServiceError::bad_request("public_key must be a P-256 key as SPKI PEM"))
}

impl From<&User> for UserSnapshot {
    fn from(user: &User) -> Self {
        Self {
            id: Some(user.id.clone()),
            username: user.username.clone(),
            active: user.active,
            client_id: Some(user.client_id.clone()),
            created_at_ms: Some(user.created),
            updated_at_ms: Some(user.updated),
            contacts: user.contacts.clone(),
            credentials: user
                .credentials
                .iter()
                .map(CredentialSnapshot::from)
                .collect(),
        }
    }
}

impl From<&Credential> for CredentialSnapshot {
    fn from(credential: &Credential) -> Self {
        let mut snapshot = Self {
            uuid: Some(credential.uuid.clone()),
            kind: credential.kind,
            status: credential.status,
            name: credential.name.clone(),
            created_at_ms: Some(credential.created),
            updated_at_ms: Some(credential.updated),
            passkey: None,
            roaming: false,
            password: None,
            password_hash: None,
            public_key: None,
            scan: None,
        };
        match &credential.material {
            Material::None => {}
            Material::Fido2 { key, roaming } => {
                snapshot.passkey = Some(key.clone());
                snapshot.roaming = *roaming;
            }
            Material::Password(hash) => snapshot.password_hash = Some(hash.clone()),
            Material::PublicKey(key) => snapshot.public_key = Some(key.pem().to_owned()),
            Material::DocScan(scan) => snapshot.scan = Some(*scan),
        }
        snapshot
    }
}

impl CredentialSnapshot {
    fn read(self, state: &State) -> Result<Credential, ServiceError> {
        let now = state.clock.now();
        let created = self.created_at_ms.unwrap_or(now);
        let material = match (
            self.passkey,
            self.password,
            self.password_hash,
            self.public_key,
            self.scan,
        ) {
            (None, None, None, None, None) => Material::None,
            (Some(key), None, None, None, None) => Material::Fido2 {
                key,
                roaming: self.roaming,
            },
            (None, Some(password), None, None, None) => {
                Material::Password(passwords::hash_blocking(&password)?)
            }
            (None, None, Some(hash), None, None) if passwords::is_hash(&hash) => {
                Material::Password(hash)
            }
            (None, None, Some(_), None, None) => {
                return Err(ServiceError::bad_request("password_hash is not a hash"));
            }
            (None, None, None, Some(pem), None) => Material::PublicKey(Arc::new(read_key(&pem)?)),
            (None, None, None, None, Some(scan)) => Material::DocScan(scan),
            _ => {
                return Err(ServiceError::bad_request(
                    "a credential has one of passkey, password, password_hash, public_key and scan",
                ));
            }
        };
        let of_its_type = match material {
            Material::None => true,
            Material::Fido2 { .. } => self.kind == CredentialType::Fido2,
            Material::Password(_) => self.kind == CredentialType::Password,
            Material::PublicKey(_) => self.kind == CredentialType::PublicKey,
            Material::DocScan(_) => self.kind == CredentialType::Authid,
        };
        if !of_its_type {
            return Err(ServiceError::bad_request(
                "the type of a credential is not that of its key or password",
            ));
        }
        Ok(Credential {
            uuid: self.uuid.unwrap_or_else(uuid),
            kind: self.kind,
            status: self.status,
            name: self.name,
            material,
            created,
            updated: self.updated_at_ms.unwrap_or(created),
        })
    }
}
