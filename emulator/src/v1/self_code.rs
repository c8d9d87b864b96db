//! Codes that users make themselves on a device with a key, without the application's backend.

use serde_json::json;

use super::answer::{Answer, Reply};
use super::assertion::{Assertion, begin_assertion};
use super::call::Call;
use super::codes::kind_and_purpose;
use super::token::Identity;
use crate::error::ServiceError;
use crate::state::ceremony::Ceremony;
use crate::state::clock::timestamp;
use crate::state::code::CodeType;
use crate::state::user::Subject;

/// Asks for the user's signature on a code that is to be made.
pub async fn init(call: Call) -> Reply {
    let (kind, purpose) = kind_and_purpose(&call)?;
    begin_assertion(&call, |user_id, rp_id| Ceremony::GenerateCode {
        user_id,
        rp_id,
        kind,
        purpose,
    })
}

/// Logs in with that signature and makes the code. It is authorized: the user has just confirmed it.
pub async fn complete(call: Call) -> Reply {
    let kind: CodeType = call.parameter("type").parse()?;
    let assertion = Assertion::of_login(&call.body)?;
    let (identity, rp_id, purpose) = {
        let mut world = call.state.world();
        let ceremony = call.take_ceremony(&mut world, &assertion.challenge)?;
        let identity = Identity::from(world.users.find(&call.subject)?);
        let (rp_id, purpose) = match ceremony {
            Ceremony::GenerateCode {
                user_id,
                rp_id,
                kind: begun,
                purpose,
            } if user_id == identity.user_id && begun == kind => (rp_id, purpose),
            _ => {
                return Err(ServiceError::invalid_challenge(
                    "The challenge is for another user or something else",
                ));
            }
        };
        (identity, rp_id, purpose)
    };
    let credential = assertion.verify(&call, &identity.user_id, &rp_id)?;
    let (value, code) = {
        let mut world = call.state.world();
        let subject = Subject::with_id(&identity.user_id);
        let user = world.users.find_active_mut(&subject)?;
        user.codes.generate(kind, purpose, true, call.now())
    };
    let mut response = call.authentication(&identity, "login", Some(&credential));
    response["code_data"] = json!({
        "code": value,
        "expire_at": timestamp(code.expires),
        "is_authorized": code.authorized,
    });
    Ok(Answer::Json(response))
}
