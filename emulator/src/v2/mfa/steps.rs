//! The steps.

use serde_json::json;

use super::{done, next};
use crate::error::ServiceError;
use crate::state::v2::code::{Channel, Purpose, wrong_code};
use crate::state::v2::new_id;
use crate::state::v2::session::{Challenge, Mfa, Pending};
use crate::state::v2::user::{User, check_name};
use crate::v2::answer::{Answer, Reply};
use crate::v2::assertion::Assertion;
use crate::v2::authentication;
use crate::v2::call::Call;
use crate::v2::error::not_found;
use crate::v2::one_time_codes::check_username_type;
use crate::v2::registration::Created;
use crate::v2::token::Login;

/// Begins a session, for the user that the call names or for whoever has a passkey.
pub async fn begin(call: Call) -> Reply {
    let device = call.required_device()?;
    let user = call.body.object("user")?;
    check_username_type(&user)?;
    user.text_unless_empty("name")?;
    call.body.text_unless_empty("traceId")?;
    let username = user.text_unless_empty("username")?;
    username.map(check_name).transpose()?;
    let mfa = Mfa {
        challenge: Challenge::new(call.rp_id(), device),
        username: username.map(str::to_owned),
        new_user_id: new_id(),
        display_name: user.text_unless_empty("displayName")?.map(str::to_owned),
        payload: call.body.text_unless_empty("payload")?.map(str::to_owned),
    };
    let mut world = call.state.v2.world();
    if call.application.protected && next::is_sign_up(&world, &call.application, &mfa) {
        return Err(ServiceError::unauthorized(
            "The application is protected: a first passkey needs a grant, and reg/init",
        ));
    }
    let pending = Pending::Mfa(mfa.clone());
    let session = world
        .sessions
        .begin(&call.application.id, pending, call.now());
    let offer = next::offer(&world, &call.application, &session, &mfa, "Choose a step");
    Ok(Answer::Json(offer))
}

/// Whether something that was left on the device is known. The emulator leaves nothing there.
pub async fn discover(call: Call) -> Reply {
    call.body.object("trustItems")?;
    Err(not_found("None of these items is known"))
}

/// Gives the session a payload to be signed.
pub async fn payload(call: Call) -> Reply {
    let payload = call.body.text("payload")?.to_owned();
    let mut world = call.state.v2.world();
    let (session, id) = (&call.session, &call.application.id);
    let mfa = world.sessions.mfa_mut(session, id, call.now())?;
    mfa.payload = Some(payload);
    let mfa = mfa.clone();
    let offer = next::offer(&world, &call.application, session, &mfa, "Sign the payload");
    Ok(Answer::Json(offer))
}

/// Sends a code. Which address it goes to makes no difference: the control API shows the code.
pub async fn request_otp(call: Call) -> Reply {
    let channel = match call.body.text("method")? {
        "email" => Channel::Email,
        "sms" => Channel::Sms,
        _ => return Err(ServiceError::bad_request("method must be email or sms")),
    };
    call.body.text_unless_empty("option")?;
    let mut world = call.state.v2.world();
    let (session, id) = (&call.session, &call.application.id);
    let username = world
        .sessions
        .mfa_mut(session, id, call.now())?
        .username
        .clone();
    let user = username.and_then(|name| world.users.named_mut(id, &name));
    if let Some(user) = user {
        user.codes.make(Purpose::SignIn, channel, call.now());
    }
    Ok(Answer::Json(json!({"session": session})))
}

/// Takes a code.
pub async fn verify_otp(call: Call) -> Reply {
    let code = call.body.text("otp")?.to_owned();
    finish(&call, false, |mfa| {
        let name = mfa.username.as_deref().ok_or_else(wrong_code)?;
        let mut world = call.state.v2.world();
        let user = world.users.named_mut(&call.application.id, name);
        let user = user.ok_or_else(wrong_code)?;
        user.codes.consume(Purpose::SignIn, &code, call.now())?;
        Ok(login(user, mfa))
    })
}

/// Takes a new passkey.
pub async fn register(call: Call) -> Reply {
    let created = Created::read(&call.body)?;
    finish(&call, false, |mfa| {
        let is_sign_up = next::is_sign_up(&call.state.v2.world(), &call.application, mfa);
        let username = mfa.username.as_ref().filter(|_| is_sign_up);
        let username =
            username.ok_or_else(|| ServiceError::bad_request("The session is no sign-up"))?;
        let registration = next::registration(mfa, username);
        created.store(&call.state, &call.application, &registration)
    })
}

/// Takes a signature with a passkey.
pub async fn authenticate(call: Call) -> Reply {
    sign(&call, false)
}

/// Takes a signature with a passkey for the payload.
pub async fn confirm(call: Call) -> Reply {
    sign(&call, true)
}

fn sign(call: &Call, signs_payload: bool) -> Reply {
    let assertion = Assertion::of_login(&call.body)?;
    finish(call, signs_payload, |mfa| {
        if signs_payload && mfa.payload.is_none() {
            return Err(ServiceError::bad_request("The session has no payload"));
        }
        let signer = assertion.verify(
            &call.state,
            &call.application,
            &mfa.challenge,
            mfa.username.as_deref(),
        )?;
        Ok(authentication::login(signer, mfa.challenge.clone()))
    })
}

/// Takes the token of an external authentication.
pub async fn verify_external(call: Call) -> Reply {
    let token = call.body.text("token")?.to_owned();
    finish(&call, false, |mfa| {
        let wrong = || ServiceError::unauthorized("The token is wrong, expired or already used");
        let (id, now) = (&call.application.id, call.now());
        let name = mfa.username.as_deref().ok_or_else(wrong)?;
        let mut world = call.state.v2.world();
        if !world.external.take(&token, id, name, now) {
            return Err(wrong());
        }
        let user = world.users.named(id, name).ok_or_else(wrong)?;
        Ok(login(user, mfa))
    })
}

/// A login without a passkey.
fn login(user: &User, mfa: &Mfa) -> Login {
    Login {
        user_id: user.id.clone(),
        username: user.username.clone(),
        passkey_id: None,
        rp_id: mfa.challenge.rp_id.clone(),
        device_id: mfa.challenge.device.id.clone(),
    }
}

/// Ends the session if the step succeeds. If it does not, the answer offers the steps again.
fn finish(
    call: &Call,
    signs_payload: bool,
    step: impl FnOnce(&Mfa) -> Result<Login, ServiceError>,
) -> Reply {
    let (session, id) = (&call.session, &call.application.id);
    let (mfa, flow) = {
        let mut world = call.state.v2.world();
        let mfa = world.sessions.mfa_mut(session, id, call.now())?.clone();
        let flow = next::flow(next::is_sign_up(&world, &call.application, &mfa));
        (mfa, flow)
    };
    let result = step(&mfa);
    let mut world = call.state.v2.world();
    let login = match result {
        Ok(login) => login,
        Err(error) => {
            let message = error.message.clone();
            let offer = next::offer(&world, &call.application, session, &mfa, &message);
            let error = ServiceError {
                code: next::MSG_CODE,
                ..error
            };
            return Ok(Answer::Again(offer, error));
        }
    };
    // Of two answers at the same time, only one ends the session.
    world.sessions.take(session, id, call.now())?;
    drop(world);
    Ok(Answer::Json(done::answer(
        &call.state,
        &call.application,
        &login,
        flow,
        mfa.payload.as_deref().filter(|_| signs_payload),
    )))
}
