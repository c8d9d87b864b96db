//! Creating service tokens, and verifying tokens that the service issued.

use super::client::Client;
use super::service_token::{service_token, transaction_token};
use super::transaction_token::check_is_login;
use crate::error::Result;
use crate::json::ObjectWriter;
use crate::token::{Origin, Subject};

impl Client {
    /// A token that allows one call of a scope, for programs that send requests
    /// themselves: `{token}`. The username takes precedence over the user id. Without a
    /// nonce, a random one is used.
    pub fn generate_service_token(
        &self,
        scope: &str,
        username: Option<&str>,
        user_id: Option<&str>,
        nonce: Option<&str>,
    ) -> Result<String> {
        token(service_token(
            self.signing_key()?,
            &self.config().client_id,
            scope,
            Subject { username, user_id },
            nonce,
        )?)
    }

    /// A token that allows creating a transaction with this payload: `{token}`.
    pub fn generate_tx_auth_token(
        &self,
        tx_payload: &str,
        username: Option<&str>,
        nonce: Option<&str>,
    ) -> Result<String> {
        token(transaction_token(
            self.signing_key()?,
            &self.config().client_id,
            tx_payload,
            username,
            nonce,
        )?)
    }

    /// Verifies a token that the service issued to log a user in:
    /// `{"valid":true,"header":{…},"claims":{…}}`. Anything but a valid
    /// login token is an error, also the token of a transaction. With a username, the token
    /// must be of that user.
    pub fn verify_token(&self, token: &str, username: Option<&str>) -> Result<String> {
        self.verify(
            token,
            Origin::Presented,
            username,
            &self.budget(),
            |claims| check_is_login(claims.members()),
        )
        .map(|verified| verified.to_json())
        .map_err(|error| error.with_operation("verify_token"))
    }
}

fn token(token: String) -> Result<String> {
    let mut result = ObjectWriter::with_capacity(token.len() + 16);
    result.value("token", &token);
    Ok(result.finish())
}
