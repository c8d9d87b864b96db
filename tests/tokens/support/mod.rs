//! Shared by the tests of tokens and keys.

#[allow(
    dead_code,
    reason = "the fuzz targets use the same file, and more of it"
)]
pub mod service;

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::{Value, json};

pub const CLIENT_ID: &str = "app-1";

/// The configuration of a client that has to fetch keys from the emulator.
pub fn online(emulator: &Emulator) -> Value {
    json!({
        "client_id": CLIENT_ID, "base_url": emulator.base_url(), "max_retries": 0,
        "request_timeout_ms": 60_000,
    })
}

/// Makes the emulator answer every request for a key with this text.
pub fn serve_key(emulator: &Emulator, body: impl Into<String>) {
    emulator.clear_faults();
    emulator.inject(
        Fault::new(FaultKind::Status {
            code: 200,
            body: body.into(),
            content_type: Some("text/plain; charset=utf-8".to_owned()),
            headers: Vec::new(),
            carried_out: false,
        })
        .on("GET", "/certs"),
    );
}
