//! Why an answer is refused.

/// The message names the check that failed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("client data: {0}")]
    ClientData(String),
    #[error("client data: type is {found:?}, not {expected:?}")]
    ClientDataType {
        expected: &'static str,
        found: String,
    },
    #[error("client data: the challenge is not the one handed out")]
    Challenge,
    #[error("client data: origin {0:?} is not allowed")]
    Origin(String),
    #[error("client data: the ceremony ran in a frame of another origin")]
    CrossOrigin,

    #[error("authenticator data: {0}")]
    AuthenticatorData(&'static str),
    #[error("authenticator data: the credential is bound to another relying party id")]
    RpId,
    #[error("authenticator data: the user was not present")]
    UserNotPresent,
    #[error("authenticator data: the user was not verified")]
    UserNotVerified,
    #[error("authenticator data: backed up, though not eligible for backup")]
    BackupState,
    #[error("authenticator data: the credential's backup eligibility changed")]
    BackupEligibilityChanged,
    #[error("authenticator data: no attested credential data")]
    CredentialMissing,
    #[error("authenticator data: attested credential data in an assertion")]
    CredentialUnexpected,
    #[error("authenticator data: a credential id of {0} bytes, not 1 to 1023")]
    CredentialIdLength(usize),

    #[error("{what}: {why}")]
    Cbor { what: &'static str, why: String },

    #[error("credential key: algorithm {0} is not ES256 (-7), EdDSA (-8) or RS256 (-257)")]
    Algorithm(i128),
    #[error("credential key: {0}")]
    Key(&'static str),

    #[error("attestation: format {0:?} is neither none nor packed")]
    AttestationFormat(String),
    #[error("attestation: format none with a statement that is not empty")]
    AttestationNotEmpty,
    #[error("attestation: a certificate chain (x5c), but only self attestation is taken")]
    AttestationCertificate,
    #[error("attestation: algorithm {0} is not the credential key's")]
    AttestationAlgorithm(i128),
    #[error("attestation: the signature is wrong")]
    AttestationSignature,

    #[error("assertion: the signature is wrong")]
    Signature,
    #[error("assertion: sign count {received} after {stored}: the authenticator may be a copy")]
    SignCount { stored: u32, received: u32 },
}
