//! Verification of the service tokens that applications sign.

use std::sync::Arc;

use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

use crate::encoding::sha256;
use crate::error::ServiceError;
use crate::jws::Jws;
use crate::state::State;
use crate::state::application::{Application, IAT_WINDOW_S};

/// A verified service token: its signature and times are good. The caller checks the rest.
#[derive(Debug)]
pub struct ServiceToken {
    /// The application that it names: the calling one, or another one with the same key.
    pub signer: Arc<Application>,
    /// Its scope; some official SDKs send none.
    pub scope: Option<String>,
    /// The only user it may be used for.
    pub username: Option<String>,
    pub user_id: Option<String>,
    /// The hash of the transaction payload it may be used for.
    pub payload_hash: Option<String>,
    pub nonce: String,
    /// Whether its nonce was used before.
    pub replayed: bool,
    /// SHA-256 of the calling application and the token.
    pub hash: [u8; 32],
}

/// Whether a token must name its application.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum ClientIdClaim {
    Required,
    /// The Python SDK omits it in transaction tokens.
    Optional,
}

/// Verifies the token of a request, if it has one, and marks its nonce as used. What is sent for an
/// application without a key is ignored: LoginID's browser SDKs send `Bearer undefined`.
pub fn verify(
    state: &State,
    application: &Arc<Application>,
    headers: &HeaderMap,
    client_id: ClientIdClaim,
) -> Result<Option<ServiceToken>, ServiceError> {
    let Some(key) = &application.key else {
        return Ok(None);
    };
    let Some(token) = bearer(headers)? else {
        return Ok(None);
    };
    let jws = key
        .verify(token)
        .ok_or_else(|| ServiceError::unauthorized("The service token's signature is not valid"))?;
    check_header(&jws)?;
    let now = state.clock.now_s();
    check_times(&jws.claims, now)?;

    let signer = match claim(&jws.claims, "client_id")? {
        None if client_id == ClientIdClaim::Required => {
            return Err(ServiceError::unauthorized(
                "The service token has no client_id",
            ));
        }
        Some(id) if id != application.client_id => {
            // The application of a backend may sign for that of its pages.
            let other = state.application(&id);
            other
                .filter(|other| other.has_key_of(application))
                .ok_or_else(|| {
                    ServiceError::unauthorized("The service token belongs to another application")
                })?
        }
        _ => Arc::clone(application),
    };
    let (scope, username, user_id, payload_hash) = (
        scope(&jws.claims)?,
        username(&jws.claims)?,
        claim(&jws.claims, "user_id")?,
        claim(&jws.claims, "payload_hash")?,
    );
    let nonce = claim(&jws.claims, "nonce")?.filter(|nonce| !nonce.is_empty());
    let nonce =
        nonce.ok_or_else(|| ServiceError::unauthorized("The service token has no nonce"))?;
    Ok(Some(ServiceToken {
        scope,
        username,
        user_id,
        payload_hash,
        replayed: !signer.use_nonce(&nonce, now),
        nonce,
        signer,
        hash: sha256(&[application.client_id.as_bytes(), token.as_bytes()]),
    }))
}

/// The bearer token of a request.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, ServiceError> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let token = value.to_str().ok().and_then(|value| value.split_once(' '));
    match token {
        Some((scheme, token))
            if scheme.eq_ignore_ascii_case("bearer") && values.next().is_none() =>
        {
            Ok(Some(token))
        }
        _ => Err(ServiceError::unauthorized(
            "Authorization must be one bearer token",
        )),
    }
}

fn check_header(jws: &Jws) -> Result<(), ServiceError> {
    // `alg` was checked with the signature. Critical extensions must not be ignored, and none is known.
    let typ = jws.header.get("typ").and_then(Value::as_str);
    if typ != Some("JWT") || jws.header.contains_key("crit") {
        return Err(ServiceError::unauthorized(
            "The service token's header is not {\"alg\":\"ES256\",\"typ\":\"JWT\"}",
        ));
    }
    Ok(())
}

fn check_times(claims: &Map<String, Value>, now: i64) -> Result<(), ServiceError> {
    let iat = claims.get("iat").and_then(Value::as_i64);
    let iat = iat.ok_or_else(|| {
        ServiceError::unauthorized("The service token has no iat in whole seconds")
    })?;
    if now.abs_diff(iat) > IAT_WINDOW_S.unsigned_abs() {
        return Err(ServiceError::unauthorized(
            "The service token's iat is not within five minutes of now",
        ));
    }
    for (name, holds) in [("exp", i64::gt as fn(&i64, &i64) -> bool), ("nbf", i64::le)] {
        if let Some(limit) = claims.get(name)
            && !limit.as_i64().is_some_and(|limit| holds(&limit, &now))
        {
            return Err(ServiceError::unauthorized(
                "The service token has expired or is not valid yet",
            ));
        }
    }
    Ok(())
}

/// The scope, under either of its names. If both are there, they must be equal.
fn scope(claims: &Map<String, Value>) -> Result<Option<String>, ServiceError> {
    match (claim(claims, "type")?, claim(claims, "scope")?) {
        (Some(a), Some(b)) if a != b => Err(ServiceError::unauthorized(
            "The service token's type and scope differ",
        )),
        (a, b) => Ok(a.or(b)),
    }
}

/// The user's name, under either of its names. If both are there, they must be equal.
fn username(claims: &Map<String, Value>) -> Result<Option<String>, ServiceError> {
    match (claim(claims, "username")?, claim(claims, "udata")?) {
        (Some(a), Some(b)) if a != b => Err(ServiceError::unauthorized(
            "The service token's username and udata differ",
        )),
        (a, b) => Ok(a.or(b)),
    }
}

fn claim(claims: &Map<String, Value>, name: &str) -> Result<Option<String>, ServiceError> {
    match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(ServiceError::unauthorized(
            "A claim of the service token is not a text",
        )),
    }
}
