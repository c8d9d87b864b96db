//! What is wrong with a token, in words. Nothing is consumed: the token can still be used.

use axum::body::Bytes;
use axum::extract::State as Shared;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::actions::Control;
use super::reply::{Reply, answer, read};
use crate::jws::{Jws, VerifyingKey};
use crate::state::State;
use crate::state::application::IAT_WINDOW_S;
use crate::state::keyring::ServiceKey;
use crate::v2::token::{GRANT, LOGIN};

/// What a token is made for, as far as its claims say.
#[derive(Clone, Copy)]
enum Kind {
    /// Signed by an application, for calls of the older service.
    ServiceToken,
    V1Login,
    V1Transaction,
    V2Login,
    V2Grant,
    V2Transaction,
}

impl Kind {
    fn of(claims: &Map<String, Value>) -> Option<Self> {
        let text = |name: &str| claims.get(name).and_then(Value::as_str);
        Some(match text("tokenType") {
            Some(LOGIN) => Self::V2Login,
            Some(GRANT) => Self::V2Grant,
            _ if claims.contains_key("txHash") => Self::V2Transaction,
            _ if claims.contains_key("tx_hash") => Self::V1Transaction,
            _ if claims.contains_key("udata") && claims.contains_key("aud") => Self::V1Login,
            _ if claims.contains_key("client_id") || claims.contains_key("payload_hash") => {
                Self::ServiceToken
            }
            _ => return None,
        })
    }

    /// Its name in the answer.
    fn name(self) -> &'static str {
        match self {
            Self::ServiceToken => "v1_service_token",
            Self::V1Login => "v1_login",
            Self::V1Transaction => "v1_transaction",
            Self::V2Login => "v2_login",
            Self::V2Grant => "v2_grant",
            Self::V2Transaction => "v2_transaction",
        }
    }
}

/// The problems that were found.
#[derive(Default)]
struct Problems(Vec<String>);

impl Problems {
    fn add(&mut self, text: impl Into<String>) {
        self.0.push(text.into());
    }

    fn unless(&mut self, holds: bool, text: &str) {
        if !holds {
            self.add(text);
        }
    }
}

impl Control {
    /// What a token is, and what is wrong with it at this time.
    pub fn check_token(&self, token: &str) -> Value {
        let token = token.trim();
        let token = token.strip_prefix("Bearer ").unwrap_or(token);
        let Some(jws) = Jws::decode(token) else {
            let problems = [undecodable(token)];
            return json!({"kind": null, "header": null, "claims": null, "problems": problems});
        };
        let mut problems = Problems::default();
        let kind = Kind::of(&jws.claims);
        let state = &self.state;
        match kind {
            None => problems.add(
                "No token of LoginID has such claims: a service token has client_id, a login aud and udata, one of the current service tokenType",
            ),
            Some(Kind::ServiceToken) => check_service_token(state, token, &jws, &mut problems),
            Some(kind @ (Kind::V1Login | Kind::V1Transaction)) => {
                check_v1(state, token, &jws, kind, &mut problems);
            }
            Some(kind) => check_v2(state, token, &jws, kind, &mut problems),
        }
        json!({
            "kind": kind.map(Kind::name),
            "header": jws.header,
            "claims": jws.claims,
            "problems": problems.0,
        })
    }
}

fn undecodable(token: &str) -> &'static str {
    match token.split('.').count() {
        3 => {
            "It cannot be decoded: header and claims must be JSON objects without duplicate members, and all parts base64url without padding"
        }
        _ => "It is not a JSON Web Token, which has three parts with dots between them",
    }
}

fn text<'a>(claims: &'a Map<String, Value>, name: &str) -> Option<&'a str> {
    claims.get(name).and_then(Value::as_str)
}

/// A token that an application signs for its calls.
fn check_service_token(state: &State, token: &str, jws: &Jws, problems: &mut Problems) {
    let claims = &jws.claims;
    problems.unless(
        text(&jws.header, "alg") == Some("ES256")
            && text(&jws.header, "typ") == Some("JWT")
            && !jws.header.contains_key("crit"),
        "The header is not {\"alg\":\"ES256\",\"typ\":\"JWT\"}",
    );
    // Transaction tokens of the Python SDK name no application.
    let application = match text(claims, "client_id") {
        Some(id) => state.application(id),
        None => Some(state.default_application().clone()),
    };
    let nonce = text(claims, "nonce").filter(|nonce| !nonce.is_empty());
    problems.unless(nonce.is_some(), "It has no nonce");
    match &application {
        None => problems.add("Its client_id is not that of an application of this emulator"),
        Some(application) => {
            match &application.key {
                None => problems.add("Its application is public, and has no key"),
                Some(key) => problems.unless(
                    key.verify(token).is_some(),
                    "The signature is not of the application's key: is LOGINID_PRIVATE_KEY the key of this application?",
                ),
            }
            let used = nonce.is_some_and(|nonce| application.has_used(nonce));
            problems.unless(
                !used,
                "Its nonce was used before: each token is good for one call",
            );
        }
    }
    let now = state.clock.now_s();
    match claims.get("iat").and_then(Value::as_i64) {
        None => problems.add("It has no iat in whole seconds"),
        Some(iat) if now.abs_diff(iat) > IAT_WINDOW_S.unsigned_abs() => problems.add(format!(
            "Its iat is {} from the emulator's clock; at most 5 minutes are allowed",
            duration(now.abs_diff(iat))
        )),
        Some(_) => {}
    }
    if claims.contains_key("exp") {
        check_expiry(claims, now, problems);
    }
    if let Some(from) = claims.get("nbf") {
        let holds = from.as_i64().is_some_and(|from| from <= now);
        problems.unless(holds, "It is not valid yet (nbf)");
    }
    let pairs = [("type", "scope"), ("username", "udata")];
    for (one, other) in pairs {
        if let (Some(a), Some(b)) = (text(claims, one), text(claims, other))
            && a != b
        {
            problems.add(format!("Its {one} and {other} differ"));
        }
    }
}

