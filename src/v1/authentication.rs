//! Logins. Each login ends with an authentication response: `{jwt,
//! is_authenticated, user, client, credential}`, its `jwt` verified.

use super::client::Client;
use super::credentials::DEFAULT_PUBLICKEY_ALG;
use super::object;
use super::operations;
use crate::error::Result;

impl Client {
    /// Logs a user in with a password.
    pub fn authenticate_password(&self, username: &str, password: &str) -> Result<String> {
        self.send(
            self.call(&operations::AUTHENTICATE_PASSWORD)
                .username(username)
                .secret("password", password),
        )
    }

    /// Begins a FIDO2 login: `{assertion_payload}` for the browser.
    pub fn authenticate_fido2_init(&self, username: &str) -> Result<String> {
        self.send(
            self.call(&operations::AUTHENTICATE_FIDO2_INIT)
                .username(username),
        )
    }

    /// Completes a FIDO2 login with the answer of the browser: `{challenge,
    /// credential_id, client_data, authenticator_data, signature}`.
    pub fn authenticate_fido2_complete(
        &self,
        username: &str,
        assertion_payload: &str,
    ) -> Result<String> {
        object(assertion_payload, "assertion_payload_json")?;
        self.send(
            self.call(&operations::AUTHENTICATE_FIDO2_COMPLETE)
                .username(username)
                .raw("assertion_payload", assertion_payload),
        )
    }

    /// Begins a login by document scan: `{credential_uuid, iframe_url}`.
    pub fn authenticate_doc_scan_init(
        &self,
        username: &str,
        credential_id: Option<&str>,
    ) -> Result<String> {
        self.send(
            self.call(&operations::AUTHENTICATE_DOC_SCAN_INIT)
                .username(username)
                .option("credential_uuid", credential_id),
        )
    }

    /// Completes a login by document scan.
    pub fn authenticate_doc_scan_complete(
        &self,
        username: &str,
        credential_id: &str,
    ) -> Result<String> {
        self.send(
            self.call(&operations::AUTHENTICATE_DOC_SCAN_COMPLETE)
                .username(username)
                .text("credential_uuid", credential_id),
        )
    }

    /// Begins a login with a public key (SPKI PEM): `{challenge_id,
    /// server_nonce}`. The algorithm is ES256 unless given.
    pub fn authenticate_publickey_init(
        &self,
        username: &str,
        publickey: &str,
        publickey_alg: Option<&str>,
    ) -> Result<String> {
        self.send(
            self.call(&operations::AUTHENTICATE_PUBLICKEY_INIT)
                .username(username)
                .text(
                    "publickey_alg",
                    publickey_alg.unwrap_or(DEFAULT_PUBLICKEY_ALG),
                )
                .text("publickey", publickey),
        )
    }

    /// Completes a login with a public key: `assertion` is a JWT signed by the
    /// user's private key over the challenge.
    pub fn authenticate_publickey_complete(
        &self,
        username: &str,
        challenge_id: &str,
        assertion: &str,
    ) -> Result<String> {
        self.send(
            self.call(&operations::AUTHENTICATE_PUBLICKEY_COMPLETE)
                .username(username)
                .text("challenge_id", challenge_id)
                .secret("assertion", assertion),
        )
    }
}
