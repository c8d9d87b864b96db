//! What an emulator keeps from one start to the next, if it is told to.

use super::clock::{LAST_SECOND, Millis};
use super::v2::application::Identity;
use crate::error::ServiceError;
use crate::jws::SigningKey;

/// The settings that are otherwise new at each start.
#[derive(Default)]
pub struct Pinned {
    /// The id of the default application.
    pub client_id: Option<String>,
    /// The key of the default application.
    pub private_key: Option<SigningKey>,
    /// The key that tokens of the service are signed with.
    pub service_key: Option<SigningKey>,
    /// The default application of the current service.
    pub v2: Identity,
    /// The key that tokens of the current service are signed with.
    pub v2_service_key: Option<SigningKey>,
    /// What the clock shows at the start and after a reset.
    pub clock: Option<Millis>,
}

impl Pinned {
    /// Checks and reads the settings. The keys are PKCS#8 PEM, the clock is Unix seconds.
    pub fn read(
        client_id: Option<String>,
        private_key: Option<&str>,
        service_key: Option<&str>,
        v2: Identity,
        v2_service_key: Option<&str>,
        clock: Option<i64>,
    ) -> Result<Self, ServiceError> {
        let visible = |id: &String| {
            (1..=255).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
        };
        if client_id.as_ref().is_some_and(|id| !visible(id)) {
            return Err(ServiceError::bad_request(
                "the client id must have 1 to 255 visible ASCII characters",
            ));
        }
        let key = |pem: Option<&str>, name: &str| {
            pem.map(|pem| {
                SigningKey::from_pem(pem).ok_or_else(|| {
                    ServiceError::bad_request(format!(
                        "the {name} must be a P-256 private key as PKCS#8 PEM (openssl pkcs8 -topk8 -nocrypt)"
                    ))
                })
            })
            .transpose()
        };
        Ok(Self {
            client_id,
            private_key: key(private_key, "private key")?,
            service_key: key(service_key, "service key")?,
            v2,
            v2_service_key: key(v2_service_key, "service key of the current service")?,
            clock: clock.map(milliseconds).transpose()?,
        })
    }
}

/// Unix seconds that the clock can show.
pub fn milliseconds(seconds: i64) -> Result<Millis, ServiceError> {
    if (0..=LAST_SECOND).contains(&seconds) {
        return Ok(seconds * 1000);
    }
    Err(ServiceError::bad_request(
        "the time must be Unix seconds from 1970 to 9999",
    ))
}
