//! Credentials: what a user can log in with.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock::{Millis, timestamp};
use super::user::User;
use crate::encoding::uuid;
use crate::error::ServiceError;

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

/// One credential of one user.
#[derive(Clone, Debug)]
pub struct Credential {
    pub uuid: String,
    pub kind: CredentialType,
    pub status: CredentialStatus,
    pub name: String,
    created: Millis,
    updated: Millis,
}

impl Credential {
    pub fn new(kind: CredentialType, status: CredentialStatus, name: &str, now: Millis) -> Self {
        Self {
            uuid: uuid(),
            kind,
            status,
            name: name.to_owned(),
            created: now,
            updated: now,
        }
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

    /// Withdraws the credential; that is done once.
    pub fn revoke(&mut self, now: Millis) -> Result<(), ServiceError> {
        if self.status == CredentialStatus::Revoked {
            return Err(ServiceError::refused(
                "credential_already_revoked",
                "The credential is already revoked",
            ));
        }
        self.status = CredentialStatus::Revoked;
        self.updated = now;
        Ok(())
    }
}

impl User {
    /// The user's credential with this id.
    pub fn credential_mut(&mut self, uuid: &str) -> Result<&mut Credential, ServiceError> {
        self.credentials
            .iter_mut()
            .find(|credential| credential.uuid == uuid)
            .ok_or_else(|| {
                ServiceError::not_found("credential_not_found", "The user has no such credential")
            })
    }
}
