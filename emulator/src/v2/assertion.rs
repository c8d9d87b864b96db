//! A signature with a passkey, as logins, transactions and steps of a longer authentication send it.

use super::error::{forbidden, not_found};
use crate::error::ServiceError;
use crate::fields::Fields;
use crate::state::State;
use crate::state::v2::application::Application;
use crate::state::v2::passkey::Use;
use crate::state::v2::session::Challenge;
use crate::state::v2::user::Owner;
use crate::webauthn::verify_assertion;

/// The answer of a device, decoded.
pub struct Assertion {
    credential_id: Vec<u8>,
    client_data: Vec<u8>,
    authenticator_data: Vec<u8>,
    signature: Vec<u8>,
    /// The id of the user, which devices send for passkeys that they find by themselves.
    user_handle: Option<String>,
}

/// The passkey that signed, and its user.
pub struct Signer {
    pub user_id: String,
    pub username: String,
    pub passkey_id: String,
}

impl Assertion {
    /// The `assertionResult` of a login.
    pub fn of_login(body: &Fields) -> Result<Self, ServiceError> {
        let result = body.object("assertionResult")?;
        Self::read(&result, "credentialId", "clientDataJSON")
    }

    /// The members of `tx/complete`.
    pub fn of_transaction(body: &Fields) -> Result<Self, ServiceError> {
        Self::read(body, "keyHandle", "clientData")
    }

    fn read(fields: &Fields, id: &str, client_data: &str) -> Result<Self, ServiceError> {
        Ok(Self {
            credential_id: fields.binary(id)?,
            client_data: fields.binary(client_data)?,
            authenticator_data: fields.binary("authenticatorData")?,
            signature: fields.binary("signature")?,
            user_handle: fields.text_unless_empty("userHandle")?.map(str::to_owned),
        })
    }

    /// Checks the signature, and notes that the passkey was used. If the challenge was for one user, only a
    /// passkey of theirs may sign. The signature is checked without a lock: other calls do not wait for it.
    pub fn verify(
        &self,
        state: &State,
        application: &Application,
        challenge: &Challenge,
        username: Option<&str>,
    ) -> Result<Signer, ServiceError> {
        let expected = application.relying_party().expected(
            &challenge.rp_id,
            &challenge.text,
            &self.client_data,
        );
        loop {
            let key = {
                let mut world = state.v2.world();
                let (user, passkey) = world
                    .users
                    .credential_mut(&application.id, &self.credential_id)
                    .ok_or_else(unknown)?;
                self.check_user(&user, username)?;
                passkey.key.clone()
            };
            let key = key.ok_or_else(|| {
                ServiceError::bad_request("Only the control API signs with this passkey")
            })?;
            let sign_count = verify_assertion(
                &expected,
                &key,
                &self.client_data,
                &self.authenticator_data,
                &self.signature,
            )
            .map_err(|refusal| ServiceError::bad_request(refusal.to_string()))?;
            let mut world = state.v2.world();
            let (user, passkey) = world
                .users
                .credential_mut(&application.id, &self.credential_id)
                .ok_or_else(unknown)?;
            // If another login has stored its counter meanwhile, the answer is checked against that one.
            if let Some(stored) = passkey.key.as_mut().filter(|stored| **stored == key) {
                stored.sign_count = sign_count;
                passkey.last_used = Some(Use {
                    at: state.clock.now(),
                    device: challenge.device.name.clone(),
                });
                return Ok(Signer {
                    user_id: user.id,
                    username: user.username,
                    passkey_id: passkey.id.clone(),
                });
            }
        }
    }

    fn check_user(&self, user: &Owner, username: Option<&str>) -> Result<(), ServiceError> {
        if username.is_some_and(|expected| expected != user.username) {
            return Err(forbidden("The passkey is another user's"));
        }
        if self
            .user_handle
            .as_ref()
            .is_some_and(|handle| *handle != user.id)
        {
            return Err(ServiceError::bad_request(
                "userHandle is not the id of the passkey's user",
            ));
        }
        Ok(())
    }
}

fn unknown() -> ServiceError {
    not_found("There is no passkey with this credential id")
}
