//! Registration: a new user with their first credential.

use serde_json::json;

use super::answer::{Answer, Reply};
use super::attestation::{Attestation, KeyOptions, KeyOwner, begin_key, require_new_key};
use super::call::Call;
use super::passwords;
use super::token::Identity;
use crate::encoding::uuid;
use crate::error::ServiceError;
use crate::state::ceremony::Ceremony;
use crate::state::credential::{Credential, CredentialType, Material};

/// Starts a registration with a key. The user exists once it is completed.
pub async fn fido2_init(call: Call) -> Reply {
    let options = KeyOptions::read(&call.body)?;
    let username = call.new_username()?.to_owned();
    let mut world = call.state.world();
    world.users.require_free(&username)?;
    let owner = KeyOwner {
        user_id: uuid(),
        username: username.clone(),
        exclude: Vec::new(),
    };
    let payload = begin_key(&call, &mut world, owner, options, |key| {
        Ceremony::Register { username, key }
    });
    let mut answer = json!({"attestation_payload": payload});
    let options = call.body.optional_object("options")?;
    if let Some(session) = options.and_then(|options| options.value("register_session")) {
        answer["register_session"] = session;
    }
    Ok(Answer::Json(answer))
}

/// Adds the user with the key that their device created.
pub async fn fido2_complete(call: Call) -> Reply {
    let attestation = Attestation::read(&call.body)?;
    let now = call.now();
    let (username, key) = {
        let mut world = call.state.world();
        let Ceremony::Register { username, key } =
            call.take_ceremony(&mut world, &attestation.challenge)?
        else {
            return Err(ServiceError::invalid_challenge(
                "The challenge is for something else",
            ));
        };
        if call.subject.username.as_ref() != Some(&username) {
            return Err(ServiceError::invalid_challenge(
                "The challenge is for another user",
            ));
        }
        (username, key)
    };
    let credential = attestation.verify(&call.application, &key, now)?;
    let identity = {
        let mut world = call.state.world();
        require_new_key(&world, &credential)?;
        let client_id = &call.application.client_id;
        let user = world
            .users
            .add_with_id(key.user_id, &username, client_id, now)?;
        user.credentials.push(credential.clone());
        Identity::from(&*user)
    };
    call.authenticated(&identity, "register", Some(&credential))
}

/// Adds a user with a password.
pub async fn password(call: Call) -> Reply {
    let username = call.new_username()?;
    let password = call.body.text("password")?;
    if call.body.text("password_confirmation")? != password {
        return Err(ServiceError::refused(
            "password_mismatch",
            "The password and its confirmation differ",
        ));
    }
    if password.chars().count() < 8 {
        return Err(ServiceError::refused(
            "weak_password",
            "A password has at least 8 characters",
        ));
    }
    call.state.world().users.require_free(username)?;
    let hash = passwords::hash(password.to_owned()).await?;
    let now = call.now();
    let material = Material::Password(hash);
    let credential = Credential::new(CredentialType::Password, "Password", material, now);
    let identity = {
        let mut world = call.state.world();
        let user = world
            .users
            .add(username, &call.application.client_id, now)?;
        user.credentials.push(credential.clone());
        Identity::from(&*user)
    };
    call.authenticated(&identity, "register", Some(&credential))
}
