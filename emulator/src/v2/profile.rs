//! The profile of a user: e-mail address and telephone number, and the end of the user.

use super::answer::{Answer, Reply};
use super::call::Call;
use super::error::not_found;
use crate::error::ServiceError;
use crate::state::v2::World;
use crate::state::v2::code::{Channel, Purpose, wrong_code};
use crate::state::v2::user::{Contact, User, user_not_found};

/// Deletes a user with all passkeys.
pub async fn delete(call: Call) -> Reply {
    let mut world = call.state.v2.world();
    let users = &mut world.users;
    users.remove(&call.application.id, call.parameter("user_id"))?;
    Ok(Answer::Nothing)
}

/// Sets the e-mail address, and sends a code to it unless the caller does not want that.
pub async fn set_email(call: Call) -> Reply {
    let email = call.body.text("email")?;
    let is_address = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && !host.is_empty() && !host.contains('@'));
    if !is_address || email.contains(|character: char| character.is_whitespace()) {
        return Err(ServiceError::bad_request("email must be an e-mail address"));
    }
    let verify = flag(&call, "requestVerification", true)?;
    let mut world = call.state.v2.world();
    let user = user_of_path(&call, &mut world)?;
    user.email = Some(Contact::new(email));
    // A code that was sent to the last address says nothing about this one.
    user.codes.revoke(Purpose::Email);
    if verify {
        user.codes.make(Purpose::Email, Channel::Email, call.now());
    }
    Ok(Answer::Nothing)
}

/// Removes the e-mail address, which the caller names.
pub async fn remove_email(call: Call) -> Reply {
    let email = call.body.text("email")?;
    let mut world = call.state.v2.world();
    let user = user_of_path(&call, &mut world)?;
    match &user.email {
        Some(contact) if contact.value == email => user.email = None,
        _ => return Err(not_found("The user does not have this e-mail address")),
    }
    Ok(Answer::Nothing)
}

/// Verifies the e-mail address with the code that was sent to it.
pub async fn verify_email(call: Call) -> Reply {
    verify(&call, Purpose::Email, |user| &mut user.email)
}

/// Sets the telephone number, and sends a code to it if its owner has agreed to messages.
pub async fn set_phone(call: Call) -> Reply {
    let number = call.body.text("phoneNumber")?;
    let digits = number.strip_prefix('+').unwrap_or_default();
    if !(5..=15).contains(&digits.len()) || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(ServiceError::bad_request(
            "phoneNumber must be + and 5 to 15 digits",
        ));
    }
    let consents = flag(&call, "messagingConsent", false)?;
    let verify = flag(&call, "requestVerification", true)?;
    if verify && !consents {
        return Err(ServiceError::bad_request(
            "requestVerification needs messagingConsent",
        ));
    }
    let mut world = call.state.v2.world();
    let user = user_of_path(&call, &mut world)?;
    user.phone = Some(Contact::new(number));
    user.codes.revoke(Purpose::Phone);
    if verify {
        user.codes.make(Purpose::Phone, Channel::Sms, call.now());
    }
    Ok(Answer::Nothing)
}

/// Removes the telephone number.
pub async fn remove_phone(call: Call) -> Reply {
    let mut world = call.state.v2.world();
    let user = user_of_path(&call, &mut world)?;
    let removed = user.phone.take();
    removed.ok_or_else(|| not_found("The user has no telephone number"))?;
    Ok(Answer::Nothing)
}

/// Verifies the telephone number with the code that was sent to it.
pub async fn verify_phone(call: Call) -> Reply {
    verify(&call, Purpose::Phone, |user| &mut user.phone)
}

fn verify(
    call: &Call,
    purpose: Purpose,
    contact: impl Fn(&mut User) -> &mut Option<Contact>,
) -> Reply {
    let code = call.body.text("authCode")?;
    let username = call.body.text("username")?;
    let mut world = call.state.v2.world();
    let user = world.users.named_mut(&call.application.id, username);
    // An unknown user is not told apart from a wrong code.
    let user = user.ok_or_else(wrong_code)?;
    user.codes.consume(purpose, code, call.now())?;
    contact(user).as_mut().ok_or_else(wrong_code)?.verified = true;
    Ok(Answer::Nothing)
}

fn user_of_path<'a>(call: &Call, world: &'a mut World) -> Result<&'a mut User, ServiceError> {
    let (application_id, user_id) = (&call.application.id, call.parameter("user_id"));
    let user = world.users.find_mut(application_id, user_id);
    user.ok_or_else(user_not_found)
}

fn flag(call: &Call, name: &str, otherwise: bool) -> Result<bool, ServiceError> {
    match call.body.value(name) {
        None => Ok(otherwise),
        Some(_) => call.body.flag(name),
    }
}
