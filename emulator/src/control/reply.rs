//! Bodies and answers of the control API.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::FromRef;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::actions::Control;
use crate::error::ServiceError;
use crate::json;
use crate::state::State;

impl FromRef<Arc<State>> for Control {
    fn from_ref(state: &Arc<State>) -> Self {
        Self::new(Arc::clone(state))
    }
}

/// A successful answer.
pub struct Answer(Value);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        json::response(StatusCode::OK, &self.0)
    }
}

/// The result of a call.
pub type Reply = Result<Answer, ServiceError>;

/// Reads a JSON body. An empty one counts as `{}`.
pub fn read<T: DeserializeOwned>(body: &Bytes) -> Result<T, ServiceError> {
    let body: &[u8] = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|error| ServiceError::bad_request(error.to_string()))
}

pub fn answer(value: impl Serialize) -> Reply {
    serde_json::to_value(value)
        .map(Answer)
        .map_err(|error| ServiceError::bad_request(error.to_string()))
}

/// A parameter of the query.
pub fn parameter(query: Option<String>, name: &str) -> Option<String> {
    form_urlencoded::parse(query?.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}
