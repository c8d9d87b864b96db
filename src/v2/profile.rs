//! A user's profile: the account, e-mail address and phone number.

use super::client::Client;
use super::operations;
use crate::calls::Call;
use crate::codes::Code;
use crate::error::Result;
use crate::operation::Operation;

impl Client {
    /// Deletes a user and all passkeys.
    pub fn delete_user(&self, user_id: &str) -> Result<String> {
        self.send(of_user(&operations::DELETE_USER, user_id)?)
    }

    /// Sets the e-mail address of a user, and has the service send a code to verify it if asked
    /// for.
    pub fn set_email(
        &self,
        user_id: &str,
        email: &str,
        request_verification: bool,
    ) -> Result<String> {
        self.send(
            of_user(&operations::SET_EMAIL, user_id)?
                .text("email", email)
                .boolean("requestVerification", request_verification),
        )
    }

    /// Removes an e-mail address of a user.
    pub fn remove_email(&self, user_id: &str, email: &str) -> Result<String> {
        self.send(of_user(&operations::REMOVE_EMAIL, user_id)?.text("email", email))
    }

    /// Verifies the e-mail address of a user with the code that was sent to it.
    pub fn verify_email(&self, username: &str, auth_code: &str) -> Result<String> {
        self.send(verification(&operations::VERIFY_EMAIL, username, auth_code))
    }

    /// Sets the phone number of a user. A verification needs the user's consent to messages.
    pub fn set_phone(
        &self,
        user_id: &str,
        phone_number: &str,
        messaging_consent: bool,
        request_verification: bool,
    ) -> Result<String> {
        self.send(
            of_user(&operations::SET_PHONE, user_id)?
                .text("phoneNumber", phone_number)
                .boolean("messagingConsent", messaging_consent)
                .boolean("requestVerification", request_verification),
        )
    }

    /// Removes the phone number of a user.
    pub fn remove_phone(&self, user_id: &str) -> Result<String> {
        self.send(of_user(&operations::REMOVE_PHONE, user_id)?)
    }

    /// Verifies the phone number of a user with the code that was sent to it.
    pub fn verify_phone(&self, username: &str, auth_code: &str) -> Result<String> {
        self.send(verification(&operations::VERIFY_PHONE, username, auth_code))
    }
}

fn of_user<'a>(operation: &'static Operation, user_id: &str) -> Result<Call<'a>> {
    Call::new(operation).segment("user_id", user_id, Code::InvalidUserId)
}

fn verification<'a>(operation: &'static Operation, username: &str, code: &str) -> Call<'a> {
    Call::new(operation)
        .secret("authCode", code)
        .text("username", username)
}
