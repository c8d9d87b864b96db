//! The verification of tokens that come back: LoginID tokens and grants.

use serde_json::{Map, Value};

use super::token::{GRANT, LOGIN};
use crate::error::ServiceError;
use crate::jws::{Jws, VerifyingKey};
use crate::state::State;
use crate::state::v2::application::Application;
use crate::state::v2::scope::Scope;

/// A verified token.
pub struct Bearer {
    pub kind: Kind,
    scopes: Vec<String>,
}

/// The two kinds, and whom each is about.
pub enum Kind {
    /// A LoginID token of this user.
    Login { user_id: String },
    /// A grant for this user, if it names one.
    Grant { username: Option<String> },
}

impl Bearer {
    pub fn allows(&self, scope: Scope) -> bool {
        self.scopes.iter().any(|name| name == scope.name())
    }

    /// Verifies a token: signature, issuer, application, time and kind, and that its user still exists.
    pub fn verify(
        state: &State,
        application: &Application,
        token: &str,
    ) -> Result<Self, ServiceError> {
        let claims = signed_claims(state, token)
            .ok_or_else(|| ServiceError::unauthorized("The token is not signed by this service"))?;
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        let is_ours =
            text("iss") == Some(&application.base_url) && text("aud") == Some(&application.id);
        if !is_ours {
            return Err(ServiceError::unauthorized(
                "The token is for another application",
            ));
        }
        let expires = claims.get("exp").and_then(Value::as_i64);
        if expires.is_none_or(|expires| expires <= state.clock.now_s()) {
            return Err(ServiceError::unauthorized("The token has expired"));
        }
        let kind = match text("tokenType") {
            Some(LOGIN) => Kind::Login {
                user_id: user_of_login(state, application, text("sub"))?,
            },
            Some(GRANT) => {
                require_good_grant(state, text("jti"))?;
                let username = text("username").map(str::to_owned);
                Kind::Grant { username }
            }
            _ => {
                return Err(ServiceError::unauthorized(
                    "The token is neither a LoginID token nor a grant",
                ));
            }
        };
        let scopes = claims.get("scopes").and_then(Value::as_array);
        let names = scopes.into_iter().flatten().filter_map(Value::as_str);
        Ok(Self {
            kind,
            scopes: names.map(str::to_owned).collect(),
        })
    }
}

/// The claims of a token that one of the served keys has signed.
fn signed_claims(state: &State, token: &str) -> Option<Map<String, Value>> {
    let kid = Jws::decode(token)?.header.get("kid")?.as_str()?.to_owned();
    let key = VerifyingKey::from_pem(&state.v2.find_key(&kid)?.public_pem)?;
    Some(key.verify(token)?.claims)
}

fn user_of_login(
    state: &State,
    application: &Application,
    user_id: Option<&str>,
) -> Result<String, ServiceError> {
    let world = state.v2.world();
    let user = user_id.and_then(|id| world.users.find(&application.id, id));
    user.map(|user| user.id.clone())
        .ok_or_else(|| ServiceError::unauthorized("The user of the token does not exist"))
}

/// The token's `exp` is rounded up to a whole second; the service keeps the exact time.
fn require_good_grant(state: &State, jti: Option<&str>) -> Result<(), ServiceError> {
    let world = state.v2.world();
    if jti.is_some_and(|jti| world.grants.is_good(jti, state.clock.now())) {
        return Ok(());
    }
    Err(ServiceError::unauthorized("The grant has expired"))
}
