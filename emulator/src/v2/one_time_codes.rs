//! One-time codes, and the login with one.

use serde_json::json;

use super::answer::{Answer, Reply, authentication};
use super::call::Call;
use super::token::Login;
use crate::error::ServiceError;
use crate::fields::Fields;
use crate::state::clock::timestamp;
use crate::state::v2::code::{Channel, Purpose, wrong_code};
use crate::state::v2::user::user_not_found;

/// Makes a code that the caller shows to the user.
pub async fn make(call: Call) -> Reply {
    let mut world = call.state.v2.world();
    let user_id = call.user(&world)?.id.clone();
    let user = world.users.find_mut(&call.application.id, &user_id);
    let user = user.ok_or_else(user_not_found)?;
    let code = user
        .codes
        .make(Purpose::SignIn, Channel::Caller, call.now());
    Ok(Answer::Json(
        json!({"code": code.value, "expiresAt": timestamp(code.expires)}),
    ))
}

/// Sends a code by e-mail.
pub async fn send_email(call: Call) -> Reply {
    send(&call, Channel::Email)
}

/// Sends a code by SMS.
pub async fn send_sms(call: Call) -> Reply {
    send(&call, Channel::Sms)
}

/// Nothing is sent: the control API shows the code. The answer is the same when nobody is known by this name.
fn send(call: &Call, channel: Channel) -> Reply {
    let username = username(&call.body.object("user")?)?;
    let mut world = call.state.v2.world();
    if let Some(user) = world.users.named_mut(&call.application.id, &username) {
        user.codes.make(Purpose::SignIn, channel, call.now());
    }
    Ok(Answer::Nothing)
}

/// Logs in with a code.
pub async fn verify(call: Call) -> Reply {
    let code = call.body.text("authCode")?;
    let username = username(&call.body.object("user")?)?;
    let device_id = call.device()?.id;
    let login = {
        let mut world = call.state.v2.world();
        let user = world.users.named_mut(&call.application.id, &username);
        // An unknown user is not told apart from a wrong code.
        let user = user.ok_or_else(wrong_code)?;
        user.codes.consume(Purpose::SignIn, code, call.now())?;
        Login {
            user_id: user.id.clone(),
            username,
            passkey_id: None,
            rp_id: call.rp_id(),
            device_id,
        }
    };
    Ok(Answer::Json(authentication(
        &call.state,
        &call.application,
        &login,
    )))
}

/// The name in a `user` object, whose kind of name must be a known one.
pub fn username(user: &Fields) -> Result<String, ServiceError> {
    check_username_type(user)?;
    user.text("username").map(str::to_owned)
}

/// Refuses an unknown `usernameType`. All names are one namespace.
pub fn check_username_type(user: &Fields) -> Result<(), ServiceError> {
    match user.optional_text("usernameType")? {
        None | Some("email" | "phone" | "other") => Ok(()),
        Some(_) => Err(ServiceError::bad_request(
            "usernameType must be email, phone or other",
        )),
    }
}
