//! Passkeys of the current service.

use serde_json::{Value, json};

use crate::encoding::base64url;
use crate::state::clock::{Millis, timestamp};
use crate::webauthn::RegisteredKey;

/// A passkey.
#[derive(Clone)]
pub struct Passkey {
    pub id: String,
    pub name: String,
    pub credential_id: Vec<u8>,
    pub aaguid: [u8; 16],
    /// Who provides such passkeys, if it is known.
    pub provider: Option<&'static str>,
    /// The key; none for the passkey of a device that the control API plays.
    pub key: Option<RegisteredKey>,
    /// Whether it is the same on all devices of the user.
    pub synced: bool,
    /// As the browser named them.
    pub transports: Vec<String>,
    pub created: Millis,
    pub last_used: Option<Use>,
}

/// A login or confirmation with a passkey.
#[derive(Clone)]
pub struct Use {
    pub at: Millis,
    /// The client, if it said what it is.
    pub device: Option<String>,
}

impl Passkey {
    /// The passkey as in lists. What is not known is left out: the browser SDK takes no `null`.
    pub fn view(&self) -> Value {
        let mut view = json!({
            "id": self.id,
            "name": self.name,
            "createdAt": timestamp(self.created),
            "aaguid": self.aaguid(),
            "credentialId": base64url(&self.credential_id),
            "credentialSynced": self.synced,
        });
        if let Some(provider) = self.provider {
            view["providerName"] = json!(provider);
        }
        if let Some(last) = &self.last_used {
            view["lastUsedAt"] = json!(timestamp(last.at));
            if let Some(device) = &last.device {
                view["lastUsedFromDevice"] = json!(device);
            }
        }
        view
    }

    /// The WebAuthn descriptor.
    pub fn descriptor(&self) -> Value {
        let mut descriptor = json!({"type": "public-key", "id": base64url(&self.credential_id)});
        if !self.transports.is_empty() {
            descriptor["transports"] = json!(self.transports);
        }
        descriptor
    }

    fn aaguid(&self) -> String {
        uuid::Uuid::from_bytes(self.aaguid).to_string()
    }
}
