//! One-time codes, and the long wait for one to be authorized.

use std::time::Duration;

use serde_json::json;

use super::answer::{Answer, Identity, Reply, authentication_response};
use super::body::Fields;
use super::call::Call;
use crate::error::ServiceError;
use crate::state::State;
use crate::state::clock::{Millis, timestamp};
use crate::state::code::{CodeType, Purpose, Use};
use crate::state::user::Subject;

/// How long a wait may last.
const WAIT: Millis = 3 * 60 * 1000;

/// Makes a code.
pub async fn generate(call: Call) -> Reply {
    let (kind, purpose) = kind_and_purpose(&call)?;
    let authorize = call.body.flag("authorize")?;
    let now = call.state.clock.now();
    let mut world = call.state.world();
    let user = world.users.find_mut(&call.subject)?;
    user.require_active()?;
    let (value, code) = user.codes.generate(kind, purpose, authorize, now);
    Ok(Answer::Json(json!({
        "code": value,
        "expires_at": timestamp(code.expires),
        "is_authorized": code.authorized,
    })))
}

/// Makes a code usable, and ends the wait for it.
pub async fn authorize(call: Call) -> Reply {
    let (kind, purpose) = kind_and_purpose(&call)?;
    let value = call.body.text("code")?;
    let now = call.state.clock.now();
    let mut world = call.state.world();
    let user = world.users.find_mut(&call.subject)?;
    user.require_active()?;
    let code = user.codes.authorize(kind, purpose, value, now)?;
    Ok(Answer::Json(
        json!({"expires_at": timestamp(code.expires), "is_authorized": code.authorized}),
    ))
}

/// Makes all codes of a type and purpose useless.
pub async fn invalidate_all(call: Call) -> Reply {
    let (kind, purpose) = kind_and_purpose(&call)?;
    let mut world = call.state.world();
    world
        .users
        .find_mut(&call.subject)?
        .codes
        .invalidate_all(kind, purpose);
    Ok(Answer::Json(
        json!({"deleted_at": timestamp(call.state.clock.now())}),
    ))
}

fn kind_and_purpose(call: &Call) -> Result<(CodeType, Purpose), ServiceError> {
    Ok((
        call.parameter("type").parse()?,
        call.body.text("purpose")?.parse()?,
    ))
}

/// The code a body presents for a user to be let in with.
pub struct Presented {
    kind: CodeType,
    value: String,
}

impl Presented {
    /// Reads `authentication_code`.
    pub fn read(body: &Fields) -> Result<Self, ServiceError> {
        let code = body.object("authentication_code")?;
        Ok(Self {
            kind: code.text("type")?.parse()?,
            value: code.text("code")?.to_owned(),
        })
    }

    /// Uses the code up for the user it was made for.
    pub fn consume(
        &self,
        state: &State,
        subject: &Subject,
        purpose: Purpose,
    ) -> Result<(Identity, Use), ServiceError> {
        let now = state.clock.now();
        let mut world = state.world();
        let user = world.users.find_mut(subject)?;
        user.require_active()?;
        let outcome = user.codes.consume(self.kind, purpose, &self.value, now)?;
        Ok((Identity::from(&*user), outcome))
    }
}

/// Waits until the code is authorized, and logs the user in with it. A client that leaves ends the wait:
/// the server drops this future then, and the code stays as it is.
pub async fn wait(call: Call) -> Reply {
    let presented = Presented::read(&call.body)?;
    let state = &call.state;
    let give_up = state.clock.now() + WAIT;
    loop {
        // Listening starts before the clock is read, so that no move goes unnoticed.
        let clock_moved = state.clock.moved.notified();
        let (who, outcome) =
            presented.consume(state, &call.subject, Purpose::TemporaryAuthentication)?;
        let Use::Pending { changed, expires } = outcome else {
            return Ok(Answer::Json(authentication_response(
                state,
                &call.application,
                &who,
                "login",
                None,
            )));
        };
        let now = state.clock.now();
        if now >= give_up {
            return Err(ServiceError::refused(
                "code_not_authorized",
                "The code was not authorized in time",
            ));
        }
        let left = Duration::from_millis((give_up.min(expires) - now).max(0).unsigned_abs());
        tokio::select! { () = changed => {}, () = clock_moved => {}, () = tokio::time::sleep(left) => {} }
    }
}
