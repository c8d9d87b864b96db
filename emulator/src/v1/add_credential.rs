//! Further credentials for existing users.

use std::sync::Arc;

use serde_json::json;

use super::answer::{Answer, Reply};
use super::attestation::{
    Attestation, KeyOptions, KeyOwner, begin_key, credential_name, require_new_key,
};
use super::call::Call;
use super::codes::{consume, not_authorized, presented_code};
use super::public_key::{find_public_key, read_public_key};
use super::token::Identity;
use crate::error::ServiceError;
use crate::state::ceremony::Ceremony;
use crate::state::clock::timestamp;
use crate::state::code::{CodeUse, Purpose};
use crate::state::credential::{Credential, CredentialStatus, CredentialType, Material};
use crate::state::user::Subject;
use crate::words::phrase;

/// Starts the registration of a key on a user's new device, with a code that another device authorized.
pub async fn fido2_init_with_code(call: Call) -> Reply {
    let code = presented_code(&call.body, Purpose::AddCredential)?;
    let options = KeyOptions::read(&call.body)?;
    match consume(&call, &code)?.1 {
        CodeUse::Done => begin(&call, options),
        CodeUse::Pending { .. } => Err(not_authorized("The code is not authorized")),
    }
}

/// Starts the registration of a key on a user's new device, without a code, because the application forces it.
pub async fn fido2_init_forced(call: Call) -> Reply {
    let options = KeyOptions::read(&call.body)?;
    begin(&call, options)
}

fn begin(call: &Call, options: KeyOptions) -> Reply {
    let mut world = call.state.world();
    let user = world.users.find_active(&call.subject)?;
    let owner = KeyOwner::existing(user);
    let payload = begin_key(call, &mut world, owner, options, |key| Ceremony::AddKey {
        key,
    });
    Ok(Answer::Json(json!({"attestation_payload": payload})))
}

/// Adds the key that the device created.
pub async fn fido2_complete(call: Call) -> Reply {
    let attestation = Attestation::read(&call.body)?;
    let (identity, key) = {
        let mut world = call.state.world();
        let ceremony = call.take_ceremony(&mut world, &attestation.challenge)?;
        let identity = Identity::from(world.users.find(&call.subject)?);
        let Ceremony::AddKey { key } = ceremony else {
            return Err(ServiceError::invalid_challenge(
                "The challenge is for something else",
            ));
        };
        if key.user_id != identity.user_id {
            return Err(ServiceError::invalid_challenge(
                "The challenge is for another user",
            ));
        }
        (identity, key)
    };
    let credential = attestation.verify(&call.application, &key, call.now())?;
    {
        let mut world = call.state.world();
        require_new_key(&world, &credential)?;
        let user = world
            .users
            .find_active_mut(&Subject::with_id(&identity.user_id))?;
        user.credentials.push(credential.clone());
    }
    call.authenticated(&identity, "add_credential", Some(&credential))
}

/// Adds the public key of a key pair.
pub async fn public_key_credential(call: Call) -> Reply {
    let key = read_public_key(&call.body)?;
    let name = credential_name(&call.body, "Public key")?;
    let (identity, credential) = {
        let mut world = call.state.world();
        let user = world.users.find_active_mut(&call.subject)?;
        if find_public_key(user, &key).is_some() {
            return Err(ServiceError::refused(
                "credential_already_exists",
                "The user already has this key",
            ));
        }
        let material = Material::PublicKey(Arc::new(key));
        let credential = Credential::new(CredentialType::PublicKey, &name, material, call.now());
        user.credentials.push(credential.clone());
        (Identity::from(&*user), credential)
    };
    call.authenticated(&identity, "add_credential", Some(&credential))
}

/// Creates a recovery phrase and revokes the previous one. No documented call takes the phrase, so only
/// the credential is stored.
pub async fn recovery_code(call: Call) -> Reply {
    let now = call.now();
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
