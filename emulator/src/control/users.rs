//! Users, their contacts and credentials.

use axum::body::Bytes;
use axum::extract::{RawQuery, State as Shared};
use serde::Deserialize;
use serde_json::{Value, json};

use super::actions::Control;
use super::reply::{Reply, answer, parameter, read};
use crate::error::ServiceError;
use crate::route::InPath;
use crate::state::credential::Credential;
use crate::state::user::{ContactType, Subject, User};

impl Control {
    /// All users with their credentials, by name.
    pub fn users(&self) -> Vec<Value> {
        let world = self.state.world();
        let mut users: Vec<_> = world.users.iter().collect();
        users.sort_by(|a, b| a.username.cmp(&b.username));
        users.into_iter().map(|user| self.view(user)).collect()
    }

    /// A user with their credentials.
    pub fn user(&self, username: &str) -> Result<Value, ServiceError> {
        let world = self.state.world();
        let user = world.users.find(&Subject::named(username))?;
        Ok(self.view(user))
    }

    /// Adds a user of an application.
    pub fn add_user(&self, username: &str, client_id: &str) -> Result<Value, ServiceError> {
        self.application(client_id)?;
        let mut world = self.state.world();
        let user = world
            .users
            .add(username, client_id, self.state.clock.now())?;
        Ok(self.view(user))
    }

    /// Removes a user with all their data.
    pub fn remove_user(&self, username: &str) -> Result<(), ServiceError> {
        self.state.world().users.remove(&Subject::named(username))
    }

    /// Lets a user log in, or not.
    pub fn set_active(&self, username: &str, active: bool) -> Result<Value, ServiceError> {
        self.change(username, |user, _| {
            user.active = active;
            Ok(())
        })
    }

    /// Revokes a credential of a user.
    pub fn revoke_credential(&self, username: &str, uuid: &str) -> Result<Value, ServiceError> {
        self.change(username, |user, now| user.credential_mut(uuid)?.revoke(now))
    }

    /// Removes a contact of a user.
    pub fn remove_contact(
        &self,
        username: &str,
        kind: ContactType,
        contact: &str,
    ) -> Result<Value, ServiceError> {
        self.change(username, |user, _| {
            let before = user.contacts.len();
            user.contacts
                .retain(|known| known.kind != kind || known.contact != contact);
            if user.contacts.len() == before {
                return Err(ServiceError::not_found(
                    "contact_not_found",
                    "The user has no such contact",
                ));
            }
            Ok(())
        })
    }

    fn change(
        &self,
        username: &str,
        change: impl FnOnce(&mut User, i64) -> Result<(), ServiceError>,
    ) -> Result<Value, ServiceError> {
        let now = self.state.clock.now();
        let mut world = self.state.world();
        let user = world.users.find_mut(&Subject::named(username))?;
        change(user, now)?;
        user.updated = now;
        Ok(self.view(user))
    }

    fn view(&self, user: &User) -> Value {
        let mut view = user.profile(&self.state.namespace_id);
        view["credentials"] = user.credentials.iter().map(Credential::view).collect();
        view
    }
}

/// All users, or those whose names contain the parameter `q`.
pub async fn list(Shared(control): Shared<Control>, RawQuery(query): RawQuery) -> Reply {
    let part = parameter(query, "q").unwrap_or_default();
    let mut users = control.users();
    users.retain(|user| {
        let username = user["username"].as_str();
        username.is_some_and(|name| name.contains(&part))
    });
    answer(json!({"users": users}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewUser {
    /// If it is missing or empty, the answer is that of the service.
    #[serde(default)]
    username: String,
    client_id: Option<String>,
}

pub async fn add(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let new: NewUser = read(&body)?;
    let client_id = new.client_id.as_deref().unwrap_or(control.client_id());
    answer(control.add_user(&new.username, client_id)?)
}

pub async fn show(Shared(control): Shared<Control>, InPath(username): InPath<String>) -> Reply {
    answer(control.user(&username)?)
}

pub async fn remove(Shared(control): Shared<Control>, InPath(username): InPath<String>) -> Reply {
    control.remove_user(&username)?;
    answer(json!({}))
}

pub async fn activate(Shared(control): Shared<Control>, InPath(username): InPath<String>) -> Reply {
    answer(control.set_active(&username, true)?)
}

pub async fn deactivate(
    Shared(control): Shared<Control>,
    InPath(username): InPath<String>,
) -> Reply {
    answer(control.set_active(&username, false)?)
}

pub async fn revoke_credential(
    Shared(control): Shared<Control>,
    InPath((username, uuid)): InPath<(String, String)>,
) -> Reply {
    answer(control.revoke_credential(&username, &uuid)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OldContact {
    #[serde(rename = "type")]
    kind: ContactType,
    contact: String,
}

pub async fn remove_contact(
    Shared(control): Shared<Control>,
    InPath(username): InPath<String>,
    body: Bytes,
) -> Reply {
    let OldContact { kind, contact } = read(&body)?;
    answer(control.remove_contact(&username, kind, &contact)?)
}
