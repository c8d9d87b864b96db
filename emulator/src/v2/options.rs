//! The WebAuthn options that the browser gets. Members without a value are left out: the browser SDK takes no `null`.

use serde_json::{Value, json};

use crate::state::v2::session::{self, Challenge, Registration};
use crate::state::v2::user::User;

/// ES256 and RS256, the algorithms that the service offers. Keys of others are refused.
pub const ALGORITHMS: [i32; 2] = [-7, -257];

/// The options to create a passkey. `user.id` is the id of the user as it is: it is base64url itself.
pub fn creation(
    registration: &Registration,
    existing: Option<&User>,
    display_name: Option<&str>,
    security_key: bool,
) -> Value {
    let Registration {
        challenge,
        user_id,
        username,
        ..
    } = registration;
    let exclude: Vec<_> = descriptors(existing);
    let mut selection = json!({
        "residentKey": "preferred",
        "requireResidentKey": false,
        "userVerification": "required",
    });
    if security_key {
        selection["authenticatorAttachment"] = json!("cross-platform");
    }
    json!({
        "rp": {"id": challenge.rp_id, "name": "LoginID emulator"},
        "user": {
            "id": user_id,
            "name": username,
            "displayName": display_name.unwrap_or(username),
        },
        "challenge": challenge.text,
        "pubKeyCredParams": ALGORITHMS.map(|alg| json!({"type": "public-key", "alg": alg})),
        "excludeCredentials": exclude,
        "authenticatorSelection": selection,
        "attestation": "none",
        "timeout": session::LIFE,
    })
}

/// The options to sign with a passkey of this user, or with any passkey that the device has.
pub fn request(challenge: &Challenge, user: Option<&User>) -> Value {
    json!({
        "rpId": challenge.rp_id,
        "challenge": challenge.text,
        "allowCredentials": descriptors(user),
        "userVerification": "required",
        "timeout": session::LIFE,
    })
}

fn descriptors(user: Option<&User>) -> Vec<Value> {
    let passkeys = user.into_iter().flat_map(|user| &user.passkeys);
    passkeys.map(|passkey| passkey.descriptor()).collect()
}
