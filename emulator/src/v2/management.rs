//! What a backend does with its API key: it verifies tokens, and asks for grants.

use serde_json::json;

use super::answer::{Answer, Reply};
use super::bearer::{Bearer, Kind};
use super::call::Call;
use super::error::forbidden;
use super::token;
use crate::error::ServiceError;
use crate::state::v2::scope::Scope;
use crate::state::v2::user::check_name;

/// Says that a LoginID token is good. A grant is none.
pub async fn verify_token(call: Call) -> Reply {
    let bearer = Bearer::verify(&call.state, &call.application, call.body.text("jwtAccess")?)?;
    match bearer.kind {
        Kind::Login { .. } => Ok(Answer::Nothing),
        Kind::Grant { .. } => Err(ServiceError::unauthorized("A grant is no LoginID token")),
    }
}

/// Grants scopes that the API key has. The user need not exist: a grant can be for their first passkey.
pub async fn grant(call: Call) -> Reply {
    let names = call.body.optional_texts("grants")?.unwrap_or_default();
    let scopes = Scope::parse_all(names)?;
    if scopes.is_empty() {
        return Err(ServiceError::bad_request(
            "grants must have at least one scope",
        ));
    }
    if scopes.iter().any(|scope| !call.key_scopes.contains(scope)) {
        return Err(forbidden("The API key does not have all of these scopes"));
    }
    let username = call.body.optional_text("username")?;
    username.map(check_name).transpose()?;
    let token = token::of_grant(&call.state, &call.application, &scopes, username);
    Ok(Answer::Json(json!({"token": token})))
}

/// A token that says that a user was authenticated elsewhere. The browser hands it in.
pub async fn external_authentication(call: Call) -> Reply {
    let username = call.body.text("username")?;
    check_name(username)?;
    let (id, now) = (&call.application.id, call.now());
    let token = call.state.v2.world().external.add(id, username, now);
    Ok(Answer::Json(json!({"token": token})))
}
