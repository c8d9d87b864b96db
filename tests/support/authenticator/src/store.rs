use passkey::authenticator::{CredentialStore, DiscoverabilitySupport, StoreInfo};
use passkey::types::Passkey;
use passkey::types::ctap2::make_credential::Options;
use passkey::types::ctap2::make_credential::{
    PublicKeyCredentialRpEntity, PublicKeyCredentialUserEntity,
};
use passkey::types::ctap2::{Ctap2Error, StatusCode};
use passkey::types::webauthn::PublicKeyCredentialDescriptor;

/// The keys on the device, oldest first. passkey's own in-memory stores ignore the relying party.
#[derive(Clone, Default)]
pub struct Keys(Vec<Passkey>);

#[async_trait::async_trait]
impl CredentialStore for Keys {
    type PasskeyItem = Passkey;

    /// The newest comes first, because it is used.
    async fn find_credentials(
        &self,
        ids: Option<&[PublicKeyCredentialDescriptor]>,
        rp_id: &str,
        _user_handle: Option<&[u8]>,
    ) -> Result<Vec<Passkey>, StatusCode> {
        let eligible = |key: &&Passkey| match ids {
            Some(ids) => ids.iter().any(|listed| listed.id == key.credential_id),
            // Only discoverable keys are found without their id, and only they store their user.
            None => key.user_handle.is_some(),
        };
        let bound = self.0.iter().rev().filter(|key| key.rp_id == rp_id);
        Ok(bound.filter(eligible).cloned().collect())
    }

    async fn save_credential(
        &mut self,
        key: Passkey,
        _user: PublicKeyCredentialUserEntity,
        _rp: PublicKeyCredentialRpEntity,
        _options: Options,
    ) -> Result<(), StatusCode> {
        self.0.push(key);
        Ok(())
    }

    async fn update_credential(&mut self, changed: &Passkey) -> Result<(), StatusCode> {
        let known = |key: &&mut Passkey| key.credential_id == changed.credential_id;
        let key = self.0.iter_mut().find(known);
        *key.ok_or(Ctap2Error::NoCredentials)? = changed.clone();
        Ok(())
    }

    async fn get_info(&self) -> StoreInfo {
        StoreInfo {
            discoverability: DiscoverabilitySupport::Full,
        }
    }
}
