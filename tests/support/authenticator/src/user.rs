use passkey::authenticator::{UiHint, UserCheck, UserValidationMethod};
use passkey::types::Passkey;
use passkey::types::ctap2::Ctap2Error;

/// A user who is present, is verified, and consents to everything.
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
            // passkey only informs the user, and would then make the key anyway.
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