/// A token of the older service.
fn check_v1(state: &State, token: &str, jws: &Jws, kind: Kind, problems: &mut Problems) {
    let claims = &jws.claims;
    check_signature(token, jws, |kid| state.find_key(kid), problems);
    problems.unless(
        text(claims, "iss") == Some("loginid.io"),
        "Its issuer (iss) is not loginid.io",
    );
    let application = text(claims, "aud").and_then(|id| state.application(id));
    problems.unless(
        application.is_some(),
        "Its audience (aud) is not an application of this emulator",
    );
    check_expiry(claims, state.clock.now_s(), problems);
    let username = text(claims, "udata").unwrap_or_default();
    let world = state.world();
    let mut users = world.users.iter();
    match users.find(|user| user.username == username) {
        None => problems.add("Its user (udata) does not exist"),
        Some(user) => problems.unless(user.active, "Its user is deactivated"),
    }
    if matches!(kind, Kind::V1Transaction) {
        let transaction = text(claims, "tx_id").and_then(|id| world.transactions.get(id));
        problems.unless(
            transaction.is_some_and(|transaction| transaction.confirmed),
            "Its transaction (tx_id) is not a confirmed one of this emulator",
        );
    }
}

/// A token of the current service.
fn check_v2(state: &State, token: &str, jws: &Jws, kind: Kind, problems: &mut Problems) {
    let claims = &jws.claims;
    check_signature(token, jws, |kid| state.v2.find_key(kid), problems);
    let application = text(claims, "aud").and_then(|id| state.v2.application(id));
    check_expiry(claims, state.clock.now_s(), problems);
    let Some(application) = application else {
        problems.add("Its audience (aud) is not an application of the current service");
        return;
    };
    problems.unless(
        text(claims, "iss") == Some(&application.base_url),
        "Its issuer (iss) is not the base URL of its application",
    );
    let world = state.v2.world();
    if matches!(kind, Kind::V2Grant) {
        let jti = text(claims, "jti");
        let is_good = jti.is_some_and(|jti| world.grants.is_good(jti, state.clock.now()));
        problems.unless(
            is_good,
            "The grant has expired: it is good for five seconds",
        );
        return;
    }
    let user = text(claims, "sub").and_then(|id| world.users.find(&application.id, id));
    problems.unless(user.is_some(), "Its user (sub) does not exist");
}

/// Algorithm, key and signature of a token of either service.
fn check_signature(
    token: &str,
    jws: &Jws,
    find: impl FnOnce(&str) -> Option<std::sync::Arc<ServiceKey>>,
    problems: &mut Problems,
) {
    problems.unless(
        text(&jws.header, "alg") == Some("ES256"),
        "Its algorithm (alg) is not ES256",
    );
    let Some(kid) = text(&jws.header, "kid") else {
        problems.add("Its header names no key (kid)");
        return;
    };
    match find(kid) {
        None => problems.add(
            "Its key (kid) is not served: it was retired, or the token is of another emulator or another start",
        ),
        Some(key) => {
            let key = VerifyingKey::from_pem(&key.public_pem);
            problems.unless(
                key.is_some_and(|key| key.verify(token).is_some()),
                "Its signature is wrong: the token was changed",
            );
        }
    }
}

fn check_expiry(claims: &Map<String, Value>, now: i64, problems: &mut Problems) {
    match claims.get("exp").and_then(Value::as_f64) {
        None => problems.add("It has no expiry time (exp)"),
        // Of these sizes, seconds are exact in a double.
        Some(expires) if expires <= now as f64 => {
            let ago = (now as f64 - expires) as u64;
            problems.add(format!("It expired {} ago (exp)", duration(ago)));
        }
        Some(_) => {}
    }
}

/// `3 days`, `1 second`: the largest unit that fits.
fn duration(seconds: u64) -> String {
    let units = [(86_400, "day"), (3600, "hour"), (60, "minute")];
    let fits = units.into_iter().find(|(size, _)| seconds >= *size);
    let (size, name) = fits.unwrap_or((1, "second"));
    let count = seconds / size;
    format!("{count} {name}{}", if count == 1 { "" } else { "s" })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Given {
    token: String,
}

pub async fn check(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let Given { token } = read(&body)?;
    answer(control.check_token(&token))
}
