//! The variables that point a program at the emulator.

use axum::extract::State as Shared;
use serde_json::{Map, Value, json};

use super::actions::Control;
use super::reply::{Reply, answer};

/// Variables of the library that contradict the emulator's or bypass the emulator. They must be unset.
pub const CONTRADICTING_VARIABLES: [&str; 9] = [
    "LOGINID_PRIVATE_KEY_FILE",
    "LOGINID_V2_API_KEY_FILE",
    "LOGINID_V2_ISSUER",
    "LOGINID_CA_FILE",
    "LOGINID_CA_PEM",
    "LOGINID_CLIENT_CERT_PEM",
    "LOGINID_CLIENT_KEY_PEM",
    "LOGINID_PROXY",
    "LOGINID_ISSUER",
];

impl Control {
    /// The variables that the library and its bindings read, with the default applications of both services, and
    /// `LOGINID_EMULATOR_URL`.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let v2 = self.v2();
        vec![
            ("LOGINID_BASE_URL", self.base_url().to_owned()),
            ("LOGINID_CLIENT_ID", self.client_id().to_owned()),
            ("LOGINID_PRIVATE_KEY", one_line(self.private_key())),
            ("LOGINID_V2_BASE_URL", v2.base_url().to_owned()),
            ("LOGINID_V2_API_KEY", v2.api_key().to_owned()),
            ("LOGINID_V2_APPLICATION_ID", v2.application_id().to_owned()),
            ("LOGINID_EMULATOR_URL", self.base_url().to_owned()),
        ]
    }
}

/// A PEM in one line: many files and tools keep only the first line of a variable.
fn one_line(pem: &str) -> String {
    pem.replace('\n', "\\n")
}

pub async fn show(Shared(control): Shared<Control>) -> Reply {
    let variables = control.environment().into_iter();
    let mut variables: Map<String, Value> = variables
        .map(|(name, value)| (name.to_owned(), value.into()))
        .collect();
    // Not a file, as the reader may be on another machine.
    if let Some(ca_pem) = control.state.ca_pem.get() {
        variables.insert("LOGINID_CA_PEM".to_owned(), one_line(ca_pem).into());
    }
    let unset = CONTRADICTING_VARIABLES.map(str::to_owned).into_iter();
    let unset: Vec<_> = unset.filter(|name| !variables.contains_key(name)).collect();
    answer(json!({"variables": variables, "unset": unset}))
}
