//! Answers: plain JSON, nothing, and the authentication response with the token it carries.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Map, Value, json};

use super::json_response;
use crate::error::ServiceError;
use crate::state::State;
use crate::state::application::Application;
use crate::state::credential::Credential;
use crate::state::user::User;

/// How long an issued token is valid, in seconds.
const TOKEN_LIFE_S: i64 = 3600;

/// What a handler gives back.
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
            Self::Json(value) => json_response(StatusCode::OK, &value),
            Self::Nothing => StatusCode::NO_CONTENT.into_response(),
        }
    }
}

/// What a token says about its user, copied so that it can be signed while others use the state.
#[derive(Clone, Debug)]
pub struct Identity {
    pub user_id: String,
    pub username: String,
}

impl From<&User> for Identity {
    fn from(user: &User) -> Self {
        Self {
            user_id: user.id.clone(),
            username: user.username.clone(),
        }
    }
}

/// A token about a user for an application, with claims of its own besides the usual ones.
pub fn issue_token(
    state: &State,
    client_id: &str,
    who: &Identity,
    action: &str,
    own: Map<String, Value>,
) -> String {
    let now = state.clock.now_s();
    let mut claims = json!({
        "sub": who.user_id,
        "nid": state.namespace_id,
        "iss": "loginid.io",
        "aud": client_id,
        "udata": who.username,
        "action": action,
        "iat": now,
        "exp": now + TOKEN_LIFE_S,
    });
    if let Value::Object(members) = &mut claims {
        members.extend(own);
    }
    let key = state.signing_key();
    key.key.sign(
        token_header(&key.kid).as_bytes(),
        claims.to_string().as_bytes(),
    )
}

/// The header of every token the service issues.
pub fn token_header(kid: &str) -> String {
    json!({"alg": "ES256", "typ": "JWT", "kid": kid}).to_string()
}

/// The answer to a successful log-in or registration. A log-in by code has no credential to name.
pub fn authentication_response(
    state: &State,
    application: &Application,
    who: &Identity,
    action: &str,
    credential: Option<&Credential>,
) -> Value {
    let mut response = unauthenticated_response(state, application, who, credential);
    let jwt = issue_token(state, &application.client_id, who, action, Map::new());
    response["is_authenticated"] = json!(true);
    response["jwt"] = json!(jwt);
    response
}

/// The same answer for something that lets nobody in.
pub fn unauthenticated_response(
    state: &State,
    application: &Application,
    who: &Identity,
    credential: Option<&Credential>,
) -> Value {
    let mut response = json!({
        "is_authenticated": false,
        "user": {"id": who.user_id, "username": who.username, "namespace_id": state.namespace_id},
        "client": {"id": application.client_id, "type": application.kind},
    });
    if let Some(credential) = credential {
        response["credential"] = credential.summary();
    }
    response
}
