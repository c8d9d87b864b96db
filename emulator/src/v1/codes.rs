//! One-time codes, and the wait for one to be authorized.

use std::time::Duration;

use serde_json::json;

use super::answer::{Answer, Reply};
use super::body::Fields;
use super::call::Call;
use super::token::Identity;
use crate::error::ServiceError;
use crate::state::State;
use crate::state::clock::{Millis, timestamp};
use crate::state::code::{CodeType, CodeUse, Purpose};
use crate::state::user::Subject;

/// How long a wait may last.
const WAIT: Millis = 3 * 60 * 1000;

/// Creates a code.
pub async fn generate(call: Call) -> Reply {
    let (kind, purpose) = kind_and_purpose(&call)?;
    let authorize = call.body.flag("authorize")?;
    let mut world = call.state.world();
    let user = world.users.find_mut(&call.subject)?;
    user.require_active()?;
    let (value, code) = user.codes.generate(kind, purpose, authorize, call.now());
    Ok(Answer::Json(json!({
        "code": value,
        "expires_at": timestamp(code.expires),
        "is_authorized": code.authorized,
    })))
}

/// Authorizes a code and ends the wait for it.
pub async fn authorize(call: Call) -> Reply {
    let (kind, purpose) = kind_and_purpose(&call)?;
    let value = call.body.text("code")?;
    let mut world = call.state.world();
    let user = world.users.find_mut(&call.subject)?;
    user.require_active()?;
    let code = user.codes.authorize(kind, purpose, value, call.now())?;
    Ok(Answer::Json(
        json!({"expires_at": timestamp(code.expires), "is_authorized": code.authorized}),
    ))
}

/// Invalidates all codes of a type and purpose.
pub async fn invalidate_all(call: Call) -> Reply {
    let (kind, purpose) = kind_and_purpose(&call)?;
    let mut world = call.state.world();
    let user = world.users.find_mut(&call.subject)?;
    user.codes.invalidate_all(kind, purpose);
    Ok(Answer::Json(json!({"deleted_at": timestamp(call.now())})))
}

fn kind_and_purpose(call: &Call) -> Result<(CodeType, Purpose), ServiceError> {
    Ok((
        call.parameter("type").parse()?,
        call.body.text("purpose")?.parse()?,
    ))
}

/// The code that a body presents.
pub struct PresentedCode {
    kind: CodeType,
    value: String,
}

impl PresentedCode {
    /// Reads `authentication_code`.
    pub fn read(body: &Fields) -> Result<Self, ServiceError> {
        let code = body.object("authentication_code")?;
        Ok(Self {
            kind: code.text("type")?.parse()?,
            value: code.text("code")?.to_owned(),
        })
    }

    /// Consumes the code of this user.
    pub fn consume(
        &self,
        state: &State,
        subject: &Subject,
        purpose: Purpose,
    ) -> Result<(Identity, CodeUse), ServiceError> {
        let mut world = state.world();
        let user = world.users.find_mut(subject)?;
        user.require_active()?;
        let result = user
            .codes
            .consume(self.kind, purpose, &self.value, state.clock.now())?;
        Ok((Identity::from(&*user), result))
    }
}

/// Waits until the code is authorized, then logs the user in. If the client disconnects, the server drops
/// this future: the wait ends and the code stays as it is.
pub async fn wait(call: Call) -> Reply {
    let code = PresentedCode::read(&call.body)?;
    let state = &call.state;
    let give_up = call.now() + WAIT;
    loop {
        // Subscribe before reading the clock, so that no change of it is missed.
        let clock_moved = state.clock.moved.notified();
        let (identity, result) =
            code.consume(state, &call.subject, Purpose::TemporaryAuthentication)?;
        let CodeUse::Pending { changed, expires } = result else {
            return call.authenticated(&identity, "login", None);
        };
        let now = call.now();
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
