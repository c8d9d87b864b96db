//! Answers: JSON, no content, and the authentication response with its token.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::token::{Identity, issue_token};
use crate::error::ServiceError;
use crate::json;
use crate::state::State;
use crate::state::application::Application;
use crate::state::credential::Credential;

/// The result of a handler.
pub type Reply = Result<Answer, ServiceError>;

/// A successful answer.
#[derive(Debug, PartialEq)]
pub enum Answer {
    /// 200 with JSON.
    Json(Value),
    /// 204.
    Nothing,
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Self::Json(value) => json::response(StatusCode::OK, &value),
            Self::Nothing => StatusCode::NO_CONTENT.into_response(),
        }
    }
}

/// The answer to a successful login or registration. A login by code has no credential.
pub fn authentication_response(
    state: &State,
    application: &Application,
    identity: &Identity,
    action: &str,
    credential: Option<&Credential>,
) -> Value {
    let mut response = unauthenticated_response(state, application, identity, credential);
    let jwt = issue_token(state, &application.client_id, identity, action, Map::new());
    response["is_authenticated"] = json!(true);
    response["jwt"] = json!(jwt);
    response
}

/// The same answer without a login.
pub fn unauthenticated_response(
    state: &State,
    application: &Application,
    identity: &Identity,
    credential: Option<&Credential>,
) -> Value {
    let mut response = json!({
        "is_authenticated": false,
        "user": {"id": identity.user_id, "username": identity.username, "namespace_id": state.namespace_id},
        "client": {"id": application.client_id, "type": application.kind},
    });
    if let Some(credential) = credential {
        response["credential"] = credential.summary();
    }
    response
}
