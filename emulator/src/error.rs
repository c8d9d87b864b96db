//! The error of the service and of the control API: `{"code", "message"}` with an HTTP status.

use std::borrow::Cow;
use std::fmt;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::json;

/// An error as LoginID answers it. Messages never repeat what the caller sent: it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceError {
    /// The HTTP status of the answer.
    pub status: StatusCode,
    /// The machine-readable code, for example `user_not_found`.
    pub code: &'static str,
    /// Human-readable; says what is wrong with the call.
    pub message: Cow<'static, str>,
}

impl ServiceError {
    /// An error with any status and code.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        message: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self {
            status,
            code,
            message: message.into(),
        }
    }

    /// 400 with a code of its own.
    pub fn refused(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 400 `bad_request`: the call is malformed.
    pub fn bad_request(message: impl Into<Cow<'static, str>>) -> Self {
        Self::refused("bad_request", message)
    }

    /// 401 `unauthorized`: the application is not authenticated.
    pub fn unauthorized(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    /// 401 `failed_to_authenticate`: the user is not authenticated.
    pub fn not_authenticated(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "failed_to_authenticate", message)
    }

    /// 403 `operation_not_allowed`: the caller may not do this.
    pub fn not_allowed(message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::FORBIDDEN, "operation_not_allowed", message)
    }

    /// 404 with a code of its own.
    pub fn not_found(code: &'static str, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// 400 `invalid_challenge`: the challenge is not the one to be answered here.
    pub fn invalid_challenge(message: &'static str) -> Self {
        Self::refused("invalid_challenge", message)
    }

    /// 400 `username_empty`.
    pub fn username_empty() -> Self {
        Self::refused("username_empty", "username is required")
    }

    /// 404 `user_not_found`.
    pub fn user_not_found() -> Self {
        Self::not_found("user_not_found", "User not found")
    }
}

impl fmt::Display for ServiceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {}: {}",
            self.status.as_u16(),
            self.code,
            self.message
        )
    }
}

impl std::error::Error for ServiceError {}

impl IntoResponse for ServiceError {
    fn into_response(self) -> Response {
        let body = json!({"code": self.code, "message": self.message});
        let mut response = json::response(self.status, &body);
        // For the log and the record, which say why a request was refused.
        response.extensions_mut().insert(self);
        response
    }
}
