//! The applications and the overview that the control API reads and returns.

use serde::{Deserialize, Serialize};

use crate::state::application::{Application, ApplicationType};
use crate::state::relying_party::AllowedOrigin;

/// The current settings of an emulator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Info {
    /// The emulator's version.
    pub version: &'static str,
    /// Its base URL.
    pub base_url: String,
    /// The time on its clock, in Unix seconds.
    pub now: i64,
    /// The id of its current signing key.
    pub kid: String,
    /// Whether received requests are recorded.
    pub recording: bool,
    /// The registered applications.
    pub applications: Vec<AddedApplication>,
}

/// An application to register. With neither `public_key` nor `keyless` it gets a new key pair.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct NewApplication {
    /// Its id; random if not given.
    pub client_id: Option<String>,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: ApplicationType,
    /// Its P-256 public key, as SPKI PEM.
    pub public_key: Option<String>,
    /// A public application: no key, no service tokens, no management calls.
    pub keyless: bool,
    /// Its relying party id; `localhost` if not given.
    pub rp_id: Option<String>,
    /// The origins of its pages and apps, in addition to those of `localhost`.
    pub origins: Vec<String>,
}

/// A registered application.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AddedApplication {
    /// Its id.
    pub client_id: String,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: ApplicationType,
    /// Its public key, as SPKI PEM.
    pub public_key: Option<String>,
    /// Its relying party id.
    pub rp_id: String,
    /// Its added origins.
    pub origins: Vec<AllowedOrigin>,
    /// Its private key, as PKCS#8 PEM, if the emulator has just generated it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_key: Option<String>,
}

impl From<&Application> for AddedApplication {
    fn from(application: &Application) -> Self {
        let relying_party = application.relying_party();
        Self {
            client_id: application.client_id.clone(),
            kind: application.kind,
            public_key: application.key.as_ref().map(|key| key.pem().to_owned()),
            rp_id: relying_party.rp_id().to_owned(),
            origins: relying_party.origins(),
            private_key: None,
        }
    }
}
