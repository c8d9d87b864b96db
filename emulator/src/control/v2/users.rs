//! Users of the current service, and their passkeys.

use axum::body::Bytes;
use axum::extract::State as Shared;
use serde::Deserialize;
use serde_json::{Value, json};

use super::V2;
use crate::control::actions::Control;
use crate::control::reply::{Reply, answer, read};
use crate::error::ServiceError;
use crate::route::InPath;
use crate::state::v2::new_id;
use crate::state::v2::user::user_not_found;

impl V2 {
    /// Adds a user without passkeys to an application (`None`: the default one).
    pub fn add_user(
        &self,
        application_id: Option<&str>,
        username: &str,
    ) -> Result<Value, ServiceError> {
        let application = self.application(application_id)?;
        let mut world = self.state.v2.world();
        let user = world.users.add(&application.id, &new_id(), username)?;
        Ok(user.view())
    }

    /// Removes a user of an application (`None`: the default one) with all passkeys.
    pub fn remove_user(
        &self,
        application_id: Option<&str>,
        username: &str,
    ) -> Result<(), ServiceError> {
        let application = self.application(application_id)?;
        let mut world = self.state.v2.world();
        let user = world.users.named(&application.id, username);
        let id = user.ok_or_else(user_not_found)?.id.clone();
        world.users.remove(&application.id, &id)
    }

    /// Removes a passkey of a user of an application (`None`: the default one), and returns the user.
    pub fn remove_passkey(
        &self,
        application_id: Option<&str>,
        username: &str,
        passkey_id: &str,
    ) -> Result<Value, ServiceError> {
        let application = self.application(application_id)?;
        let mut world = self.state.v2.world();
        let user = world.users.named_mut(&application.id, username);
        let user = user.ok_or_else(user_not_found)?;
        let before = user.passkeys.len();
        user.passkeys.retain(|passkey| passkey.id != passkey_id);
        if user.passkeys.len() == before {
            return Err(ServiceError::not_found(
                "passkey_not_found",
                "The user has no such passkey",
            ));
        }
        Ok(user.view())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    username: String,
    application_id: Option<String>,
}

/// The application of a user who is named in the path.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OfApplication {
    application_id: Option<String>,
}

pub async fn add(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let new: NewUser = read(&body)?;
    answer(
        control
            .v2()
            .add_user(new.application_id.as_deref(), &new.username)?,
    )
}

pub async fn remove(
    Shared(control): Shared<Control>,
    InPath(username): InPath<String>,
    body: Bytes,
) -> Reply {
    let OfApplication { application_id } = read(&body)?;
    control
        .v2()
        .remove_user(application_id.as_deref(), &username)?;
    answer(json!({}))
}

pub async fn remove_passkey(
    Shared(control): Shared<Control>,
    InPath((username, id)): InPath<(String, String)>,
    body: Bytes,
) -> Reply {
    let OfApplication { application_id } = read(&body)?;
    answer(
        control
            .v2()
            .remove_passkey(application_id.as_deref(), &username, &id)?,
    )
}
