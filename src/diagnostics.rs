//! What a program can find out about its configuration and its connection to the service: for
//! tools such as `loginid doctor`.
//!
//! [`crate::Config::settings`] and [`Service::variables`] say what is configured and where. The
//! [`Connection`] of a client connects step by step as its calls do, and its `diagnose_…` are
//! calls that change nothing at the service. Nothing here contains a secret.

mod connection;
mod key_set;

use std::time::SystemTime;

pub use crate::config::effective::{ProxyChoice, RootsSource, Setting, SettingValue, TrustedRoots};
pub use crate::config::recording::CertificateFault;
pub use crate::input::file::{Opened, open};
pub use crate::token::decode_unverified;
pub use connection::{Connection, Failure, Step};
pub use key_set::{GrantVerdict, KeySetFound};

use crate::config::{self, Fields};
use crate::http::Observed;

/// One of the two services.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// The older service: client id and key pair.
    V1,
    /// The current service (FIDO2 v2): base URL and API key.
    V2,
}

impl Service {
    fn fields(self) -> &'static Fields {
        match self {
            Service::V1 => &config::V1,
            Service::V2 => &config::V2,
        }
    }

    /// The variable of a field, if it has one.
    pub fn variable(self, field: &str) -> Option<String> {
        self.fields().variable_of(field)
    }

    /// The variables that a client of this service reads.
    pub fn variables(self) -> Vec<Variable> {
        let named = self.fields().named_variables();
        named
            .map(|(name, field, is_own)| Variable {
                name,
                field,
                is_own,
            })
            .collect()
    }
}

/// A variable of the environment.
#[derive(Clone, Debug)]
pub struct Variable {
    /// For example `LOGINID_V2_BASE_URL`.
    pub name: String,
    /// The field of a configuration that it sets.
    pub field: &'static str,
    /// Whether the other service has no such field, or another variable for it.
    pub is_own: bool,
}

/// The clocks at the moment of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Clocks {
    /// The service's, in whole seconds, if the answer says it.
    pub service: Option<SystemTime>,
    /// This machine's.
    pub machine: SystemTime,
}

impl From<Observed> for Clocks {
    fn from(observed: Observed) -> Clocks {
        Clocks {
            service: observed.sent,
            machine: observed.received,
        }
    }
}
