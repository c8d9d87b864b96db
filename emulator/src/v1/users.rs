//! User management.

use super::answer::{Answer, Reply};
use super::call::Call;
use crate::error::ServiceError;
use crate::state::user::ContactType;

/// Adds a user without credentials.
pub async fn create(call: Call) -> Reply {
    let username = call.new_username()?;
    let mut world = call.state.world();
    let user = world
        .users
        .add(username, &call.application.client_id, call.now())?;
    Ok(Answer::Json(user.profile(&call.state.namespace_id)))
}

/// Returns a user's profile.
pub async fn retrieve(call: Call) -> Reply {
    let world = call.state.world();
    let user = world.users.find(&call.subject)?;
    Ok(Answer::Json(user.profile(&call.state.namespace_id)))
}

/// Removes a user, named in the body or in the path.
pub async fn delete(call: Call) -> Reply {
    call.state.world().users.remove(&call.subject)?;
    Ok(Answer::Nothing)
}

/// Activates a deactivated user.
pub async fn activate(call: Call) -> Reply {
    set_active(
        &call,
        true,
        "user_not_activated",
        "The user is already active",
    )
}

/// Deactivates a user, who can then not log in.
pub async fn deactivate(call: Call) -> Reply {
    set_active(
        &call,
        false,
        "user_not_deactivated",
        "The user is already deactivated",
    )
}

fn set_active(call: &Call, active: bool, code: &'static str, message: &'static str) -> Reply {
    let mut world = call.state.world();
    let user = world.users.find_mut(&call.subject)?;
    if user.active == active {
        return Err(ServiceError::refused(code, message));
    }
    user.active = active;
    user.updated = call.now();
    user.codes.wake_all();
    Ok(Answer::Json(user.profile(&call.state.namespace_id)))
}

/// Accepts an e-mail verification, if the user has an e-mail address. Nothing is sent.
pub async fn dispatch_email_verification(call: Call) -> Reply {
    let world = call.state.world();
    let user = world.users.find(&call.subject)?;
    if user
        .contacts
        .iter()
        .any(|contact| contact.kind == ContactType::Email)
    {
        return Ok(Answer::Nothing);
    }
    Err(ServiceError::refused(
        "email_verification_not_sent",
        "The user has no e-mail address",
    ))
}
