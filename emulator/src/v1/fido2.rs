//! What attestations and assertions share: a user's keys, and the values the verifier expects.

use serde_json::{Value, json};

use crate::encoding::base64url;
use crate::json;
use crate::origin::Origin;
use crate::state::application::Application;
use crate::state::credential::{Credential, Material};
use crate::state::user::User;
use crate::webauthn::{Expected, RegisteredKey};

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

/// What the verifier checks the browser's answer against.
pub fn expected(
    application: &Application,
    rp_id: &str,
    challenge: &str,
    client_data: &[u8],
) -> Expected {
    // The verifier compares whole origins, and any port of this machine is allowed: the origin of the
    // answer is the expected one if it is allowed at all.
    let origin =
        json::object(client_data).and_then(|data| data.get("origin")?.as_str().map(str::to_owned));
    let allowed = origin.filter(|origin| {
        Origin::parse_exact(origin)
            .is_some_and(|origin| application.relying_party().accepts(&origin, rp_id))
    });
    Expected {
        challenge: challenge.to_owned(),
        origins: allowed.into_iter().collect(),
        rp_id: rp_id.to_owned(),
        require_user_verification: true,
    }
}
