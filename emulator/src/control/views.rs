//! What the tester's side takes and shows.

use serde::{Deserialize, Serialize};

use crate::state::application::{Application, ApplicationType};

/// What an emulator is right now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Info {
    /// The emulator's version.
    pub version: &'static str,
    /// Where it is reached.
    pub base_url: String,
    /// Unix seconds on its clock.
    pub now: i64,
    /// The id of the key its tokens are signed with.
    pub kid: String,
    /// Whether the requests it receives are kept.
    pub recording: bool,
    /// The applications that may call it.
    pub applications: Vec<AddedApplication>,
}

/// An application to add. With neither `public_key` nor `keyless` it gets a new key.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ApplicationOrder {
    /// Its id; made up if not given.
    pub client_id: Option<String>,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: ApplicationType,
    /// Its P-256 public key, as SPKI PEM.
    pub public_key: Option<String>,
    /// A public application: no key, no service tokens, no management.
    pub keyless: bool,
}

/// An application the emulator knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct AddedApplication {
    /// Its id.
    pub client_id: String,
    /// Its kind.
    #[serde(rename = "type")]
    pub kind: ApplicationType,
    /// Its public key, as SPKI PEM.
    pub public_key: Option<String>,
    /// Its private key, as PKCS#8 PEM, when the emulator has just made it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub private_key: Option<String>,
}

impl From<&Application> for AddedApplication {
    fn from(application: &Application) -> Self {
        Self {
            client_id: application.client_id.clone(),
            kind: application.kind,
            public_key: application.key.as_ref().map(|key| key.pem().to_owned()),
            private_key: None,
        }
    }
}
