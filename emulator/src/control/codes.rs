//! Codes, and the calls that wait for one.

use axum::body::Bytes;
use axum::extract::{RawQuery, State as Shared};
use serde::Deserialize;
use serde_json::{Value, json};

use super::actions::Control;
use super::reply::{Reply, answer, parameter, read};
use crate::error::ServiceError;
use crate::route::InPath;
use crate::state::clock::{Millis, timestamp};
use crate::state::code::{Code, CodeKey, CodeType, Codes, Purpose};
use crate::state::user::Subject;
use crate::state::wait::Wait;

impl Control {
    /// The codes of all users, the next to expire first.
    pub fn codes(&self) -> Vec<Value> {
        let world = self.state.world();
        let mut codes: Vec<_> = world
            .users
            .iter()
            .flat_map(|user| {
                user.codes
                    .iter()
                    .map(|(key, code)| (&user.username, key, code))
            })
            .collect();
        codes.sort_by_key(|(username, key, code)| (code.expires, *username, &key.value));
        codes
            .into_iter()
            .map(|(username, key, code)| view(username, key, code))
            .collect()
    }

    /// The calls that wait for a code now, oldest first.
    pub fn waits(&self) -> Vec<Wait> {
        self.state.waits.list()
    }

    fn with_codes<R>(
        &self,
        username: &str,
        change: impl FnOnce(&mut Codes, Millis) -> Result<R, ServiceError>,
    ) -> Result<R, ServiceError> {
        let now = self.state.clock.now();
        let mut world = self.state.world();
        let user = world.users.find_active_mut(&Subject::named(username))?;
        change(&mut user.codes, now)
    }
}

fn view(username: &str, key: &CodeKey, code: &Code) -> Value {
    json!({
        "username": username,
        "type": key.kind,
        "purpose": key.purpose,
        "code": key.value,
        "expires_at": timestamp(code.expires),
        "is_authorized": code.authorized,
        "is_used": code.used,
    })
}

/// All codes, or those of one user.
pub async fn list(Shared(control): Shared<Control>, RawQuery(query): RawQuery) -> Reply {
    let mut codes = control.codes();
    if let Some(username) = parameter(query, "username") {
        codes.retain(|code| code["username"] == username);
    }
    answer(json!({"codes": codes}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewCode {
    #[serde(rename = "type")]
    kind: CodeType,
    purpose: Purpose,
    #[serde(default)]
    authorize: bool,
}

pub async fn generate(
    Shared(control): Shared<Control>,
    InPath(username): InPath<String>,
    body: Bytes,
) -> Reply {
    let new: NewCode = read(&body)?;
    let (value, code) = control.with_codes(&username, |codes, now| {
        Ok(codes.generate(new.kind, new.purpose, new.authorize, now))
    })?;
    let key = CodeKey {
        kind: new.kind,
        purpose: new.purpose,
        value,
    };
    answer(view(&username, &key, &code))
}

pub async fn authorize(
    Shared(control): Shared<Control>,
    InPath(username): InPath<String>,
    body: Bytes,
) -> Reply {
    let key: CodeKey = read(&body)?;
    let code = control.with_codes(&username, |codes, now| codes.authorize(&key, now))?;
    answer(view(&username, &key, &code))
}

pub async fn expire(
    Shared(control): Shared<Control>,
    InPath(username): InPath<String>,
    body: Bytes,
) -> Reply {
    let key: CodeKey = read(&body)?;
    let code = control.with_codes(&username, |codes, now| codes.expire(&key, now))?;
    answer(view(&username, &key, &code))
}

pub async fn waits(Shared(control): Shared<Control>) -> Reply {
    answer(json!({"waits": control.waits()}))
}
