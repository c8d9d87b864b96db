//! Waits until a code is authorized.

use std::sync::Arc;
use std::time::Duration;

use super::client::Client;
use super::operations;
use crate::calls::check_value;
use crate::cancel::Cancel;
use crate::error::Result;
use crate::json::ObjectWriter;

impl Client {
    /// Waits until a code is authorized, and answers with the authentication
    /// response: `{jwt, is_authenticated, user, client, credential}`.
    ///
    /// `timeout` of zero is the client's own limit: `timeout_ms` of its options, or the
    /// configured `wait_timeout_ms`. Another thread may end the wait through `cancel`.
    pub fn wait_code(
        &self,
        username: &str,
        code: &str,
        code_type: &str,
        timeout: Duration,
        cancel: Option<Arc<Cancel>>,
    ) -> Result<String> {
        check_value("code_type", code_type, &operations::VALUES_OF_CODE_TYPE)?;
        let mut authentication_code = ObjectWriter::new();
        authentication_code.value("code", code);
        authentication_code.value("type", code_type);
        let call = self
            .call(&operations::WAIT_CODE)
            .username(username)
            .hide(code)
            .object("authentication_code", authentication_code);
        let mut budget = match timeout.is_zero() {
            true => self.budget_within(self.application().wait_timeout),
            false => self.budget_within(timeout).at_most(timeout),
        };
        budget.cancels = budget.cancels.and(cancel);
        self.send_within(call, budget, Ok)
    }
}
