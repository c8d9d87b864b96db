//! Further credentials for a user who is already there.

use std::sync::Arc;

use serde_json::json;

use super::answer::{Answer, Identity, Reply, authentication_response};
use super::authenticate::{find_public_key, public_key};
use super::call::Call;
use super::codes::Presented;
use super::fido2::{Attestation, KeyOptions, KeyOrder, begin_key, credential_name};
use crate::error::ServiceError;
use crate::state::ceremony::Ceremony;
use crate::state::clock::timestamp;
use crate::state::code::{Purpose, Use};
use crate::state::credential::{Credential, CredentialStatus, CredentialType, Material};
use crate::words::phrase;

/// Asks a user's new device for a key, on the strength of a code another device authorized.
pub async fn fido2_init_with_code(call: Call) -> Reply {
    let presented = Presented::read(&call.body)?;
    let options = KeyOptions::read(&call.body)?;
    let (_, outcome) = presented.consume(&call.state, &call.subject, Purpose::AddCredential)?;
    match outcome {
        Use::Done => begin(&call, options),
        Use::Pending { .. } => Err(ServiceError::refused(
            "code_not_authorized",
            "The code is not authorized",
        )),
    }
}

/// Asks a user's new device for a key because the application says so.
pub async fn fido2_init_forced(call: Call) -> Reply {
    let options = KeyOptions::read(&call.body)?;
    begin(&call, options)
}

fn begin(call: &Call, options: KeyOptions) -> Reply {
    let mut world = call.state.world();
    let user = world.users.find(&call.subject)?;
    user.require_active()?;
    let order = KeyOrder::another(user);
    let payload = begin_key(call, &mut world, order, options, |key| Ceremony::AddKey {
        key,
    });
    Ok(Answer::Json(json!({"attestation_payload": payload})))
}

/// Adds the key the device has made.
pub async fn fido2_complete(call: Call) -> Reply {
    let attestation = Attestation::read(&call.body)?;
    let now = call.state.clock.now();
    let (who, credential) = {
        let mut world = call.state.world();
        let ceremony =
            world
                .ceremonies
                .take(&attestation.challenge, &call.application.client_id, now)?;
        let who = Identity::from(world.users.find(&call.subject)?);
        let Ceremony::AddKey { key } = ceremony else {
            return Err(ServiceError::refused(
                "invalid_challenge",
                "The challenge is for something else",
            ));
        };
        if key.user_id != who.user_id {
            return Err(ServiceError::refused(
                "invalid_challenge",
                "The challenge is for another user",
            ));
        }
        let credential = attestation.credential(&call.state, &world, &key, now)?;
        let user = world.users.find_mut(&call.subject)?;
        user.require_active()?;
        user.credentials.push(credential.clone());
        (who, credential)
    };
    added(&call, &who, &credential)
}

/// Adds the public half of a key pair.
pub async fn public_key_credential(call: Call) -> Reply {
    let key = public_key(&call)?;
    let name = credential_name(&call.body, "Public key")?;
    let (who, credential) = {
        let mut world = call.state.world();
        let user = world.users.find_mut(&call.subject)?;
        user.require_active()?;
        if find_public_key(user, &key).is_some() {
            return Err(ServiceError::refused(
                "credential_already_exists",
                "The user already has this key",
            ));
        }
        let material = Material::PublicKey(Arc::new(key));
        let credential = Credential::new(
            CredentialType::PublicKey,
            &name,
            material,
            call.state.clock.now(),
        );
        user.credentials.push(credential.clone());
        (Identity::from(&*user), credential)
    };
    added(&call, &who, &credential)
}

/// Makes a recovery phrase; the one before it is withdrawn. No documented call takes the phrase, so only
/// its entry is kept.
pub async fn recovery_code(call: Call) -> Reply {
    let now = call.state.clock.now();
    let mut world = call.state.world();
    let user = world.users.find_mut(&call.subject)?;
    for credential in &mut user.credentials {
        if credential.kind == CredentialType::RecoveryCode && credential.is_active() {
            credential.set_status(CredentialStatus::Revoked, now);
        }
    }
    user.credentials.push(Credential::new(
        CredentialType::RecoveryCode,
        "Recovery code",
        Material::None,
        now,
    ));
    Ok(Answer::Json(
        json!({"code": phrase(12), "created_at": timestamp(now)}),
    ))
}

fn added(call: &Call, who: &Identity, credential: &Credential) -> Reply {
    let response = authentication_response(
        &call.state,
        &call.application,
        who,
        "add_credential",
        Some(credential),
    );
    Ok(Answer::Json(response))
}
