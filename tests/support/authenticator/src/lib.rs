//! A browser and its authenticator in one, for tests: takes the payloads that LoginID sends and
//! returns the payloads that it expects. It uses the WebAuthn of the `passkey` crates, so it
//! refuses what a browser refuses, such as a relying party id that is not the origin's.
//!
//! ```
//! use loginid_test_authenticator::SoftAuthenticator;
//! # use serde_json::json;
//! # let attestation_payload = json!({
//! #     "credential_uuid": "2e8e9a8c-5b0f-4d9e-8f3b-0d9a6b0f7c11",
//! #     "challenge": "AAAAAAAAAAAAAAAAAAAAAA",
//! #     "rp": {"id": "example.com", "name": "Example"},
//! #     "user": {"id": "dXNlcg", "name": "ada", "displayName": "Ada"},
//! #     "pubKeyCredParams": [{"type": "public-key", "alg": -7}],
//! # });
//! let mut device = SoftAuthenticator::platform();
//! let to_complete = device.register(&attestation_payload, "https://example.com")?;
//! assert_eq!(to_complete["challenge"], attestation_payload["challenge"]);
//! # Ok::<(), loginid_test_authenticator::Error>(())
//! ```

mod crypto;
mod store;
mod user;

use crypto::Crypto;
use passkey::authenticator::Authenticator;
use passkey::client::{Client, DefaultClientData, WebauthnError};
pub use passkey::crypto::coset::iana::Algorithm;
use passkey::types::ctap2::{Aaguid, Ctap2Error};
use passkey::types::encoding::base64url;
use passkey::types::webauthn::{
    AuthenticatedPublicKeyCredential, AuthenticatorAttachment, CreatedPublicKeyCredential,
    CredentialCreationOptions, CredentialRequestOptions, PublicKeyCredentialCreationOptions,
    PublicKeyCredentialRequestOptions,
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use store::Keys;
use url::Url;
use user::WillingUser;

/// One device with the keys made on it. A clone is a copy of the device: both then count their
/// signatures separately, which the sign counter must reveal.
#[derive(Clone)]
pub struct SoftAuthenticator {
    attachment: AuthenticatorAttachment,
    algorithms: Vec<Algorithm>,
    keys: Keys,
}

/// The reason why the ceremony ended in the browser or device, without a result for the service.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    #[error("the payload is not what a browser takes: {0}")]
    Payload(String),
    #[error("the service asks for an authenticator of the other attachment")]
    Attachment,
    #[error("this authenticator already has one of the excluded credentials")]
    Excluded,
    #[error("this authenticator has none of the allowed credentials")]
    NoCredential,
    #[error("the browser refuses: {0}")]
    Browser(String),
}

impl SoftAuthenticator {
    /// An authenticator built into the device, such as a fingerprint reader.
    pub fn platform() -> Self {
        Self {
            attachment: AuthenticatorAttachment::Platform,
            algorithms: vec![Algorithm::ES256, Algorithm::EdDSA],
            keys: Keys::default(),
        }
    }

    /// A portable authenticator, such as a USB key.
    pub fn roaming() -> Self {
        Self {
            attachment: AuthenticatorAttachment::CrossPlatform,
            ..Self::platform()
        }
    }

    /// One that makes keys of this algorithm only: as Windows Hello does with RS256.
    pub fn only(mut self, algorithm: Algorithm) -> Self {
        self.algorithms = vec![algorithm];
        self
    }

    /// Makes a key for an `attestation_payload`. Returns the payload that completes the
    /// registration: `credential_uuid, credential_id, challenge, client_data,
    /// attestation_data`.
    pub fn register(&mut self, attestation_payload: &Value, origin: &str) -> Result<Value, Error> {
        let created = self.create(parse(attestation_payload)?, origin)?;
        Ok(json!({
            "credential_uuid": attestation_payload["credential_uuid"],
            "credential_id": created.id,
            "challenge": attestation_payload["challenge"],
            "client_data": base64url(&created.response.client_data_json),
            "attestation_data": base64url(&created.response.attestation_object),
        }))
    }

    /// Signs for an `assertion_payload`. Returns the payload that completes the login:
    /// `challenge, credential_id, client_data, authenticator_data, signature`.
    pub fn login(&mut self, assertion_payload: &Value, origin: &str) -> Result<Value, Error> {
        let signed = self.get(parse(assertion_payload)?, origin)?;
        Ok(json!({
            "challenge": assertion_payload["challenge"],
            "credential_id": signed.id,
            "client_data": base64url(&signed.response.client_data_json),
            "authenticator_data": base64url(&signed.response.authenticator_data),
            "signature": base64url(&signed.response.signature),
        }))
    }

