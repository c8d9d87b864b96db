//! What attestations and assertions share: a user's keys.

use serde_json::{Value, json};

use crate::encoding::base64url;
use crate::state::credential::{Credential, Material};
use crate::state::user::User;
use crate::webauthn::RegisteredKey;

/// The user's keys, each with its credential and whether it is a roaming one.
pub fn keys(user: &User) -> impl Iterator<Item = (&Credential, &RegisteredKey, bool)> {
    user.credentials
        .iter()
        .filter_map(|credential| match &credential.material {
            Material::Fido2 { key, roaming } => Some((credential, key, *roaming)),
            _ => None,
        })
}

/// The user's active keys as WebAuthn credential descriptors.
pub fn descriptors(user: &User) -> Vec<Value> {
    let active = keys(user).filter(|(credential, ..)| credential.is_active());
    let descriptor = |(_, key, roaming): (&Credential, &RegisteredKey, bool)| {
        let transports = if roaming {
            json!(["usb", "nfc", "ble"])
        } else {
            json!(["internal"])
        };
        json!({"id": base64url(&key.credential_id), "type": "public-key", "transports": transports})
    };
    active.map(descriptor).collect()
}
