//! Codes a user confirms on another device.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::cancel::Cancel;
use crate::client::Client;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::operation;

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
        self.answer(
            self.call(&operation::GENERATE_CODE)
                .segment(code_type)?
                .who(user_id, username)?
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
        self.answer(
            self.call(&operation::AUTHORIZE_CODE)
                .segment(code_type)?
                .who(user_id, username)?
                .text("purpose", purpose)
                .secret("code", code),
        )
    }

    /// Makes all of a user's codes of a type and purpose useless: `{deleted_at}`.
    pub fn invalidate_all_codes(
        &self,
        code_type: &str,
        purpose: &str,
        user_id: Option<&str>,
        username: Option<&str>,
    ) -> Result<String> {
        check_code_type(code_type)?;
        self.answer(
            self.call(&operation::INVALIDATE_ALL_CODES)
                .segment(code_type)?
                .who(user_id, username)?
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
        let limit = match timeout.is_zero() {
            true => self.config().wait_timeout,
            false => timeout,
        };
        let mut call = self
            .call(&operation::WAIT_CODE)
            .username(username)
            .authentication_code(code, code_type);
        call.deadline = Some(Instant::now() + limit);
        call.cancel = cancel;
        self.answer(call)
    }
}
