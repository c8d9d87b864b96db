//! The policy: which steps a session offers.
//!
//! A new user signs up with a passkey. A user with a passkey signs in with it. A user who exists may sign in with a
//! one-time code or an external authentication instead. One step is enough.

use serde_json::{Value, json};

use crate::encoding::base64url;
use crate::state::v2::World;
use crate::state::v2::application::Application;
use crate::state::v2::session::{Mfa, Registration};
use crate::state::v2::user::User;
use crate::v2::options;

/// The code of every answer that asks for a step.
pub const MSG_CODE: &str = "additional_auth_required";

/// The user of a session, if they exist.
pub fn user<'a>(world: &'a World, application: &Application, mfa: &Mfa) -> Option<&'a User> {
    world.users.named(&application.id, mfa.username.as_deref()?)
}

/// Whether the session is a new user's.
pub fn is_sign_up(world: &World, application: &Application, mfa: &Mfa) -> bool {
    mfa.username.is_some() && user(world, application, mfa).is_none()
}

/// `signIn` or `signUp`.
pub fn flow(is_sign_up: bool) -> &'static str {
    if is_sign_up { "signUp" } else { "signIn" }
}

/// What a new user registers.
pub fn registration(mfa: &Mfa, username: &str) -> Registration {
    Registration {
        challenge: mfa.challenge.clone(),
        user_id: mfa.new_user_id.clone(),
        username: username.to_owned(),
        is_first: true,
    }
}

/// The answer that offers the next steps, and says why the last one was not enough.
pub fn offer(
    world: &World,
    application: &Application,
    session: &str,
    mfa: &Mfa,
    message: &str,
) -> Value {
    let user = user(world, application, mfa);
    let steps = match (&mfa.username, user) {
        (None, _) => vec![sign_with_passkey(mfa, None)],
        (Some(username), None) => vec![sign_up(mfa, username)],
        (_, Some(user)) => sign_in(mfa, user),
    };
    json!({
        "msg": message,
        "msgCode": MSG_CODE,
        "flow": flow(is_sign_up(world, application, mfa)),
        "session": session,
        "next": steps,
    })
}

fn sign_up(mfa: &Mfa, username: &str) -> Value {
    let registration = registration(mfa, username);
    let options = options::creation(&registration, None, mfa.display_name.as_deref(), false);
    step("passkey:reg", "Create a passkey", &[encoded(&options)])
}

fn sign_in(mfa: &Mfa, user: &User) -> Vec<Value> {
    let mut steps = Vec::new();
    if !user.passkeys.is_empty() {
        steps.push(sign_with_passkey(mfa, Some(user)));
    }
    let email = user
        .email
        .as_ref()
        .map_or(&user.username, |email| &email.value);
    let by_email = json!({"name": "email:primary", "label": email, "value": email});
    steps.push(step("otp:email", "Get a code by e-mail", &[by_email]));
    if let Some(phone) = &user.phone {
        let by_sms = json!({"name": "phone:primary", "label": phone.value, "value": phone.value});
        steps.push(step("otp:sms", "Get a code by SMS", &[by_sms]));
    }
    steps.push(step("otp:verify", "Enter the code", &[]));
    steps.push(step("external", "Sign in elsewhere", &[]));
    steps
}

/// A login, or with a payload the confirmation of a transaction.
fn sign_with_passkey(mfa: &Mfa, user: Option<&User>) -> Value {
    let options = encoded(&options::request(&mfa.challenge, user));
    match mfa.payload {
        Some(_) => step("passkey:tx", "Confirm with a passkey", &[options]),
        None => step("passkey:auth", "Use a passkey", &[options]),
    }
}

fn step(name: &str, label: &str, options: &[Value]) -> Value {
    let mut step = json!({"action": {"name": name, "label": label}});
    if !options.is_empty() {
        step["options"] = json!(options);
    }
    step
}

/// WebAuthn options as the value of an option: base64url of their JSON.
fn encoded(options: &Value) -> Value {
    json!({"value": base64url(options.to_string())})
}
