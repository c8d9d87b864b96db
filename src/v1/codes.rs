//! One-time codes that a user authorizes on another device.

use std::sync::Arc;
use std::time::Duration;

use super::client::Client;
use super::operations;
use crate::budget::Budget;
use crate::cancel::Cancel;
use crate::codes::Code;
use crate::error::{Error, Result};

/// `short` is 6 digits, `long` 32 characters, `phrase` a few words.
pub(super) fn check_code_type(code_type: &str) -> Result<()> {
    if ["short", "long", "phrase"].contains(&code_type) {
        return Ok(());
    }
    Err(Error::new(
        Code::InvalidCodeType,
        "code_type must be short, long or phrase",
    ))
}

impl Client {
    /// Makes a code for a user: `{code, expires_at, is_authorized}`.
    ///
    /// `purpose` is `temporary_authentication` or `add_credential`; with
    /// `authorize` the code may be used at once.
    pub fn generate_code(
        &self,
        code_type: &str,
        purpose: &str,
        authorize: bool,
        user_id: Option<&str>,
        username: Option<&str>,
    ) -> Result<String> {
        check_code_type(code_type)?;
        self.send(
            self.call(&operations::GENERATE_CODE)
                .segment(code_type)?
                .user(user_id, username)?
                .text("purpose", purpose)
                .boolean("authorize", authorize),
        )
    }

    /// Allows a code to be used: `{expires_at, is_authorized}`.
    pub fn authorize_code(
        &self,
        code: &str,
        code_type: &str,
        purpose: &str,
        user_id: Option<&str>,
        username: Option<&str>,
    ) -> Result<String> {
        check_code_type(code_type)?;
        self.send(
            self.call(&operations::AUTHORIZE_CODE)
                .segment(code_type)?
                .user(user_id, username)?
                .text("purpose", purpose)
                .secret("code", code),
        )
    }

    /// Invalidates all of a user's codes of a type and purpose: `{deleted_at}`.
    pub fn invalidate_all_codes(
        &self,
        code_type: &str,
        purpose: &str,
        user_id: Option<&str>,
        username: Option<&str>,
    ) -> Result<String> {
        check_code_type(code_type)?;
        self.send(
            self.call(&operations::INVALIDATE_ALL_CODES)
                .segment(code_type)?
                .user(user_id, username)?
                .text("purpose", purpose),
        )
    }

    /// Waits until a code is authorized, and answers with the authentication
    /// response: `{jwt, is_authenticated, user, client, credential}`.
    ///
    /// `timeout` of zero is the configured `wait_timeout_ms`. Another thread
    /// may end the wait through `cancel`.
    pub fn wait_code(
        &self,
        username: &str,
        code: &str,
        code_type: &str,
        timeout: Duration,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<String> {
        check_code_type(code_type)?;
        let limit = if timeout.is_zero() {
            self.config().wait_timeout
        } else {
            timeout
        };
        let call = self
            .call(&operations::WAIT_CODE)
            .username(username)
            .authentication_code(code, code_type);
        let budget = Budget {
            cancel,
            ..Budget::within(limit)
        };
        self.send_within(call, budget, Ok)
    }
}
