//! The tokens the service issues.

use serde_json::{Map, Value, json};

use crate::jws::{Jws, VerifyingKey};
use crate::state::State;
use crate::state::user::User;

/// How long an issued token is valid, in seconds.
const TOKEN_LIFE_S: i64 = 3600;

/// The user a token is issued for, copied so that it can be signed without holding a lock.
#[derive(Clone, Debug)]
pub struct Identity {
    pub user_id: String,
    pub username: String,
}

impl From<&User> for Identity {
    fn from(user: &User) -> Self {
        Self {
            user_id: user.id.clone(),
            username: user.username.clone(),
        }
    }
}

/// A token about a user for an application, with extra claims besides the usual ones.
pub fn issue_token(
    state: &State,
    client_id: &str,
    identity: &Identity,
    action: &str,
    extra: Map<String, Value>,
) -> String {
    let now = state.clock.now_s();
    let mut claims = json!({
        "sub": identity.user_id,
        "nid": state.namespace_id,
        "iss": "loginid.io",
        "aud": client_id,
        "udata": identity.username,
        "action": action,
        "iat": now,
        "exp": now + TOKEN_LIFE_S,
    });
    if let Value::Object(members) = &mut claims {
        members.extend(extra);
    }
    state.signing_key().issue(&claims)
}

/// The claims of a token that the service issued and that has not expired.
pub fn verified_claims(state: &State, token: &str) -> Option<Map<String, Value>> {
    let kid = Jws::decode(token)?.header.get("kid")?.as_str()?.to_owned();
    let key = VerifyingKey::from_pem(&state.find_key(&kid)?.public_pem)?;
    let claims = key.verify(token)?.claims;
    let is_valid = state.clock.now_s() < claims.get("exp")?.as_i64()?;
    is_valid.then_some(claims)
}
