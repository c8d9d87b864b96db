//! The public keys of the service.

use std::sync::Arc;

use axum::extract::{RawQuery, State as Shared};
use axum::http::header;
use axum::response::{IntoResponse, Response};

use crate::error::ServiceError;
use crate::state::State;

/// `GET /certs[?kid=…]`: a key as SPKI PEM, the current one if no id is given. `undefined` counts as none: SDKs
/// in JavaScript send it for a token without `kid`. The keys are public, so `Authorization` is ignored: the Node
/// SDK sends the one of its previous call.
pub async fn public_key(
    Shared(state): Shared<Arc<State>>,
    RawQuery(query): RawQuery,
) -> Result<Response, ServiceError> {
    let query = query.unwrap_or_default();
    let kid = form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "kid")
        .map(|(_, kid)| kid)
        .filter(|kid| !matches!(kid.as_ref(), "" | "undefined"));
    let key = match kid {
        None => Some(state.signing_key()),
        Some(kid) => state.find_key(&kid),
    };
    let key = key
        .ok_or_else(|| ServiceError::not_found("key_not_found", "There is no key with this kid"))?;
    Ok((
        [(header::CONTENT_TYPE, "text/plain; charset=utf-8")],
        key.public_pem.clone(),
    )
        .into_response())
}
