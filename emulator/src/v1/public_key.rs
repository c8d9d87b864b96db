//! Login with a key pair whose public key the service knows.

use std::sync::Arc;

use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use super::token::Identity;
use crate::encoding::{base64url, random, uuid};
use crate::error::ServiceError;
use crate::fields::Fields;
use crate::jws::{Jws, VerifyingKey};
use crate::state::application::IAT_WINDOW_S;
use crate::state::ceremony::Ceremony;
use crate::state::credential::{Credential, Material, credential_not_found};
use crate::state::user::{Subject, User};

/// Asks for an assertion signed with the user's key.
pub async fn login_init(call: Call) -> Reply {
    let given = read_public_key(&call.body)?;
    let mut world = call.state.world();
    let user = world.users.find_active(&call.subject)?;
    let (credential, key) = find_public_key(user, &given).ok_or_else(credential_not_found)?;
    let (challenge_id, server_nonce) = (uuid(), base64url(random::<24>()));
    let ceremony = Ceremony::PublicKeyLogin {
        user_id: user.id.clone(),
        credential_uuid: credential.uuid.clone(),
        server_nonce: server_nonce.clone(),
        key: Arc::clone(key),
    };
    call.begin_ceremony(&mut world, challenge_id.clone(), ceremony);
    Ok(Answer::Json(
        json!({"challenge_id": challenge_id, "server_nonce": server_nonce}),
    ))
}

/// Logs in with the signed assertion.
pub async fn login_complete(call: Call) -> Reply {
    let challenge_id = call.body.text("challenge_id")?;
    let assertion = call.body.text("assertion")?;
    let (identity, credential_uuid, server_nonce, key) = {
        let mut world = call.state.world();
        let ceremony = call.take_ceremony(&mut world, challenge_id)?;
        let user = world.users.find_active(&call.subject)?;
        match ceremony {
            Ceremony::PublicKeyLogin {
                user_id,
                credential_uuid,
                server_nonce,
                key,
            } if user_id == user.id => (Identity::from(user), credential_uuid, server_nonce, key),
            _ => {
                return Err(ServiceError::invalid_challenge(
                    "The challenge is for another user or something else",
                ));
            }
        }
    };
    let jws = key
        .verify(assertion)
        .ok_or_else(|| ServiceError::not_authenticated("the assertion's signature is wrong"))?;
    let expected = [
        ("challenge_id", challenge_id),
        ("server_nonce", &server_nonce),
        ("username", &identity.username),
    ];
    check_assertion(&jws, expected, call.state.clock.now_s())?;
    let credential = {
        let world = call.state.world();
        let user = world
            .users
            .find_active(&Subject::with_id(&identity.user_id))?;
        // It may have been revoked since the challenge was issued.
        user.active_credentials()
            .find(|credential| credential.uuid == credential_uuid)
            .cloned()
            .ok_or_else(credential_not_found)?
    };
    call.authenticated(&identity, "login", Some(&credential))
}

fn check_assertion(jws: &Jws, expected: [(&str, &str); 3], now: i64) -> Result<(), ServiceError> {
    if jws.header.contains_key("crit") || jws.header.get("typ").is_some_and(|typ| typ != "JWT") {
        return Err(ServiceError::not_authenticated(
            "the assertion's header is not {\"alg\":\"ES256\",\"typ\":\"JWT\"}",
        ));
    }
    for (name, value) in expected {
        if jws.claims.get(name).and_then(Value::as_str) != Some(value) {
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

/// The public key in a body. Its algorithm can only be ES256.
pub fn read_public_key(body: &Fields) -> Result<VerifyingKey, ServiceError> {
    if !matches!(body.optional_text("publickey_alg")?, None | Some("ES256")) {
        return Err(ServiceError::bad_request("publickey_alg must be ES256"));
    }
    let key = VerifyingKey::from_pem(body.text("publickey")?);
    key.ok_or_else(|| ServiceError::bad_request("publickey must be a P-256 key as SPKI PEM"))
}

/// The user's active credential with this key.
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
