//! The application that calls: named in the body, in `X-Client-ID`, and in its token.

use std::sync::Arc;

use axum::http::{HeaderMap, HeaderValue};
use serde_json::Value;

use super::service_token::bearer;
use crate::error::ServiceError;
use crate::fields::Fields;
use crate::jws::Jws;
use crate::state::State;
use crate::state::application::Application;

/// Finds the application. The Node SDK sends the `X-Client-ID` of one client in the calls of another, so a
/// header that contradicts the token is ignored. The token is not verified yet: that takes the key of this
/// application.
pub fn find(
    state: &State,
    headers: &HeaderMap,
    body: &Fields,
) -> Result<Arc<Application>, ServiceError> {
    let in_header = headers.get("x-client-id").map(HeaderValue::as_bytes);
    let in_body = body.optional_text("client_id")?;
    let application = match (in_body, in_header) {
        (Some(in_body), Some(in_header)) if in_body.as_bytes() != in_header => {
            if in_token(headers).as_deref() != Some(in_body) {
                return Err(ServiceError::bad_request(
                    "X-Client-ID and client_id differ",
                ));
            }
            state.application(in_body)
        }
        (Some(in_body), _) => state.application(in_body),
        (None, Some(in_header)) => in_token(headers)
            .and_then(|in_token| state.application(&in_token))
            .or_else(|| state.application(std::str::from_utf8(in_header).ok()?)),
        (None, None) => None,
    };
    application.ok_or_else(|| {
        ServiceError::unauthorized("X-Client-ID or client_id must name an application")
    })
}

/// The application that the token names.
fn in_token(headers: &HeaderMap) -> Option<String> {
    let jws = Jws::decode(bearer(headers).ok()??)?;
    jws.claims
        .get("client_id")
        .and_then(Value::as_str)
        .map(str::to_owned)
}
