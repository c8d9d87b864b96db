//! Cross-origin resource sharing (CORS): allowed origins may call the service and read its answers.
//!
//! A preflight names no application, so an origin of any application is allowed here. Passkeys are accepted
//! for the application's own origins only. No cookies are used, so credentials are not allowed.

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::response::Response;

use crate::error::ServiceError;
use crate::host::only;
use crate::origin::Origin;
use crate::state::State;

const METHODS: &str = "GET, POST, PUT, DELETE";
/// Those that LoginID's browser SDKs and this project's libraries send.
const REQUEST_HEADERS: &str = "Authorization, Content-Type, X-Client-ID, Request-ID";
/// Those of the answer that scripts may read besides the ordinary ones.
const EXPOSED_HEADERS: &str = "Retry-After, Request-ID";
/// How long browsers may remember a preflight, in seconds.
const MAX_AGE: &str = "600";

const ASKS_FOR_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
const ALLOWS_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");

/// The `Origin` of a request, if it is allowed.
pub fn allowed_origin(state: &State, headers: &HeaderMap) -> Option<HeaderValue> {
    let value = only(headers, &header::ORIGIN)?;
    let origin = Origin::parse_exact(value.to_str().ok()?)?;
    state.allows_page(&origin).then(|| value.clone())
}

/// The answer to a preflight, if the request is one: may a page send the request that it describes?
pub fn preflight(
    head: &Parts,
    origin: Option<&HeaderValue>,
) -> Option<Result<Response, ServiceError>> {
    let asks = head.method == Method::OPTIONS
        && head.headers.contains_key(header::ORIGIN)
        && head
            .headers
            .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !asks {
        return None;
    }
    let Some(origin) = origin else {
        return Some(Err(refusal(&head.headers)));
    };
    let mut answer = Response::new(Body::empty());
    *answer.status_mut() = StatusCode::NO_CONTENT;
    share(&mut answer, origin);
    let headers = answer.headers_mut();
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, METHODS),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, REQUEST_HEADERS),
        (header::ACCESS_CONTROL_MAX_AGE, MAX_AGE),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    // Chromium asks so before a page of a public address may call this machine.
    if head.headers.contains_key(ASKS_FOR_PRIVATE_NETWORK) {
        headers.insert(ALLOWS_PRIVATE_NETWORK, HeaderValue::from_static("true"));
    }
    Some(Ok(answer))
}

/// Says what to do for pages of this origin.
fn refusal(headers: &HeaderMap) -> ServiceError {
    let origin = only(headers, &header::ORIGIN).and_then(|value| value.to_str().ok());
    let on_this_machine = origin.and_then(Origin::as_localhost);
    let message = match on_this_machine {
        Some(localhost) => format!(
            "Pages of an IP address may not call the service, as they have no passkeys: open the page as {localhost}"
        ),
        None => "Pages of this origin may not call the service: add it with --origin, or with POST /_emulator/origins".to_owned(),
    };
    ServiceError::new(StatusCode::FORBIDDEN, "origin_not_allowed", message)
}

/// Lets the scripts of an origin read an answer. What a fault has set stays.
pub fn share(answer: &mut Response, origin: &HeaderValue) {
    let exposed = HeaderValue::from_static(EXPOSED_HEADERS);
    let vary = HeaderValue::from_static("Origin");
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone()),
        (header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed),
        (header::VARY, vary),
    ] {
        answer.headers_mut().entry(name).or_insert(value);
    }
}
