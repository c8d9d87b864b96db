//! The relying parties of applications: ids and origins.

use super::actions::Control;
use crate::error::ServiceError;
use crate::state::relying_party::AllowedOrigin;

impl Control {
    /// The relying party id of an application.
    pub fn rp_id(&self, client_id: &str) -> Result<String, ServiceError> {
        let application = self.application(client_id)?;
        let relying_party = application.relying_party();
        Ok(relying_party.rp_id().to_owned())
    }

    /// Sets the relying party id of an application. `None` is the one it began with.
    pub fn set_rp_id(&self, client_id: &str, rp_id: Option<&str>) -> Result<(), ServiceError> {
        let application = self.application(client_id)?;
        let mut relying_party = application.relying_party();
        match rp_id {
            Some(rp_id) => relying_party.set_rp_id(rp_id),
            None => {
                relying_party.reset_rp_id();
                Ok(())
            }
        }
    }

    /// The added origins of an application. Those of `localhost` are always allowed.
    pub fn origins(&self, client_id: &str) -> Result<Vec<AllowedOrigin>, ServiceError> {
        Ok(self.application(client_id)?.relying_party().origins())
    }

    /// Allows the pages or the Android app of an origin to use an application. Without an `rp_id`, they keep
    /// the one that they have, or get the application's; pages that may not use it get their own host, and an app needs
    /// one while it is `localhost`.
    pub fn add_origin(
        &self,
        client_id: &str,
        origin: &str,
        rp_id: Option<&str>,
    ) -> Result<AllowedOrigin, ServiceError> {
        let application = self.application(client_id)?;
        application.relying_party().allow(origin, rp_id)
    }

    /// Removes an added origin of an application.
    pub fn remove_origin(&self, client_id: &str, origin: &str) -> Result<(), ServiceError> {
        self.application(client_id)?
            .relying_party()
            .disallow(origin)
    }
}
