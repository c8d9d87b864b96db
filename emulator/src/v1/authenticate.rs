//! Login with a password or an authenticator.

use super::answer::Reply;
use super::assertion::{Assertion, begin_assertion};
use super::call::Call;
use super::passwords;
use super::token::Identity;
use crate::error::ServiceError;
use crate::state::ceremony::Ceremony;
use crate::state::credential::{Credential, Material};

/// Logs in with a password.
pub async fn password(call: Call) -> Reply {
    let wrong = || ServiceError::not_authenticated("the password is wrong");
    let password = call.body.text("password")?.to_owned();
    let (identity, credential, hash) = {
        let world = call.state.world();
        let user = world.users.find_active(&call.subject)?;
        let (credential, hash) = user
            .active_credentials()
            .find_map(password_of)
            .ok_or_else(wrong)?;
        (Identity::from(user), credential.clone(), hash.to_owned())
    };
    if !passwords::matches(password, hash).await {
        return Err(wrong());
    }
    call.authenticated(&identity, "login", Some(&credential))
}

fn password_of(credential: &Credential) -> Option<(&Credential, &str)> {
    match &credential.material {
        Material::Password(hash) => Some((credential, hash)),
        _ => None,
    }
}

/// Asks for a signature with any of the user's keys.
pub async fn fido2_init(call: Call) -> Reply {
    begin_assertion(&call, |user_id, rp_id| Ceremony::Login { user_id, rp_id })
}

/// Logs in with that signature.
pub async fn fido2_complete(call: Call) -> Reply {
    let assertion = Assertion::of_login(&call.body)?;
    let (identity, rp_id) = {
        let mut world = call.state.world();
        let ceremony = call.take_ceremony(&mut world, &assertion.challenge)?;
        let identity = Identity::from(world.users.find(&call.subject)?);
        let rp_id = match ceremony {
            Ceremony::Login { user_id, rp_id } if user_id == identity.user_id => rp_id,
            _ => {
                return Err(ServiceError::invalid_challenge(
                    "The challenge is for another user or something else",
                ));
            }
        };
        (identity, rp_id)
    };
    let credential = assertion.verify(&call, &identity.user_id, &rp_id)?;
    call.authenticated(&identity, "login", Some(&credential))
}
