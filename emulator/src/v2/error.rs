//! The errors of the current service: `{"msg", "msgCode"}`.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use crate::error::ServiceError;
use crate::json;

/// The answer for an error.
pub fn response(error: ServiceError) -> Response {
    let error = ServiceError {
        code: msg_code(error.status),
        ..error
    };
    let body = json!({"msg": error.message, "msgCode": error.code});
    let mut response = json::response(error.status, &body);
    // For the log and the record, which say why a request was refused.
    response.extensions_mut().insert(error);
    response
}

/// The service has one code for each of its statuses. It has no other status: a route that does not take a method,
/// and a body that is too large, are bad requests too.
fn msg_code(status: StatusCode) -> &'static str {
    match status {
        StatusCode::UNAUTHORIZED => "unauthorized",
        StatusCode::FORBIDDEN => "forbidden",
        StatusCode::NOT_FOUND => "not_found",
        status if status.is_server_error() => "internal_error",
        _ => "bad_request",
    }
}

/// 403: the caller is known, and may not do this.
pub fn forbidden(message: &'static str) -> ServiceError {
    ServiceError::new(StatusCode::FORBIDDEN, "forbidden", message)
}

/// 404: there is no such thing.
pub fn not_found(message: &'static str) -> ServiceError {
    ServiceError::not_found("not_found", message)
}
