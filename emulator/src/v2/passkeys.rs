//! The passkeys of a user.

use serde_json::Value;

use super::answer::{Answer, Reply};
use super::authenticators;
use super::call::Call;
use super::error::{forbidden, not_found};
use crate::error::ServiceError;
use crate::state::v2::World;
use crate::state::v2::passkey::Passkey;
use crate::state::v2::user::{User, user_not_found};

/// All passkeys of the user, the oldest first.
pub async fn list(call: Call) -> Reply {
    let world = call.state.v2.world();
    let passkeys: Value = call
        .user(&world)?
        .passkeys
        .iter()
        .map(Passkey::view)
        .collect();
    Ok(Answer::Json(passkeys))
}

/// Renames a passkey.
pub async fn rename(call: Call) -> Reply {
    let name = call.body.text("name")?.to_owned();
    let mut world = call.state.v2.world();
    let user = owner(&call, &mut world)?;
    let id = call.parameter("id");
    let passkey = user.passkeys.iter_mut().find(|passkey| passkey.id == id);
    passkey.ok_or_else(unknown)?.name = name;
    Ok(Answer::Nothing)
}

/// Deletes a passkey, also the last one.
pub async fn delete(call: Call) -> Reply {
    let mut world = call.state.v2.world();
    let user = owner(&call, &mut world)?;
    let id = call.parameter("id");
    user.passkeys.retain(|passkey| passkey.id != id);
    Ok(Answer::Nothing)
}

/// What is known about a kind of authenticator.
pub async fn authenticator(call: Call) -> Reply {
    let aaguid = uuid::Uuid::try_parse(call.parameter("aaguid"))
        .map_err(|_| ServiceError::bad_request("The aaguid must be a UUID"))?;
    let known = authenticators::describe(aaguid.as_bytes());
    known
        .map(Answer::Json)
        .ok_or_else(|| not_found("There is no authenticator with this aaguid"))
}

/// The user of the token, if the passkey of the path is theirs. Another's is told apart from one that does not
/// exist.
fn owner<'a>(call: &Call, world: &'a mut World) -> Result<&'a mut User, ServiceError> {
    let user_id = call.user(world)?.id.clone();
    let (application_id, passkey_id) = (&call.application.id, call.parameter("id"));
    let has_it = |user: &&User| user.passkeys.iter().any(|passkey| passkey.id == passkey_id);
    let owner = world.users.of(application_id).find(has_it);
    if owner.ok_or_else(unknown)?.id != user_id {
        return Err(forbidden("The passkey is another user's"));
    }
    let user = world.users.find_mut(application_id, &user_id);
    user.ok_or_else(user_not_found)
}

fn unknown() -> ServiceError {
    not_found("There is no such passkey")
}
