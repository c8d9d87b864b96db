//! The C interface as a C program uses it, for tests written in Rust. The fuzz
//! targets use the modules of `capi/` too.

// Each test program uses a part of it.
#![allow(dead_code, unused_imports)]

#[path = "capi/client.rs"]
mod client;
#[path = "capi/outcome.rs"]
mod outcome;
#[path = "capi/v2_client.rs"]
mod v2_client;

use loginid_emulator::Emulator;
use serde_json::{Value, json};

pub use client::{Client, c, key_pair};
pub use loginid::ffi::lid_status;
pub use outcome::Outcome;
pub use v2_client::{By, V2Client};

/// The configuration of the emulator's application, with further fields.
pub fn config(emulator: &Emulator, further: Value) -> Value {
    let mut config = json!({
        "client_id": emulator.client_id(),
        "private_key": emulator.private_key(),
        "base_url": emulator.base_url(),
    });
    if let Some(ca) = emulator.ca_pem() {
        config["ca_pem"] = ca.into();
    }
    for (name, value) in further.as_object().expect("an object") {
        config[name] = value.clone();
    }
    config
}

/// The configuration of the emulator's application, with further fields.
pub fn v2_config(emulator: &Emulator, further: Value) -> Value {
    let service = emulator.v2();
    let mut config = json!({
        "base_url": emulator.base_url(),
        "application_id": service.application_id(),
        "api_key": service.api_key(),
        // The tokens name the application's own host.
        "issuer": service.base_url(),
    });
    if let Some(ca) = emulator.ca_pem() {
        config["ca_pem"] = ca.into();
    }
    for (name, value) in further.as_object().expect("an object") {
        config[name] = value.clone();
    }
    config
}
