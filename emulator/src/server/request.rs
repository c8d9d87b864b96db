//! What every request needs before anything else: one `Host`, and a body that arrives whole.

use std::error::Error;

use axum::http::request::Parts;
use axum::http::{StatusCode, Version, header};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};

use crate::error::ServiceError;
use crate::host::Authority;

/// Larger bodies are refused.
const MAX_BODY: usize = 1024 * 1024;

/// Refuses a request without exactly one valid `Host` header, as HTTP/1.1 requires. HTTP/1.0 had no such header.
pub fn check_host(head: &Parts) -> Result<(), ServiceError> {
    let may_be_missing = head.version < Version::HTTP_11;
    if Authority::of_request(&head.headers).is_some()
        || (may_be_missing && !head.headers.contains_key(header::HOST))
    {
        return Ok(());
    }
    Err(ServiceError::bad_request(
        "A request needs exactly one valid Host header",
    ))
}

/// The body of a request.
pub struct RequestBody {
    incoming: Incoming,
    is_read: bool,
}

impl RequestBody {
    pub fn new(incoming: Incoming) -> Self {
        let is_read = incoming.is_end_stream();
        Self { incoming, is_read }
    }

    /// Reads it to its end.
    pub async fn read(&mut self) -> Result<Bytes, ServiceError> {
        match Limited::new(&mut self.incoming, MAX_BODY).collect().await {
            Ok(body) => {
                self.is_read = true;
                Ok(body.to_bytes())
            }
            Err(error) => Err(refusal(error.as_ref())),
        }
    }

    /// Whether its end was reached. If not, no further request can be read from the connection.
    pub fn is_read(&self) -> bool {
        self.is_read
    }
}

fn refusal(error: &(dyn Error + 'static)) -> ServiceError {
    if error.is::<LengthLimitError>() {
        return ServiceError::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "bad_request",
            "The body is larger than 1 MiB",
        );
    }
    ServiceError::bad_request(
        "The body is not complete: the connection broke off, or a chunk has no valid size",
    )
}
