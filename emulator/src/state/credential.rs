//! Credentials: what a user can log in with.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock::{Millis, timestamp};
use super::user::User;
use crate::encoding::uuid;
use crate::error::ServiceError;
use crate::jws::VerifyingKey;
use crate::webauthn::RegisteredKey;

/// The kind of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialType {
    /// A WebAuthn authenticator.
    Fido2,
    /// A password.
    Password,
    /// A key pair whose public half the service knows.
    PublicKey,
    /// A scanned identity document.
    Authid,
    /// A recovery phrase.
    RecoveryCode,
}

/// Where a credential is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialStatus {
    /// Usable.
    Active,
    /// Begun but not completed, or completed without being activated.
    Inactive,
    /// Withdrawn for good.
    Revoked,
    /// Removed.
    Deleted,
}

/// What a credential is checked against.
#[derive(Clone)]
pub enum Material {
    /// Nothing: the entry is there to be listed and managed, not to log in with.
    None,
    /// The key of an authenticator.
    Fido2 { key: RegisteredKey, roaming: bool },
    /// A password, hashed.
    Password(String),
    /// A public key.
    PublicKey(Arc<VerifyingKey>),
    /// The latest scan of the document.
    DocScan(Scan),
}

/// One scan of a document. Who scans and what comes out is the tester's to decide.
#[derive(Clone, Copy, Default)]
pub struct Scan {
    /// Whether it passed; `None` while it goes on.
    pub passed: Option<bool>,
    /// Whether it was used to log in.
    pub used: bool,
}

impl Scan {
    /// The outcome of a scan that is over.
    pub fn outcome(self) -> Result<bool, ServiceError> {
        self.passed.ok_or_else(|| {
            ServiceError::refused("scan_not_completed", "The document was not scanned yet")
        })
    }
}

/// One credential of one user.
#[derive(Clone)]
pub struct Credential {
    pub uuid: String,
    pub kind: CredentialType,
    pub status: CredentialStatus,
    pub name: String,
    pub material: Material,
    created: Millis,
    updated: Millis,
}

impl Credential {
    /// A usable credential.
    pub fn new(kind: CredentialType, name: &str, material: Material, now: Millis) -> Self {
        let name = name.to_owned();
        Self {
            uuid: uuid(),
            kind,
            status: CredentialStatus::Active,
            name,
            material,
            created: now,
            updated: now,
        }
    }

    pub fn is_active(&self) -> bool {
        self.status == CredentialStatus::Active
    }

    /// The credential as lists show it.
    pub fn view(&self) -> Value {
        json!({
            "uuid": self.uuid,
            "type": self.kind,
            "status": self.status,
            "name": self.name,
            "created_at": timestamp(self.created),
            "updated_at": timestamp(self.updated),
        })
    }

    /// The credential as an authentication response names it.
    pub fn summary(&self) -> Value {
        json!({"uuid": self.uuid, "type": self.kind, "name": self.name})
    }

    pub fn rename(&mut self, name: &str, now: Millis) {
        self.name = name.to_owned();
        self.updated = now;
    }

    pub fn set_status(&mut self, status: CredentialStatus, now: Millis) {
        self.status = status;
        self.updated = now;
    }

    /// Withdraws the credential; that is done once.
    pub fn revoke(&mut self, now: Millis) -> Result<(), ServiceError> {
        if self.status == CredentialStatus::Revoked {
            return Err(ServiceError::refused(
                "credential_already_revoked",
                "The credential is already revoked",
            ));
        }
        self.set_status(CredentialStatus::Revoked, now);
        Ok(())
    }
}

impl User {
    /// The user's credential with this id.
    pub fn credential_mut(&mut self, uuid: &str) -> Result<&mut Credential, ServiceError> {
        self.credentials
            .iter_mut()
            .find(|credential| credential.uuid == uuid)
            .ok_or_else(credential_not_found)
    }

    /// The user's usable credentials.
    pub fn active_credentials(&self) -> impl Iterator<Item = &Credential> {
        self.credentials
            .iter()
            .filter(|credential| credential.is_active())
    }
}

/// The refusal for a credential the user does not have, or can no longer use.
pub fn credential_not_found() -> ServiceError {
    ServiceError::not_found("credential_not_found", "The user has no such credential")
}
