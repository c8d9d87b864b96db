//! Answers: JSON, no content, and the authentication answer with its token.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::token::{self, Login};
use crate::error::ServiceError;
use crate::json;
use crate::state::State;
use crate::state::v2::application::Application;

/// The result of a handler.
pub type Reply = Result<Answer, ServiceError>;

/// A successful answer.
pub enum Answer {
    /// 200 with JSON.
    Json(Value),
    /// 204.
    Nothing,
    /// 401 with JSON that says what to do next, and the same for the log and the record.
    Again(Value, ServiceError),
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        match self {
            Self::Json(value) => json::response(StatusCode::OK, &value),
            Self::Nothing => StatusCode::NO_CONTENT.into_response(),
            Self::Again(value, error) => {
                let mut response = json::response(StatusCode::UNAUTHORIZED, &value);
                response.extensions_mut().insert(error);
                response
            }
        }
    }
}

/// The answer to every successful login and registration. A login by code has no passkey.
pub fn authentication(state: &State, application: &Application, login: &Login) -> Value {
    let mut answer = json!({
        "jwtAccess": token::of_login(state, application, login),
        "userId": login.user_id,
        "deviceId": login.device_id,
    });
    if let Some(passkey_id) = &login.passkey_id {
        answer["passkeyId"] = json!(passkey_id);
    }
    answer
}
