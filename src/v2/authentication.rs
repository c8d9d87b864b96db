//! Authentication with a passkey.

use super::client::Client;
use super::forms;
use super::operations;
use super::options::Options;
use crate::calls::Call;
use crate::error::Result;

const OPTIONS: [&str; 3] = ["username_type", "device_info", "user_agent"];

impl Client {
    /// Begins an authentication: `{action, session, assertionOptions, …}`. Without a username,
    /// whoever has a passkey may log in.
    pub fn authenticate_init(
        &self,
        username: Option<&str>,
        options: Option<&str>,
    ) -> Result<String> {
        let options = Options::read(options, &OPTIONS)?;
        let call = Call::new(&operations::AUTHENTICATE_INIT);
        let application_id = &self.application().id;
        self.send(options.begin(call, application_id, username.unwrap_or_default())?)
    }

    /// Completes an authentication with what the browser answered: the object of
    /// `PublicKeyCredential.toJSON()`, or the service's `assertionResult`. Returns the
    /// authentication answer, with the `claims` of its verified token.
    pub fn authenticate_complete(&self, session: &str, assertion_result: &str) -> Result<String> {
        let call = Call::new(&operations::AUTHENTICATE_COMPLETE)
            .secret("session", session)
            .page_answer_as(
                "assertionResult",
                "assertion_result",
                assertion_result,
                &forms::ASSERTION_RESULT,
            )?;
        self.send(call)
    }

    /// The version of the service: `{version, …}`.
    pub fn get_version(&self) -> Result<String> {
        self.send(Call::new(&operations::GET_VERSION))
    }
}
