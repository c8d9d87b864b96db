//! One-time codes.

use super::client::Client;
use super::operations;
use super::options::DEFAULT_USERNAME_TYPE;
use super::user::acting;
use crate::calls::Call;
use crate::error::Result;
use crate::json::ObjectWriter;
use crate::operation::Operation;

impl Client {
    /// Makes a one-time code for a user, who logs in with it on another device:
    /// `{code, expiresAt}`.
    pub fn create_otp(&self, username: Option<&str>, token: Option<&str>) -> Result<String> {
        self.send(acting(Call::new(&operations::CREATE_OTP), username, token)?)
    }

    /// Sends a one-time code by e-mail. It succeeds also if the user is not known.
    pub fn send_otp_email(&self, username: &str, username_type: Option<&str>) -> Result<String> {
        self.send(for_user(
            &operations::SEND_OTP_EMAIL,
            username,
            username_type,
        ))
    }

    /// Sends a one-time code by SMS. It succeeds also if the user is not known.
    pub fn send_otp_sms(&self, username: &str, username_type: Option<&str>) -> Result<String> {
        self.send(for_user(&operations::SEND_OTP_SMS, username, username_type))
    }

    /// Logs a user in with a one-time code: the authentication answer, with the `claims` of its
    /// verified token.
    pub fn verify_otp(
        &self,
        username: &str,
        auth_code: &str,
        username_type: Option<&str>,
    ) -> Result<String> {
        let mut call = for_user(&operations::VERIFY_OTP, username, username_type)
            .secret("authCode", auth_code);
        call.subject.username = Some(username);
        self.send(call)
    }
}

fn for_user<'a>(
    operation: &'static Operation,
    username: &str,
    username_type: Option<&str>,
) -> Call<'a> {
    let mut user = ObjectWriter::new();
    user.value("username", username);
    user.value(
        "usernameType",
        username_type.unwrap_or(DEFAULT_USERNAME_TYPE),
    );
    Call::new(operation).object("user", user)
}
