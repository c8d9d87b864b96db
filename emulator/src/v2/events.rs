//! What the browser reports about its own work.

use serde_json::json;

use super::answer::{Answer, Reply};
use super::call::Call;
use crate::error::ServiceError;

/// Takes a report. Any session will do, also one that was answered, and it is not used up.
pub async fn submit(call: Call) -> Reply {
    if call.body.value("event").is_none() {
        return Err(ServiceError::bad_request("event is required"));
    }
    call.body.optional_flag("isError")?;
    let world = call.state.v2.world();
    let (session, id) = (&call.session, &call.application.id);
    if !world.sessions.is_known(session, id, call.now()) {
        return Err(ServiceError::unauthorized(
            "The session is unknown or has expired",
        ));
    }
    Ok(Answer::Json(json!({"session": session})))
}
