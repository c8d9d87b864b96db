//! The routes of the service and of the control API in one router.

use std::sync::Arc;

use axum::Router;
use axum::http::{StatusCode, Uri};

use crate::control::routes as control;
use crate::error::ServiceError;
use crate::state::State;
use crate::v1::routes as v1;

/// Everything that one emulator serves.
pub fn router(state: Arc<State>) -> Router {
    v1::router()
        .merge(control::router())
        .fallback(no_route)
        .method_not_allowed_fallback(async || wrong_method())
        .with_state(state)
}

async fn no_route(path: Uri) -> ServiceError {
    let message = if path.path().contains("//") {
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
