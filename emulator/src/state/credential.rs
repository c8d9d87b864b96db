//! Credentials of users.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock::{Millis, timestamp};
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
    /// A key pair of which the service has the public key.
    PublicKey,
    /// A scanned identity document.
    Authid,
    /// A recovery phrase.
    RecoveryCode,
}

/// The status of a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CredentialStatus {
    /// Usable.
    Active,
    /// Not completed yet.
    Pending,
    /// Not usable for now.
    Inactive,
    /// Revoked for good.
    Revoked,
    /// Removed.
    Deleted,
}

/// What a login with the credential is checked against.
#[derive(Clone)]
pub enum Material {
    /// Nothing: the credential can be listed and managed, not used to log in.
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

/// One scan of a document. The control API sets its result.
#[derive(Clone, Copy, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Scan {
    /// Whether it passed; `None` while it is pending.
    pub passed: Option<bool>,
    /// Whether it was used to log in.
    pub used: bool,
}

impl Scan {
    /// The result of a completed scan.
    pub fn result(self) -> Result<bool, ServiceError> {
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
    pub created: Millis,
    pub updated: Millis,
}

impl Credential {
    /// An active credential.
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

    /// The credential as in lists.
    pub fn view(&self) -> Value {
        json!({
            "id": self.uuid,
            "uuid": self.uuid,
            "type": self.kind,
            "status": self.status,
            "name": self.name,
            "created_at": timestamp(self.created),
            "updated_at": timestamp(self.updated),
        })
    }

    /// The credential as in an authentication response.
    pub fn summary(&self) -> Value {
        json!({"id": self.uuid, "uuid": self.uuid, "type": self.kind, "name": self.name})
    }

    pub fn rename(&mut self, name: &str, now: Millis) {
        self.name = name.to_owned();
        self.updated = now;
    }

    pub fn set_status(&mut self, status: CredentialStatus, now: Millis) {
        self.status = status;
        self.updated = now;
    }

    /// Revokes the credential, if it is not revoked yet.
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

/// The error for a credential that the user does not have or can no longer use.
pub fn credential_not_found() -> ServiceError {
    ServiceError::not_found("credential_not_found", "The user has no such credential")
}