    /// Signs a transaction's `assertion_options`. Returns the members that complete it:
    /// `key_handle, challenge, client_data, auth_data, sign_data`.
    pub fn confirm(&mut self, assertion_options: &Value, origin: &str) -> Result<Value, Error> {
        let signed = self.get(parse(assertion_options)?, origin)?;
        Ok(json!({
            "key_handle": signed.id,
            "challenge": assertion_options["challenge"],
            "client_data": base64url(&signed.response.client_data_json),
            "auth_data": base64url(&signed.response.authenticator_data),
            "sign_data": base64url(&signed.response.signature),
        }))
    }

    /// Makes a key. Returns what `PublicKeyCredential.toJSON()` returns in a browser.
    pub fn created(&mut self, attestation_payload: &Value, origin: &str) -> Result<Value, Error> {
        let created = self.create(parse(attestation_payload)?, origin)?;
        let response = created.response;
        Ok(json!({
            "id": created.id,
            "rawId": base64url(&created.raw_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": base64url(&response.client_data_json),
                "authenticatorData": base64url(&response.authenticator_data),
                "attestationObject": base64url(&response.attestation_object),
                "publicKey": response.public_key.map(|key| base64url(&key)),
                "publicKeyAlgorithm": response.public_key_algorithm,
                "transports": response.transports,
            },
            "authenticatorAttachment": created.authenticator_attachment,
            "clientExtensionResults": created.client_extension_results,
        }))
    }

    /// Signs. Returns what `PublicKeyCredential.toJSON()` returns in a browser.
    pub fn signed(&mut self, options: &Value, origin: &str) -> Result<Value, Error> {
        let signed = self.get(parse(options)?, origin)?;
        let response = signed.response;
        Ok(json!({
            "id": signed.id,
            "rawId": base64url(&signed.raw_id),
            "type": "public-key",
            "response": {
                "clientDataJSON": base64url(&response.client_data_json),
                "authenticatorData": base64url(&response.authenticator_data),
                "signature": base64url(&response.signature),
                "userHandle": response.user_handle.map(|handle| base64url(&handle)),
            },
            "authenticatorAttachment": signed.authenticator_attachment,
            "clientExtensionResults": signed.client_extension_results,
        }))
    }

    fn create(
        &mut self,
        options: PublicKeyCredentialCreationOptions,
        origin: &str,
    ) -> Result<CreatedPublicKeyCredential, Error> {
        let requested = options
            .authenticator_selection
            .as_ref()
            .and_then(|selection| selection.authenticator_attachment);
        // A browser would look for another authenticator. passkey's client does not look at this.
        if requested.is_some_and(|requested| requested != self.attachment) {
            return Err(Error::Attachment);
        }
        let request = CredentialCreationOptions {
            public_key: options,
        };
        let origin = url(origin)?;
        let mut browser = Client::new(self.authenticator()).allows_insecure_localhost(true);
        let created = pollster::block_on(browser.register(&origin, request, DefaultClientData));
        self.keys = browser.authenticator().store().clone();
        created.map_err(Error::from)
    }

    fn get(
        &mut self,
        options: PublicKeyCredentialRequestOptions,
        origin: &str,
    ) -> Result<AuthenticatedPublicKeyCredential, Error> {
        let request = CredentialRequestOptions {
            public_key: options,
        };
        let origin = url(origin)?;
        let mut browser = Client::new(self.authenticator()).allows_insecure_localhost(true);
        let signed = pollster::block_on(browser.authenticate(&origin, request, DefaultClientData));
        self.keys = browser.authenticator().store().clone();
        signed.map_err(Error::from)
    }

    /// passkey's client owns its authenticator and cannot be cloned: each ceremony gets a new one.
    fn authenticator(&self) -> Authenticator<Keys, WillingUser, Crypto> {
        let (keys, user) = (self.keys.clone(), WillingUser);
        let crypto = Crypto(self.algorithms.clone());
        let mut authenticator = Authenticator::new(Aaguid::new_empty(), keys, user, crypto);
        authenticator.set_make_credentials_with_signature_counter(true);
        authenticator
    }
}

fn parse<T: DeserializeOwned>(payload: &Value) -> Result<T, Error> {
    T::deserialize(payload).map_err(|error| Error::Payload(error.to_string()))
}

fn url(origin: &str) -> Result<Url, Error> {
    Url::parse(origin).map_err(|error| Error::Browser(format!("origin {origin:?}: {error}")))
}

impl From<WebauthnError> for Error {
    fn from(error: WebauthnError) -> Self {
        match error {
            WebauthnError::CredentialNotFound => Self::NoCredential,
            WebauthnError::AuthenticatorError(code)
                if code == u8::from(Ctap2Error::CredentialExcluded) =>
            {
                Self::Excluded
            }
            other => Self::Browser(format!("{other:?}")),
        }
    }
}
