//! One-time codes of the current service.

use axum::extract::{RawQuery, State as Shared};
use serde_json::{Value, json};

use super::V2;
use crate::control::actions::Control;
use crate::control::reply::{Reply, answer, parameter};
use crate::error::ServiceError;
use crate::state::clock::timestamp;

impl V2 {
    /// The codes of all users of an application (`None`: the default one) that have not been used or replaced, the
    /// next to expire first.
    pub fn codes(&self, application_id: Option<&str>) -> Result<Vec<Value>, ServiceError> {
        let application = self.application(application_id)?;
        let world = self.state.v2.world();
        let mut codes: Vec<_> = world
            .users
            .of(&application.id)
            .flat_map(|user| {
                let codes = user.codes.good();
                codes.map(|(purpose, code)| (&user.username, purpose, code))
            })
            .collect();
        codes.sort_by_key(|(username, purpose, code)| (code.expires, *username, purpose.name()));
        Ok(codes
            .into_iter()
            .map(|(username, purpose, code)| {
                json!({
                    "username": username,
                    "application_id": application.id,
                    "purpose": purpose.name(),
                    "channel": code.channel.name(),
                    "code": code.value,
                    "expires_at": timestamp(code.expires),
                })
            })
            .collect())
    }
}

pub async fn list(Shared(control): Shared<Control>, RawQuery(query): RawQuery) -> Reply {
    let application_id = parameter(query, "application_id");
    let codes = control.v2().codes(application_id.as_deref())?;
    answer(json!({"codes": codes}))
}
