//! Verification of registrations and assertions.

use serde::{Deserialize, Serialize};

use super::attestation::AttestationObject;
use super::authenticator_data::AuthenticatorData;
use super::expected::Expected;
use super::public_key::PublicKey;
use super::refusal::Refusal;
use super::{base64url, client_data};

/// A registered key. Later assertions are checked against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredKey {
    #[serde(with = "base64url")]
    pub credential_id: Vec<u8>,
    #[serde(with = "base64url")]
    pub public_key: PublicKey,
    pub sign_count: u32,
    /// The authenticator's model; all zeros if it does not say.
    #[serde(with = "base64url")]
    pub aaguid: [u8; 16],
    /// Whether the key may be copied to other devices. It never changes.
    pub backup_eligible: bool,
}

/// Verifies the answer to `navigator.credentials.create()`. The arguments are decoded bytes, not
/// base64url.
pub fn verify_registration(
    expected: &Expected,
    client_data: &[u8],
    attestation_object: &[u8],
) -> Result<RegisteredKey, Refusal> {
    let client_data_hash = client_data::verify(expected, "webauthn.create", client_data)?;
    let attestation = AttestationObject::decode(attestation_object)?;
    let data = AuthenticatorData::decode(&attestation.authenticator_data)?;
    data.verify(expected)?;
    let credential = data.credential.as_ref().ok_or(Refusal::CredentialMissing)?;
    attestation.verify(&credential.public_key, &client_data_hash)?;
    Ok(RegisteredKey {
        credential_id: credential.id.clone(),
        public_key: credential.public_key.clone(),
        sign_count: data.sign_count,
        aaguid: credential.aaguid,
        backup_eligible: data.backup_eligible(),
    })
}

/// Verifies the answer to `navigator.credentials.get()` and returns the new sign count, which the
/// caller stores in the key. The arguments are decoded bytes, not base64url.
pub fn verify_assertion(
    expected: &Expected,
    key: &RegisteredKey,
    client_data: &[u8],
    authenticator_data: &[u8],
    signature: &[u8],
) -> Result<u32, Refusal> {
    let client_data_hash = client_data::verify(expected, "webauthn.get", client_data)?;
    let data = AuthenticatorData::decode(authenticator_data)?;
    data.verify(expected)?;
    if data.credential.is_some() {
        return Err(Refusal::CredentialUnexpected);
    }
    if data.backup_eligible() != key.backup_eligible {
        return Err(Refusal::BackupEligibilityChanged);
    }
    let signed = [authenticator_data, &client_data_hash].concat();
    if !key.public_key.has_signed(&signed, signature) {
        return Err(Refusal::Signature);
    }
    // Authenticators without a counter always send zero. Any other counter must go up, or the key was copied.
    let (stored, received) = (key.sign_count, data.sign_count);
    if (stored, received) != (0, 0) && received <= stored {
        return Err(Refusal::SignCount { stored, received });
    }
    Ok(received)
}
