//! Registration: a new user comes with their first credential.

use serde_json::json;

use super::answer::{Answer, Identity, Reply, authentication_response};
use super::call::Call;
use super::fido2::{Attestation, KeyOptions, KeyOrder, begin_key};
use super::passwords;
use crate::encoding::uuid;
use crate::error::ServiceError;
use crate::state::ceremony::Ceremony;
use crate::state::credential::{Credential, CredentialType, Material};

/// Asks the user's device for a first key. The user comes to be when it answers.
pub async fn fido2_init(call: Call) -> Reply {
    let options = KeyOptions::read(&call.body)?;
    let username = call.body.text("username")?.to_owned();
    let mut world = call.state.world();
    world.users.require_free(&username)?;
    let order = KeyOrder {
        user_id: uuid(),
        username: username.clone(),
        exclude: Vec::new(),
    };
    let payload = begin_key(&call, &mut world, order, options, |key| {
        Ceremony::Register { username, key }
    });
    let mut answer = json!({"attestation_payload": payload});
    if let Some(session) = call
        .body
        .optional_object("options")?
        .and_then(|options| options.value("register_session"))
    {
        answer["register_session"] = session;
    }
    Ok(Answer::Json(answer))
}

/// Adds the user with the key their device has made.
pub async fn fido2_complete(call: Call) -> Reply {
    let attestation = Attestation::read(&call.body)?;
    let client_id = &call.application.client_id;
    let now = call.state.clock.now();
    let (who, credential) = {
        let mut world = call.state.world();
        let Ceremony::Register { username, key } =
            world
                .ceremonies
                .take(&attestation.challenge, client_id, now)?
        else {
            return Err(ServiceError::refused(
                "invalid_challenge",
                "The challenge is for something else",
            ));
        };
        if call.subject.username.as_ref() != Some(&username) {
            return Err(ServiceError::refused(
                "invalid_challenge",
                "The challenge is for another user",
            ));
        }
        let credential = attestation.credential(&call.state, &world, &key, now)?;
        let user = world
            .users
            .add_with_id(key.user_id, &username, client_id, now)?;
        user.credentials.push(credential.clone());
        (Identity::from(&*user), credential)
    };
    let response = authentication_response(
        &call.state,
        &call.application,
        &who,
        "register",
        Some(&credential),
    );
    Ok(Answer::Json(response))
}

/// Adds a user with a password.
pub async fn password(call: Call) -> Reply {
    let username = call.body.text("username")?;
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
    let now = call.state.clock.now();
    let credential = Credential::new(
        CredentialType::Password,
        "Password",
        Material::Password(hash),
        now,
    );
    let who = {
        let mut world = call.state.world();
        let user = world
            .users
            .add(username, &call.application.client_id, now)?;
        user.credentials.push(credential.clone());
        Identity::from(&*user)
    };
    let response = authentication_response(
        &call.state,
        &call.application,
        &who,
        "register",
        Some(&credential),
    );
    Ok(Answer::Json(response))
}
