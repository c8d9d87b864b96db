//! A user's credentials: list, rename, revoke and add.

use super::client::Client;
use super::operations;
use super::{FIDO2_OPTIONS, object, with_options};
use crate::error::Result;
use crate::json::ObjectWriter;

/// An existing user has no `register_session`.
const ADD_OPTIONS: &[&str] = FIDO2_OPTIONS.split_at(3).0;

/// The only algorithm for which the service accepts public keys.
pub(super) const DEFAULT_PUBLICKEY_ALG: &str = "ES256";

impl Client {
    /// A user's credentials: `{user_id, credentials[]}`. `status` is `active`,
    /// `inactive`, `revoked` or `deleted`; without one, all are listed.
    pub fn get_credentials(
        &self,
        status: Option<&str>,
        user_id: Option<&str>,
        username: Option<&str>,
    ) -> Result<String> {
        self.send(
            self.call(&operations::GET_CREDENTIALS)
                .user(user_id, username)?
                .optional_text("status", status),
        )
    }

    /// Gives a credential another name: `{user_id, credential}`.
    pub fn rename_credential(
        &self,
        credential_id: &str,
        name: &str,
        user_id: Option<&str>,
        username: Option<&str>,
    ) -> Result<String> {
        let mut credential = ObjectWriter::new();
        credential.value("uuid", credential_id);
        credential.value("name", name);
        self.send(
            self.call(&operations::RENAME_CREDENTIAL)
                .user(user_id, username)?
                .object("credential", credential),
        )
    }

    /// Revokes a credential, permanently: `{user_id, credential}`.
    pub fn revoke_credential(
        &self,
        credential_id: &str,
        user_id: Option<&str>,
        username: Option<&str>,
    ) -> Result<String> {
        let mut credential = ObjectWriter::new();
        credential.value("uuid", credential_id);
        self.send(
            self.call(&operations::REVOKE_CREDENTIAL)
                .user(user_id, username)?
                .object("credential", credential),
        )
    }

    /// Begins adding a FIDO2 credential without the user's code:
    /// `{attestation_payload}`. `options` is `{display_name, override_name,
    /// roaming_authenticator}`, each optional.
    pub fn force_fido2_credential_init(
        &self,
        user_id: Option<&str>,
        username: Option<&str>,
        options: Option<&str>,
    ) -> Result<String> {
        let call = self
            .call(&operations::FORCE_FIDO2_CREDENTIAL_INIT)
            .user(user_id, username)?;
        self.send(with_options(call, options, ADD_OPTIONS)?)
    }

    /// Begins adding a FIDO2 credential with an authorized `add_credential`
    /// code: `{attestation_payload}`. `options` as above.
    pub fn init_add_fido2_credential_with_code(
        &self,
        code: &str,
        code_type: &str,
        username: &str,
        options: Option<&str>,
    ) -> Result<String> {
        super::codes::check_code_type(code_type)?;
        let call = self
            .call(&operations::INIT_ADD_FIDO2_CREDENTIAL_WITH_CODE)
            .username(username)
            .authentication_code(code, code_type);
        self.send(with_options(call, options, ADD_OPTIONS)?)
    }

    /// Completes adding a FIDO2 credential, however it was begun. The payload
    /// is the answer of the browser: `{credential_uuid, credential_id,
    /// challenge, client_data, attestation_data}`.
    pub fn complete_add_fido2_credential(
        &self,
        attestation_payload: &str,
        username: &str,
        credential_name: Option<&str>,
    ) -> Result<String> {
        object(attestation_payload, "attestation_payload_json")?;
        self.send(
            self.call(&operations::COMPLETE_ADD_FIDO2_CREDENTIAL)
                .username(username)
                .raw("attestation_payload", attestation_payload)
                .option("credential_name", credential_name),
        )
    }

    /// Begins adding a document scan: `{credential_uuid, iframe_url}`.
    pub fn add_doc_scan_credential_init(
        &self,
        user_id: Option<&str>,
        username: Option<&str>,
        credential_name: Option<&str>,
    ) -> Result<String> {
        self.send(
            self.call(&operations::ADD_DOC_SCAN_CREDENTIAL_INIT)
                .user(user_id, username)?
                .option("credential_name", credential_name),
        )
    }

    /// Completes adding a document scan: an authentication response, with a
    /// `jwt` only if the credential was activated.
    pub fn add_doc_scan_credential_complete(
        &self,
        credential_id: &str,
        activate: bool,
        user_id: Option<&str>,
        username: Option<&str>,
    ) -> Result<String> {
        let mut call = self
            .call(&operations::ADD_DOC_SCAN_CREDENTIAL_COMPLETE)
            .user(user_id, username)?
            .text("credential_uuid", credential_id)
            .boolean("activate_credential", activate);
        call.jwt_required = activate;
        self.send(call)
    }

    /// Returns the location of the result of a document scan: `{request_url or result_url,
    /// token_type, auth_token}`.
    pub fn evaluate_doc_scan_credential(
        &self,
        credential_id: &str,
        user_id: Option<&str>,
        username: Option<&str>,
    ) -> Result<String> {
        self.send(
            self.call(&operations::EVALUATE_DOC_SCAN_CREDENTIAL)
                .user(user_id, username)?
                .text("credential_uuid", credential_id),
        )
    }

    /// Makes a code the user can recover the account with: `{code, created_at}`.
    pub fn generate_recovery_code(
        &self,
        user_id: Option<&str>,
        username: Option<&str>,
    ) -> Result<String> {
        self.send(
            self.call(&operations::GENERATE_RECOVERY_CODE)
                .user(user_id, username)?,
        )
    }

    /// Adds a public key (SPKI PEM) as a credential; answers with the
    /// authentication response. The algorithm is ES256 unless given.
    pub fn add_publickey_credential(
        &self,
        publickey: &str,
        publickey_alg: Option<&str>,
        user_id: Option<&str>,
        username: Option<&str>,
        credential_name: Option<&str>,
    ) -> Result<String> {
        self.send(
            self.call(&operations::ADD_PUBLICKEY_CREDENTIAL)
                .user(user_id, username)?
                .text(
                    "publickey_alg",
                    publickey_alg.unwrap_or(DEFAULT_PUBLICKEY_ALG),
                )
                .text("publickey", publickey)
                .option("credential_name", credential_name),
        )
    }
}
