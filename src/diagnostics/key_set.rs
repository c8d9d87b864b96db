//! What a diagnosis finds in the key set of an application, and in a grant.

use crate::error::Error;
use crate::token::Keys;

/// The key set of an application.
#[derive(Debug)]
pub struct KeySetFound {
    /// The keys that verify tokens, by their ids.
    pub usable: Vec<String>,
    /// The others, each with why it is skipped.
    pub skipped: Vec<(String, String)>,
    pub(crate) keys: Option<Keys>,
}

/// Whether a grant that the service has just issued is for the configured application. What
/// else a grant says is not documented, so this is inferred.
#[derive(Debug)]
pub enum GrantVerdict {
    /// It is.
    Matches,
    /// Its audience is another application, or its issuer another service: the error of a
    /// verification. Then all tokens of users are refused in the same way.
    Differs {
        /// The error.
        error: Error,
        /// What the grant has in its `aud` or `iss`.
        found: String,
    },
    /// It cannot be known, for this reason.
    Unknown(String),
}
