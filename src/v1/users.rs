//! Users of the application's namespace: all are management calls.

use super::client::Client;
use super::operations;
use crate::calls::Call;
use crate::error::Result;

impl Client {
    /// The profile of a user: `{id, client_id, username, status, …}`.
    pub fn get_user(&self, username: &str) -> Result<String> {
        self.send(Call::new(&operations::GET_USER).username(username))
    }

    /// Adds a user who has no credential yet, and answers with the profile.
    pub fn add_user_without_credentials(&self, username: &str) -> Result<String> {
        self.send(Call::new(&operations::ADD_USER_WITHOUT_CREDENTIALS).username(username))
    }

    /// Lets a deactivated user log in again, and answers with the user.
    pub fn activate_user_by_id(&self, user_id: &str) -> Result<String> {
        self.send(Call::new(&operations::ACTIVATE_USER_BY_ID).for_user_id(user_id)?)
    }

    /// Prevents a user from logging in, and answers with the user.
    pub fn deactivate_user_by_id(&self, user_id: &str) -> Result<String> {
        self.send(Call::new(&operations::DEACTIVATE_USER_BY_ID).for_user_id(user_id)?)
    }

    /// Deletes a user and all credentials; answers `{}`.
    pub fn delete_by_user_id(&self, user_id: &str) -> Result<String> {
        self.send(Call::new(&operations::DELETE_BY_USER_ID).for_user_id(user_id)?)
    }

    /// Deletes a user and all credentials; answers `{}`.
    pub fn delete_by_username(&self, username: &str) -> Result<String> {
        self.send(Call::new(&operations::DELETE_BY_USERNAME).username(username))
    }

    /// Makes the service send the user an email to verify the address; answers `{}`.
    pub fn send_email_verification(&self, user_id: &str) -> Result<String> {
        self.send(Call::new(&operations::SEND_EMAIL_VERIFICATION).for_user_id(user_id)?)
    }
}
