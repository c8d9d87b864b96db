//! Registration: new users with a credential.

use super::client::Client;
use super::operations;
use super::{FIDO2_OPTIONS, object, with_options};
use crate::error::Result;

impl Client {
    /// Begins a FIDO2 registration: `{attestation_payload}` for the browser,
    /// and `register_session` if requested. `options` is `{display_name,
    /// override_name, roaming_authenticator, register_session}`, each optional.
    pub fn register_fido2_init(&self, username: &str, options: Option<&str>) -> Result<String> {
        let call = self
            .call(&operations::REGISTER_FIDO2_INIT)
            .username(username);
        self.send(with_options(call, options, &FIDO2_OPTIONS)?)
    }

    /// Completes a FIDO2 registration with the answer of the browser:
    /// `{credential_uuid, credential_id, challenge, client_data,
    /// attestation_data}`. Answers with the authentication response.
    pub fn register_fido2_complete(
        &self,
        username: &str,
        attestation_payload: &str,
        credential_name: Option<&str>,
    ) -> Result<String> {
        object(attestation_payload, "attestation_payload_json")?;
        self.send(
            self.call(&operations::REGISTER_FIDO2_COMPLETE)
                .username(username)
                .raw("attestation_payload", attestation_payload)
                .option("credential_name", credential_name),
        )
    }

    /// Registers a user with a password; answers with the authentication response.
    pub fn register_password(&self, username: &str, password: &str) -> Result<String> {
        self.send(
            self.call(&operations::REGISTER_PASSWORD)
                .username(username)
                .secret("password", password)
                .text("password_confirmation", password),
        )
    }
}
