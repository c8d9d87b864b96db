//! The LoginID service: its routes, and what each of them does.
//!
//! [`routes::router`] is the table of operations. Each row goes through [`call`], which establishes who
//! calls, and then to its handler.

mod add_credential;
pub mod answer;
mod authenticate;
mod body;
mod call;
mod certs;
mod codes;
mod credentials;
pub mod doc_scan;
mod fido2;
mod passwords;
mod register;
mod routes;
mod service_token;
pub mod transactions;
mod users;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::Value;

pub use self::routes::router;

/// Native applications find every route under this prefix as well.
pub const NATIVE_PREFIX: &str = "/api/native";

/// A JSON answer.
pub fn json_response(status: StatusCode, body: &Value) -> Response {
    let mut response = Response::new(Body::from(body.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(
        header::CONTENT_TYPE,
        HeaderValue::from_static("application/json"),
    );
    response
}
