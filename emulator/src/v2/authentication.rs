//! Login with a passkey.

use serde_json::json;

use super::answer::{Answer, Reply, authentication};
use super::assertion::{Assertion, Signer};
use super::call::Call;
use super::one_time_codes::check_username_type;
use super::options;
use super::token::Login;
use crate::state::v2::session::{Authentication, Challenge, Pending, wrong_session};

/// Asks for a signature with a passkey: of the user that the call names, or of whoever has one.
///
/// What happens without a passkey is the emulator's choice: a user without one may log in with a code
/// (`crossAuth`), and an unknown one is left to the application's own login (`fallback`).
pub async fn init(call: Call) -> Reply {
    call.check_app()?;
    let device = call.required_device()?;
    let given = call.body.optional_object("user")?.unwrap_or_default();
    check_username_type(&given)?;
    let username = given.text_unless_empty("username")?;

    let mut world = call.state.v2.world();
    let user = username.and_then(|name| world.users.named(&call.application.id, name));
    let codes = ["otp", "otp:email", "otp:sms"].as_slice();
    let (action, cross, fallback) = match (username, user) {
        (None, _) => ("proceed", &[][..], &[][..]),
        (_, Some(user)) if user.passkeys.is_empty() => ("crossAuth", codes, &[][..]),
        (_, Some(_)) => ("proceed", codes, &[][..]),
        (_, None) => ("fallback", &[][..], &["ciam"][..]),
    };
    let challenge = Challenge::new(call.rp_id(), device);
    let mut answer = json!({
        "action": action,
        "assertionOptions": options::request(&challenge, user),
        "crossAuthMethods": cross,
        "fallbackMethods": fallback,
    });
    let pending = Pending::Authentication(Authentication {
        challenge,
        username: username.map(str::to_owned),
    });
    answer["session"] = json!(
        world
            .sessions
            .begin(&call.application.id, pending, call.now())
    );
    Ok(Answer::Json(answer))
}

/// Logs in with that signature.
pub async fn complete(call: Call) -> Reply {
    let session = call.body.text("session")?;
    let assertion = Assertion::of_login(&call.body)?;
    let (id, now) = (&call.application.id, call.now());
    let pending = call.state.v2.world().sessions.take(session, id, now)?;
    let Pending::Authentication(begun) = pending else {
        return Err(wrong_session());
    };
    let signer = assertion.verify(
        &call.state,
        &call.application,
        &begun.challenge,
        begun.username.as_deref(),
    )?;
    let login = login(signer, begun.challenge);
    Ok(Answer::Json(authentication(
        &call.state,
        &call.application,
        &login,
    )))
}

/// The login of whoever signed a challenge.
pub fn login(signer: Signer, challenge: Challenge) -> Login {
    Login {
        user_id: signer.user_id,
        username: signer.username,
        passkey_id: Some(signer.passkey_id),
        rp_id: challenge.rp_id,
        device_id: challenge.device.id,
    }
}
