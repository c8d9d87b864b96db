use passkey::authenticator::{UiHint, UserCheck, UserValidationMethod};
use passkey::types::Passkey;
use passkey::types::ctap2::Ctap2Error;

/// Somebody who is there, proves who they are, and consents to everything.
pub struct WillingUser;

#[async_trait::async_trait]
impl UserValidationMethod for WillingUser {
    type PasskeyItem = Passkey;

    async fn check_user<'a>(
        &self,
        hint: UiHint<'a, Passkey>,
        presence: bool,
        verification: bool,
    ) -> Result<UserCheck, Ctap2Error> {
        match hint {
            // passkey only tells the user, and would then go on to make the key.
            UiHint::InformExcludedCredentialFound(_) => Err(Ctap2Error::CredentialExcluded),
            _ => Ok(UserCheck {
                presence,
                verification,
            }),
        }
    }

    fn is_presence_enabled(&self) -> bool {
        true
    }

    fn is_verification_enabled(&self) -> Option<bool> {
        Some(true)
    }
}
