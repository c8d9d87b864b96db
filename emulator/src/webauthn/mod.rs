//! The relying party's side of WebAuthn: is this answer of a browser and its authenticator to be
//! believed? Pure functions, no state and no I/O: the service keeps the challenges, the keys and
//! the clock. The steps are those of WebAuthn Level 3, "Registering a New Credential" and
//! "Verifying an Authentication Assertion".
//!
//! **Why not a verifier crate.** Looked at in November 2026; the first three build here without
//! system libraries, but each would need half of this around it. `webauthn-rs-core` 0.6.2 (no longer over
//! OpenSSL; 176 crates, `rsa` and `kbkdf` as release candidates) and `webauthn_rp` 0.3.0 (95 crates)
//! make the challenge themselves and keep it in a state type of their own, which `webauthn_rp` lets
//! expire by the real clock: the emulator hands out its own challenges, transaction hashes among
//! them, and has a clock that can be moved. `webauthn-rs-core` and `caden` 0.9.0 take certificates,
//! and a `none` attestation whose statement is not empty; the former also takes duplicate CBOR keys.
//! `passkey-rp` 0.1.0 needs a newer rustc and knows no `packed`. So this is written over maintained
//! pieces: `ciborium` reads CBOR, `serde_json` the client data, `aws-lc-rs` hashes and checks points
//! and signatures. The tests drive it with the authenticator of the `passkey` crates, which computes
//! with other code (RustCrypto).
//!
//! What stays with the caller: that a challenge is used once and in time, that `credential_id` in
//! the request is the one in the [`RegisteredKey`], that it is new on registration and on the allow
//! list on login, and that the returned sign count is stored.

mod attestation;
mod authenticator_data;
mod base64url;
mod cbor;
mod client_data;
mod public_key;
mod refusal;

pub use public_key::PublicKey;
pub use refusal::Refusal;

use attestation::AttestationObject;
use authenticator_data::AuthenticatorData;
use serde::{Deserialize, Serialize};

/// What the service knows about a ceremony it started.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The challenge as it was handed out: base64url without padding.
    pub challenge: String,
    /// The origins the application is served from, such as `https://example.com`. Whole strings are
    /// compared: scheme, host and port.
    pub origins: Vec<String>,
    /// The relying party id, such as `example.com`.
    pub rp_id: String,
    /// Whether presence is not enough: the authenticator must have verified who the user is.
    pub require_user_verification: bool,
}

/// A credential that passed registration. All that later assertions are checked against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegisteredKey {
    #[serde(with = "base64url")]
    pub credential_id: Vec<u8>,
    #[serde(with = "base64url")]
    pub public_key: PublicKey,
    pub sign_count: u32,
    /// The authenticator's model; all zero when it does not tell.
    #[serde(with = "base64url")]
    pub aaguid: [u8; 16],
    /// Whether the key may be copied to other devices. It never changes.
    pub backup_eligible: bool,
}

/// Checks the answer to `navigator.credentials.create()`. Both arguments are the raw bytes, freed of
/// their base64url.
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

/// Checks the answer to `navigator.credentials.get()` and returns the new sign count, which the
/// caller puts into the key. All arguments are the raw bytes, freed of their base64url.
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
    // Authenticators without a counter always send zero. Any other that does not go up was copied.
    let (stored, received) = (key.sign_count, data.sign_count);
    if (stored, received) != (0, 0) && received <= stored {
        return Err(Refusal::SignCount { stored, received });
    }
    Ok(received)
}
