//! Users and their profiles.

use std::collections::HashMap;

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::clock::{Millis, timestamp};
use super::code::Codes;
use super::credential::{Credential, credential_not_found};
use crate::encoding::uuid;
use crate::error::ServiceError;

/// A contact of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// E-mail or telephone.
    #[serde(rename = "type")]
    pub kind: ContactType,
    /// The address or number.
    pub contact: String,
    /// Whether the user has verified it.
    #[serde(default)]
    pub is_verified: bool,
}

/// The kind of a [`Contact`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactType {
    /// An e-mail address.
    Email,
    /// A telephone number.
    PhoneNumber,
}

/// A user.
pub struct User {
    pub id: String,
    pub username: String,
    pub active: bool,
    pub contacts: Vec<Contact>,
    pub credentials: Vec<Credential>,
    pub codes: Codes,
    /// The application that created the user.
    pub client_id: String,
    pub created: Millis,
    pub updated: Millis,
}

impl User {
    /// The profile that the management calls return.
    pub fn profile(&self, namespace_id: &str) -> Value {
        json!({
            "id": self.id,
            "client_id": self.client_id,
            "username": self.username,
            "status": if self.active { "active" } else { "inactive" },
            "type": "user",
            "namespace_id": namespace_id,
            "created_at": timestamp(self.created),
            "updated_at": timestamp(self.updated),
            "contacts": self.contacts,
        })
    }

    /// Refuses deactivated users: they may not log in or get credentials.
    fn require_active(&self) -> Result<(), ServiceError> {
        if self.active {
            Ok(())
        } else {
            Err(ServiceError::new(
                StatusCode::FORBIDDEN,
                "account_deactivated",
                "The user is deactivated",
            ))
        }
    }

    /// The user's credential with this id.
    pub fn credential_mut(&mut self, uuid: &str) -> Result<&mut Credential, ServiceError> {
        self.credentials
            .iter_mut()
            .find(|credential| credential.uuid == uuid)
            .ok_or_else(credential_not_found)
    }

    /// The user's active credentials.
    pub fn active_credentials(&self) -> impl Iterator<Item = &Credential> {
        self.credentials
            .iter()
            .filter(|credential| credential.is_active())
    }
}

/// The user that a call names, by name, id or both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Subject {
    pub username: Option<String>,
    pub user_id: Option<String>,
}

impl Subject {
    pub fn named(username: &str) -> Self {
        Self {
            username: Some(username.to_owned()),
            user_id: None,
        }
    }

    pub fn with_id(user_id: &str) -> Self {
        Self {
            username: None,
            user_id: Some(user_id.to_owned()),
        }
    }
}

/// All users, by id and by name.
#[derive(Default)]
pub struct Users {
    by_id: HashMap<String, User>,
    ids: HashMap<String, String>,
}

impl Users {
    /// Refuses a name that is invalid or taken.
    pub fn require_free(&self, username: &str) -> Result<(), ServiceError> {
        if username.is_empty() {
            return Err(ServiceError::username_empty());
        }
        if username.len() > 255 || username.chars().any(char::is_control) {
            return Err(ServiceError::refused(
                "username_invalid",
                "username must have 1 to 255 bytes and no control characters",
            ));
        }
        if self.ids.contains_key(username) {
            return Err(ServiceError::refused(
                "username_taken",
                "The username is taken",
            ));
        }
        Ok(())
    }

    /// Adds a user with a new id.
    pub fn add(
        &mut self,
        username: &str,
        client_id: &str,
        now: Millis,
    ) -> Result<&mut User, ServiceError> {
        self.add_with_id(uuid(), username, client_id, now)
    }

    /// Adds a user whose id was chosen before.
    pub fn add_with_id(
        &mut self,
        id: String,
        username: &str,
        client_id: &str,
        now: Millis,
    ) -> Result<&mut User, ServiceError> {
        self.require_free(username)?;
        self.ids.insert(username.to_owned(), id.clone());
        Ok(self.by_id.entry(id.clone()).or_insert(User {
            id,
            username: username.to_owned(),
            active: true,
            contacts: Vec::new(),
            credentials: Vec::new(),
            codes: Codes::default(),
            client_id: client_id.to_owned(),
            created: now,
            updated: now,
        }))
    }

    /// All users.
    pub fn iter(&self) -> impl Iterator<Item = &User> {
        self.by_id.values()
    }

    /// All users, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = &mut User> {
        self.by_id.values_mut()
    }

    /// The user that a call names. A name and an id of two different users are refused.
    pub fn find(&self, subject: &Subject) -> Result<&User, ServiceError> {
        let id = match (&subject.user_id, &subject.username) {
            (Some(id), _) => id,
            (None, Some(name)) => self
                .ids
                .get(name)
                .ok_or_else(ServiceError::user_not_found)?,
            (None, None) => {
                return Err(ServiceError::bad_request("user_id or username is required"));
            }
        };
        let user = self
            .by_id
            .get(id)
            .ok_or_else(ServiceError::user_not_found)?;
        match &subject.username {
            Some(name) if *name != user.username => Err(ServiceError::bad_request(
                "user_id and username name two different users",
            )),
            _ => Ok(user),
        }
    }

    /// [`Users::find`], to change the user.
    pub fn find_mut(&mut self, subject: &Subject) -> Result<&mut User, ServiceError> {
        let id = self.find(subject)?.id.clone();
        self.by_id
            .get_mut(&id)
            .ok_or_else(ServiceError::user_not_found)
    }

    /// [`Users::find`], for a call that a deactivated user may not make.
    pub fn find_active(&self, subject: &Subject) -> Result<&User, ServiceError> {
        let user = self.find(subject)?;
        user.require_active()?;
        Ok(user)
    }

    /// [`Users::find_active`], to change the user.
    pub fn find_active_mut(&mut self, subject: &Subject) -> Result<&mut User, ServiceError> {
        let user = self.find_mut(subject)?;
        user.require_active()?;
        Ok(user)
    }

    /// Wakes all waits for a code, which then check it again.
    pub fn wake_all(&self) {
        self.iter().for_each(|user| user.codes.wake_all());
    }

    /// Removes a user with all their data.
    pub fn remove(&mut self, subject: &Subject) -> Result<(), ServiceError> {
        let id = self.find(subject)?.id.clone();
        if let Some(user) = self.by_id.remove(&id) {
            self.ids.remove(&user.username);
            user.codes.wake_all();
        }
        Ok(())
    }
}
