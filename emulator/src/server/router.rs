//! The routes of the service and of the control API in one router.

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};

use crate::control::routes as control;
use crate::error::ServiceError;
use crate::state::State;
use crate::v1::routes as v1;
use crate::v2::error as v2_error;
use crate::v2::routes as v2;

/// Everything that one emulator serves.
pub fn router(state: Arc<State>) -> Router {
    v1::router()
        .merge(v2::router())
        .merge(control::router())
        .fallback(async |uri: Uri| refusal(uri.path(), no_route(uri.path())))
        .method_not_allowed_fallback(async |uri: Uri| refusal(uri.path(), wrong_method()))
        .with_state(state)
}

/// The answer for an error, in the shape of the service that has the path.
pub fn refusal(path: &str, error: ServiceError) -> Response {
    if v2::owns(path) {
        v2_error::response(error)
    } else {
        error.into_response()
    }
}

fn no_route(path: &str) -> ServiceError {
    let message = if path.contains("//") {
        "There is no such route: it has two slashes in a row. Remove the slash at the end of the base URL"
    } else {
        "There is no such route"
    };
    ServiceError::not_found("not_found", message)
}

/// The error for a method that a route does not take.
pub fn wrong_method() -> ServiceError {
    ServiceError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "The route does not take this method",
    )
}
