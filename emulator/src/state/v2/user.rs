//! Users of the current service. Each belongs to one application.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::code::Codes;
use super::passkey::Passkey;
use crate::error::ServiceError;

/// An e-mail address or telephone number.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub value: String,
    pub verified: bool,
}

impl Contact {
    /// One that is not verified yet.
    pub fn new(value: &str) -> Self {
        Self {
            value: value.to_owned(),
            verified: false,
        }
    }
}

/// A user.
pub struct User {
    pub id: String,
    pub application_id: String,
    pub username: String,
    /// The oldest first.
    pub passkeys: Vec<Passkey>,
    pub email: Option<Contact>,
    pub phone: Option<Contact>,
    pub codes: Codes,
}

impl User {
    /// The user as the control API shows them. The service itself shows no user.
    pub fn view(&self) -> Value {
        json!({
            "id": self.id,
            "username": self.username,
            "application_id": self.application_id,
            "email": self.email,
            "phone": self.phone,
            "passkeys": self.passkeys.iter().map(Passkey::view).collect::<Vec<_>>(),
        })
    }
}

/// The user of a passkey.
pub struct Owner {
    pub id: String,
    pub username: String,
}

/// All users.
#[derive(Default)]
pub struct Users {
    by_id: HashMap<String, User>,
    /// Their ids, by application and name.
    ids: HashMap<(String, String), String>,
}

impl Users {
    /// Adds a user, whose id was chosen before.
    pub fn add(
        &mut self,
        application_id: &str,
        id: &str,
        username: &str,
    ) -> Result<&mut User, ServiceError> {
        check_name(username)?;
        let name = (application_id.to_owned(), username.to_owned());
        if self.ids.contains_key(&name) {
            return Err(ServiceError::bad_request("The username is taken"));
        }
        self.ids.insert(name, id.to_owned());
        Ok(self.by_id.entry(id.to_owned()).or_insert(User {
            id: id.to_owned(),
            application_id: application_id.to_owned(),
            username: username.to_owned(),
            passkeys: Vec::new(),
            email: None,
            phone: None,
            codes: Codes::default(),
        }))
    }

    /// The user of an application with this id.
    pub fn find(&self, application_id: &str, id: &str) -> Option<&User> {
        let user = self.by_id.get(id)?;
        (user.application_id == application_id).then_some(user)
    }

    /// [`Users::find`], to change the user.
    pub fn find_mut(&mut self, application_id: &str, id: &str) -> Option<&mut User> {
        let user = self.by_id.get_mut(id)?;
        (user.application_id == application_id).then_some(user)
    }

    /// The user of an application with this name.
    pub fn named(&self, application_id: &str, username: &str) -> Option<&User> {
        let name = (application_id.to_owned(), username.to_owned());
        self.by_id.get(self.ids.get(&name)?)
    }

    /// [`Users::named`], to change the user.
    pub fn named_mut(&mut self, application_id: &str, username: &str) -> Option<&mut User> {
        let name = (application_id.to_owned(), username.to_owned());
        self.by_id.get_mut(self.ids.get(&name)?)
    }

    /// Whether a user of an application has a passkey with this credential id.
    pub fn has_credential(&self, application_id: &str, credential_id: &[u8]) -> bool {
        self.of(application_id)
            .flat_map(|user| &user.passkeys)
            .any(|passkey| passkey.credential_id == credential_id)
    }

    /// The passkey with this credential id, and its user.
    pub fn credential_mut(
        &mut self,
        application_id: &str,
        credential_id: &[u8],
    ) -> Option<(Owner, &mut Passkey)> {
        let mut users = self.by_id.values_mut();
        users.find_map(|user| {
            let is_it = |passkey: &&mut Passkey| passkey.credential_id == credential_id;
            let is_here = user.application_id == application_id;
            let passkey = user.passkeys.iter_mut().find(is_it).filter(|_| is_here)?;
            let owner = Owner {
                id: user.id.clone(),
                username: user.username.clone(),
            };
            Some((owner, passkey))
        })
    }

    /// The users of an application.
    pub fn of<'a>(&'a self, application_id: &'a str) -> impl Iterator<Item = &'a User> {
        let users = self.by_id.values();
        users.filter(move |user| user.application_id == application_id)
    }

    /// Removes the users of an application.
    pub fn remove_all_of(&mut self, application_id: &str) {
        self.by_id
            .retain(|_, user| user.application_id != application_id);
        self.ids.retain(|(id, _), _| id != application_id);
    }

    /// Removes a user with all passkeys.
    pub fn remove(&mut self, application_id: &str, id: &str) -> Result<(), ServiceError> {
        if self.find(application_id, id).is_none() {
            return Err(user_not_found());
        }
        if let Some(user) = self.by_id.remove(id) {
            self.ids.remove(&(user.application_id, user.username));
        }
        Ok(())
    }
}

/// Refuses a name that no user may have.
pub fn check_name(username: &str) -> Result<(), ServiceError> {
    if username.is_empty() || username.len() > 255 || username.chars().any(char::is_control) {
        return Err(ServiceError::bad_request(
            "A username has 1 to 255 bytes and no control characters",
        ));
    }
    Ok(())
}

/// The error for a user that the application does not have.
pub fn user_not_found() -> ServiceError {
    ServiceError::not_found("not_found", "The application has no such user")
}
