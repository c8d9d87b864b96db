//! The values of a ceremony that answers are checked against.

/// The values that an answer is checked against.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The issued challenge, in base64url without padding.
    pub challenge: String,
    /// The allowed origins, for example `https://example.com`. Whole strings are compared: scheme, host and
    /// port.
    pub origins: Vec<String>,
    /// The relying party id, for example `example.com`.
    pub rp_id: String,
    /// Whether the authenticator must have verified the user, not only their presence.
    pub require_user_verification: bool,
}
