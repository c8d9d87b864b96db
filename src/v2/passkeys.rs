//! The passkeys of a user. The calls act by a token of the user, or by a grant.

use super::client::Client;
use super::operations;
use super::user::acting;
use crate::calls::Call;
use crate::codes::Code;
use crate::error::Result;

impl Client {
    /// Lists the passkeys of a user: `{passkeys}`.
    pub fn list_passkeys(&self, username: Option<&str>, token: Option<&str>) -> Result<String> {
        self.send(acting(
            Call::new(&operations::LIST_PASSKEYS),
            username,
            token,
        )?)
    }

    /// Renames a passkey.
    pub fn rename_passkey(
        &self,
        passkey_id: &str,
        name: &str,
        username: Option<&str>,
        token: Option<&str>,
    ) -> Result<String> {
        let call = Call::new(&operations::RENAME_PASSKEY)
            .segment("passkey_id", passkey_id, Code::InvalidPathSegment)?
            .text("name", name);
        self.send(acting(call, username, token)?)
    }

    /// Deletes a passkey.
    pub fn delete_passkey(
        &self,
        passkey_id: &str,
        username: Option<&str>,
        token: Option<&str>,
    ) -> Result<String> {
        let call = Call::new(&operations::DELETE_PASSKEY).segment(
            "passkey_id",
            passkey_id,
            Code::InvalidPathSegment,
        )?;
        self.send(acting(call, username, token)?)
    }

    /// The name and the icons of a kind of authenticator: `{id, name, iconLight, iconDark}`.
    pub fn get_authenticator(
        &self,
        aaguid: &str,
        username: Option<&str>,
        token: Option<&str>,
    ) -> Result<String> {
        let call = Call::new(&operations::GET_AUTHENTICATOR).segment(
            "aaguid",
            aaguid,
            Code::InvalidPathSegment,
        )?;
        self.send(acting(call, username, token)?)
    }
}
