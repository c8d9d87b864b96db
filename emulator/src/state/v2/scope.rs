//! What API keys, grants and LoginID tokens allow.

use crate::error::ServiceError;

/// One scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// List passkeys, read about authenticators.
    PasskeyRead,
    /// Rename and delete passkeys.
    PasskeyWrite,
    /// Read profiles.
    ProfileRead,
    /// Change and delete profiles.
    ProfileWrite,
    /// Add the first passkey of a user of a protected application, and every further passkey.
    RegWrite,
    /// Make one-time codes.
    AuthWrite,
    /// Authorize external authentications.
    ExternalVerify,
}

impl Scope {
    /// All scopes: those of the API key that an application begins with.
    pub const ALL: [Self; 7] = [
        Self::PasskeyRead,
        Self::PasskeyWrite,
        Self::ProfileRead,
        Self::ProfileWrite,
        Self::RegWrite,
        Self::AuthWrite,
        Self::ExternalVerify,
    ];

    /// The scopes of a LoginID token.
    pub const OF_LOGIN: [Self; 3] = [Self::PasskeyRead, Self::PasskeyWrite, Self::AuthWrite];

    /// Its name in keys, grants and tokens.
    pub fn name(self) -> &'static str {
        match self {
            Self::PasskeyRead => "passkey:read",
            Self::PasskeyWrite => "passkey:write",
            Self::ProfileRead => "profile:read",
            Self::ProfileWrite => "profile:write",
            Self::RegWrite => "reg:write",
            Self::AuthWrite => "auth:write",
            Self::ExternalVerify => "external:verify",
        }
    }

    /// The scopes of these names.
    pub fn parse_all<'a>(
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Vec<Self>, ServiceError> {
        let parse = |name| Self::ALL.into_iter().find(|scope| scope.name() == name);
        names
            .into_iter()
            .map(|name| {
                parse(name).ok_or_else(|| {
                    let known = Self::ALL.map(Self::name).join(", ");
                    ServiceError::bad_request(format!("A scope is one of {known}"))
                })
            })
            .collect()
    }
}
