//! Verifying tokens that the service issued.

use super::client::Client;
use super::operations;
use super::user::checked_token;
use crate::calls::Call;
use crate::error::Result;

impl Client {
    /// Verifies a token that the service issued to log a user in:
    /// `{"valid":true,"header":{…},"claims":{…}}`. Anything but a valid login token is an
    /// error. With a username, the token must be of that user. Only the key set is requested,
    /// if it is not known.
    pub fn verify_token(&self, token: &str, username: Option<&str>) -> Result<String> {
        self.verify_login(token, username)
            .map(|verified| verified.to_json())
            .map_err(|error| error.with_operation("v2_verify_token"))
    }

    /// Has the service verify a token: `{}`. It says nothing of user or application, so verify
    /// the token with [`Client::verify_token`] first.
    pub fn verify_token_remote(&self, token: &str) -> Result<String> {
        let token = checked_token("token", token)?;
        self.send(Call::new(&operations::VERIFY_TOKEN_REMOTE).secret("jwtAccess", token))
    }
}
