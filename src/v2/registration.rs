//! Registering a passkey.

use super::client::Client;
use super::forms;
use super::operations;
use super::options::Options;
use super::user::checked_token;
use crate::calls::Call;
use crate::error::Result;
use crate::json::ObjectWriter;

const OPTIONS: [&str; 6] = [
    "username_type",
    "display_name",
    "security_key",
    "conditional_create",
    "device_info",
    "user_agent",
];

impl Client {
    /// Begins a registration: `{action, session, registrationRequestOptions}`. A protected
    /// application, and every further passkey of a user, need a `token`.
    pub fn register_init(
        &self,
        username: &str,
        options: Option<&str>,
        token: Option<&str>,
    ) -> Result<String> {
        let options = Options::read(options, &OPTIONS)?;
        let call = Call::new(&operations::REGISTER_INIT);
        let mut call = options.begin(call, &self.application().id, username)?;
        let (security_key, conditional_create) = (
            options.boolean("security_key")?,
            options.boolean("conditional_create")?,
        );
        if security_key.is_some() || conditional_create.is_some() {
            let mut passkey = ObjectWriter::new();
            for (name, value) in [
                ("securityKey", security_key),
                ("conditionalCreate", conditional_create),
            ] {
                if let Some(value) = value {
                    passkey.value(name, value);
                }
            }
            call = call.object("passkeyOptions", passkey);
        }
        call.token = token
            .map(|token| checked_token("token", token))
            .transpose()?;
        self.send(call)
    }

    /// Completes a registration with what the browser answered: the object of
    /// `PublicKeyCredential.toJSON()`, or the service's `creationResult`. Returns the
    /// authentication answer, with the `claims` of its verified token.
    pub fn register_complete(
        &self,
        session: &str,
        creation_result: &str,
        passkey_name: Option<&str>,
    ) -> Result<String> {
        let call = Call::new(&operations::REGISTER_COMPLETE)
            .secret("session", session)
            .page_answer_as(
                "creationResult",
                "creation_result",
                creation_result,
                &forms::CREATION,
            )?
            .optional_text("passkeyName", passkey_name);
        self.send(call)
    }
}
