//! Log-in with a password, an authenticator, or a key pair.

use std::sync::Arc;

use serde_json::{Value, json};

use super::answer::{Answer, Identity, Reply, authentication_response};
use super::call::Call;
use super::fido2::{Assertion, assertion_payload};
use super::passwords;
use crate::encoding::{base64url, random, uuid};
use crate::error::ServiceError;
use crate::jws::{Jws, VerifyingKey};
use crate::state::application::IAT_WINDOW_S;
use crate::state::ceremony::Ceremony;
use crate::state::credential::{Credential, Material, credential_not_found};
use crate::state::user::User;

/// Logs in with a password.
pub async fn password(call: Call) -> Reply {
    let wrong = || ServiceError::not_authenticated("the password is wrong");
    let password = call.body.text("password")?.to_owned();
    let (who, credential, hash) = {
        let world = call.state.world();
        let user = world.users.find(&call.subject)?;
        user.require_active()?;
        let (credential, hash) = user
            .active_credentials()
            .find_map(password_of)
            .ok_or_else(wrong)?;
        (Identity::from(user), credential.clone(), hash.to_owned())
    };
    if !passwords::matches(password, hash).await {
        return Err(wrong());
    }
    logged_in(&call, &who, &credential)
}

fn password_of(credential: &Credential) -> Option<(&Credential, &str)> {
    match &credential.material {
        Material::Password(hash) => Some((credential, hash)),
        _ => None,
    }
}

/// Asks for a signature with any of the user's keys.
pub async fn fido2_init(call: Call) -> Reply {
    let mut world = call.state.world();
    let user = world.users.find(&call.subject)?;
    user.require_active()?;
    let challenge = base64url(random::<32>());
    let payload = assertion_payload(user, &challenge)?;
    let ceremony = Ceremony::Login {
        user_id: user.id.clone(),
    };
    world.ceremonies.begin(
        challenge,
        &call.application.client_id,
        ceremony,
        call.state.clock.now(),
    );
    Ok(Answer::Json(json!({"assertion_payload": payload})))
}

/// Logs in with the signature asked for.
pub async fn fido2_complete(call: Call) -> Reply {
    let assertion = Assertion::of_login(&call.body)?;
    let (who, credential) = {
        let mut world = call.state.world();
        let now = call.state.clock.now();
        let ceremony =
            world
                .ceremonies
                .take(&assertion.challenge, &call.application.client_id, now)?;
        let who = Identity::from(world.users.find(&call.subject)?);
        if !matches!(&ceremony, Ceremony::Login { user_id } if *user_id == who.user_id) {
            return Err(foreign_challenge());
        }
        let credential = assertion.verify(&call.state, &mut world, &who.user_id)?;
        (who, credential)
    };
    logged_in(&call, &who, &credential)
}

/// Asks for a token signed with the user's key.
pub async fn publickey_init(call: Call) -> Reply {
    let given = public_key(&call)?;
    let mut world = call.state.world();
    let user = world.users.find(&call.subject)?;
    user.require_active()?;
    let (credential, key) = find_public_key(user, &given).ok_or_else(credential_not_found)?;
    let (challenge_id, server_nonce) = (uuid(), base64url(random::<24>()));
    let ceremony = Ceremony::PublicKeyLogin {
        user_id: user.id.clone(),
        credential_uuid: credential.uuid.clone(),
        server_nonce: server_nonce.clone(),
        key: Arc::clone(key),
    };
    let client_id = &call.application.client_id;
    world.ceremonies.begin(
        challenge_id.clone(),
        client_id,
        ceremony,
        call.state.clock.now(),
    );
    Ok(Answer::Json(
        json!({"challenge_id": challenge_id, "server_nonce": server_nonce}),
    ))
}

/// Logs in with the token asked for.
pub async fn publickey_complete(call: Call) -> Reply {
    let challenge_id = call.body.text("challenge_id")?;
    let assertion = call.body.text("assertion")?;
    let now = call.state.clock.now();
    let (who, credential) = {
        let mut world = call.state.world();
        let ceremony = world
            .ceremonies
            .take(challenge_id, &call.application.client_id, now)?;
        let user = world.users.find(&call.subject)?;
        user.require_active()?;
        let Ceremony::PublicKeyLogin {
            user_id,
            credential_uuid,
            server_nonce,
            key,
        } = ceremony
        else {
            return Err(foreign_challenge());
        };
        if user_id != user.id {
            return Err(foreign_challenge());
        }
        let jws = key
            .verify(assertion)
            .ok_or_else(|| ServiceError::not_authenticated("the assertion's signature is wrong"))?;
        check_assertion(
            &jws,
            challenge_id,
            &server_nonce,
            &user.username,
            call.state.clock.now_s(),
        )?;
        // It may have been revoked since the challenge was handed out.
        let credential = user
            .active_credentials()
            .find(|credential| credential.uuid == credential_uuid);
        (
            Identity::from(user),
            credential.cloned().ok_or_else(credential_not_found)?,
        )
    };
    logged_in(&call, &who, &credential)
}

fn check_assertion(
    jws: &Jws,
    challenge_id: &str,
    server_nonce: &str,
    username: &str,
    now: i64,
) -> Result<(), ServiceError> {
    let claim = |name| jws.claims.get(name).and_then(Value::as_str);
    if jws.header.contains_key("crit") || jws.header.get("typ").is_some_and(|typ| typ != "JWT") {
        return Err(ServiceError::not_authenticated(
            "the assertion's header is not {\"alg\":\"ES256\",\"typ\":\"JWT\"}",
        ));
    }
    for (name, expected) in [
        ("challenge_id", challenge_id),
        ("server_nonce", server_nonce),
        ("username", username),
    ] {
        if claim(name) != Some(expected) {
            return Err(ServiceError::not_authenticated(format!(
                "the assertion's {name} is not the expected one"
            )));
        }
    }
    let iat = jws.claims.get("iat").and_then(Value::as_i64);
    if iat.is_none_or(|iat| now.abs_diff(iat) > IAT_WINDOW_S.unsigned_abs()) {
        return Err(ServiceError::not_authenticated(
            "the assertion's iat is not within five minutes of now",
        ));
    }
    Ok(())
}

/// The public key of a body, whose algorithm can only be ES256.
pub fn public_key(call: &Call) -> Result<VerifyingKey, ServiceError> {
    if !matches!(
        call.body.optional_text("publickey_alg")?,
        None | Some("ES256")
    ) {
        return Err(ServiceError::bad_request("publickey_alg must be ES256"));
    }
    let key = VerifyingKey::from_pem(call.body.text("publickey")?);
    key.ok_or_else(|| ServiceError::bad_request("publickey must be a P-256 key as SPKI PEM"))
}

/// The user's usable credential with this key.
pub fn find_public_key<'a>(
    user: &'a User,
    key: &VerifyingKey,
) -> Option<(&'a Credential, &'a Arc<VerifyingKey>)> {
    user.active_credentials()
        .find_map(|credential| match &credential.material {
            Material::PublicKey(known) if known.pem() == key.pem() => Some((credential, known)),
            _ => None,
        })
}

fn foreign_challenge() -> ServiceError {
    ServiceError::refused(
        "invalid_challenge",
        "The challenge is for another user or something else",
    )
}

fn logged_in(call: &Call, who: &Identity, credential: &Credential) -> Reply {
    let response = authentication_response(
        &call.state,
        &call.application,
        who,
        "login",
        Some(credential),
    );
    Ok(Answer::Json(response))
}
