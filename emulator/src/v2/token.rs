//! The tokens that the service issues: LoginID tokens, grants, and transaction tokens.

use serde_json::{Value, json};

use crate::state::State;
use crate::state::v2::application::Application;
use crate::state::v2::grant::GRANT_LIFE;
use crate::state::v2::scope::Scope;

/// How long a LoginID token is good, in seconds: as in LoginID's documentation.
const LOGIN_LIFE_S: i64 = 600;

/// The `tokenType` of a LoginID token.
pub const LOGIN: &str = "jwtAccess";

/// The `tokenType` of a grant. The name is the emulator's: what is known is that a grant is no LoginID token.
pub const GRANT: &str = "grant";

/// A login: the user, and how they logged in.
pub struct Login {
    pub user_id: String,
    pub username: String,
    /// None for a login by code.
    pub passkey_id: Option<String>,
    pub rp_id: String,
    pub device_id: String,
}

/// The LoginID token of a login.
pub fn of_login(state: &State, application: &Application, login: &Login) -> String {
    let now = state.clock.now_s();
    let mut claims = json!({
        "iss": application.base_url,
        "aud": application.id,
        "sub": login.user_id,
        "username": login.username,
        "iat": now,
        "exp": now + LOGIN_LIFE_S,
        "scopes": Scope::OF_LOGIN.map(Scope::name),
        "tokenType": LOGIN,
        "rpId": login.rp_id,
        "verify": "/fido2/v2/mgmt/token/verify",
    });
    if let Some(passkey_id) = &login.passkey_id {
        claims["credID"] = json!(passkey_id);
    }
    state.v2.signing_key().issue(&claims)
}

/// A grant of these scopes, for this user if it names one.
pub fn of_grant(
    state: &State,
    application: &Application,
    scopes: &[Scope],
    username: Option<&str>,
) -> String {
    let now = state.clock.now();
    let jti = state.v2.world().grants.add(now);
    let mut claims = json!({
        "iss": application.base_url,
        "aud": application.id,
        "jti": jti,
        "iat": now.div_euclid(1000),
        // Rounded up: the service keeps the exact time.
        "exp": (now + GRANT_LIFE + 999).div_euclid(1000),
        "scopes": scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>(),
        "tokenType": GRANT,
    });
    if let Some(username) = username {
        claims["username"] = json!(username);
    }
    state.v2.signing_key().issue(&claims)
}

/// What a confirmed transaction's token says of it.
pub struct Confirmed<'a> {
    pub user_id: &'a str,
    pub username: &'a str,
    pub passkey_id: Option<&'a str>,
    /// `base64url(SHA-256(txPayload ‖ nonce ‖ lNonce))`.
    pub hash: &'a str,
    pub nonce: &'a str,
    /// The service's nonce.
    pub service_nonce: &'a str,
}

/// The token of a confirmed transaction. Its user, its lifetime and that it has no `tokenType` are the emulator's
/// choice: LoginID documents `txHash`, `nonce` and `lNonce` only.
pub fn of_transaction(state: &State, application: &Application, confirmed: &Confirmed) -> String {
    let now = state.clock.now_s();
    let mut claims: Value = json!({
        "iss": application.base_url,
        "aud": application.id,
        "sub": confirmed.user_id,
        "username": confirmed.username,
        "iat": now,
        "exp": now + LOGIN_LIFE_S,
        "txHash": confirmed.hash,
        "nonce": confirmed.nonce,
        "lNonce": confirmed.service_nonce,
    });
    if let Some(passkey_id) = confirmed.passkey_id {
        claims["credID"] = json!(passkey_id);
    }
    state.v2.signing_key().issue(&claims)
}
