//! One-time codes, and the wait for one to be authorized.

use std::time::Duration;

use serde_json::json;

use super::answer::{Answer, Reply};
use super::call::Call;
use super::token::Identity;
use crate::error::ServiceError;
use crate::fields::Fields;
use crate::state::clock::{Millis, timestamp};
use crate::state::code::{CodeKey, CodeType, CodeUse, Purpose};
use crate::state::wait::Wait;

/// How long a wait may last.
const WAIT: Millis = 3 * 60 * 1000;

/// Creates a code.
pub async fn generate(call: Call) -> Reply {
    let (kind, purpose) = kind_and_purpose(&call)?;
    let authorize = call.body.flag("authorize")?;
    let mut world = call.state.world();
    let user = world.users.find_active_mut(&call.subject)?;
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
    let value = call.body.text("code")?.to_owned();
    let key = CodeKey {
        kind,
        purpose,
        value,
    };
    let mut world = call.state.world();
    let user = world.users.find_active_mut(&call.subject)?;
    let code = user.codes.authorize(&key, call.now())?;
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

/// The type and the purpose that a call gives.
pub fn kind_and_purpose(call: &Call) -> Result<(CodeType, Purpose), ServiceError> {
    Ok((
        call.parameter("type").parse()?,
        call.body.text("purpose")?.parse()?,
    ))
}

/// Reads `authentication_code`, presented for this purpose.
pub fn presented_code(body: &Fields, purpose: Purpose) -> Result<CodeKey, ServiceError> {
    let code = body.object("authentication_code")?;
    Ok(CodeKey {
        kind: code.text("type")?.parse()?,
        purpose,
        value: code.text("code")?.to_owned(),
    })
}

/// Consumes a code of the user that the call names.
pub fn consume(call: &Call, code: &CodeKey) -> Result<(Identity, CodeUse), ServiceError> {
    let mut world = call.state.world();
    let user = world.users.find_active_mut(&call.subject)?;
    let result = user.codes.consume(code, call.now())?;
    Ok((Identity::from(&*user), result))
}

/// Waits until the code is authorized, then logs the user in. With `no_wait`, it must be authorized already. If the client disconnects, the server drops
/// this future: the wait ends and the code stays as it is.
pub async fn wait(call: Call) -> Reply {
    let code = presented_code(&call.body, Purpose::TemporaryAuthentication)?;
    let no_wait = call.body.optional_flag("no_wait")?;
    let clock = &call.state.clock;
    let give_up = call.now() + WAIT;
    let mut waiting = None;
    loop {
        // Subscribe before reading the clock, so that no change of it is missed.
        let clock_moved = clock.moved.notified();
        let (identity, result) = consume(&call, &code)?;
        let CodeUse::Pending { changed, expires } = result else {
            return call.authenticated(&identity, "login", None);
        };
        if no_wait {
            return Err(not_authorized("The code is not authorized yet"));
        }
        let now = call.now();
        if now >= give_up {
            return Err(not_authorized("The code was not authorized in time"));
        }
        if waiting.is_none() {
            waiting = Some(call.state.waits.begin(Wait {
                client_id: call.application.client_id.clone(),
                username: identity.username,
                kind: code.kind,
                code: code.value.clone(),
                began_at_ms: now,
            })?);
        }
        let left = Duration::from_millis((give_up.min(expires) - now).max(0).unsigned_abs());
        tokio::select! { () = changed => {}, () = clock_moved => {}, () = tokio::time::sleep(left) => {} }
    }
}

/// The error for a code that no device has authorized.
pub fn not_authorized(message: &'static str) -> ServiceError {
    ServiceError::refused("code_not_authorized", message)
}
