//! Shared by the fuzz targets. They call the C interface through the same safe wrapper
//! as the tests, so that a failing input can be copied into a test.

pub mod answering;
pub mod capi;
#[path = "../../tests/tokens/support/service.rs"]
pub mod service;

use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use capi::{Client, Outcome, V2Client, lid_status};
use serde_json::{Value, json};
use service::Signer;

/// A key only for fuzzing; it is fixed, so that tokens of the corpus stay valid.
const PRIVATE_KEY: &str = include_str!("../key.pem");

pub const CLIENT_ID: &str = "fuzz-client";

/// A service whose tokens the clients of [`offline`] accept.
pub fn signer() -> Signer {
    let base64: String = PRIVATE_KEY
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    Signer::from_pkcs8("k", &STANDARD.decode(base64).expect("base64"))
}

/// Made once, because reading keys takes longer than most fuzzed calls.
static OFFLINE: LazyLock<Value> = LazyLock::new(|| {
    let pem = signer().pem();
    json!({
        "client_id": CLIENT_ID, "base_url": "http://127.0.0.1:1", "max_retries": 0,
        "private_key": PRIVATE_KEY, "public_keys": {"k": pem, "": pem},
    })
});

/// The configuration of a client that knows the signer's key, and whose service
/// refuses every connection.
pub fn offline() -> Value {
    OFFLINE.clone()
}

pub fn client() -> Client {
    Client::new(&offline())
}

/// The base URL of the current service, which refuses every connection.
pub const V2_BASE_URL: &str = "http://127.0.0.1:1";

/// The configuration of a client of the current service that knows the signer's key, and fetches
/// no other.
pub fn v2_offline() -> Value {
    json!({
        "base_url": V2_BASE_URL, "application_id": CLIENT_ID, "api_key": "fuzz-api-key",
        "max_retries": 0, "jwks": {"keys": [signer().jwk()]}, "fetch_keys": false,
    })
}

pub fn v2_client() -> V2Client {
    V2Client::new(&v2_offline())
}

/// Whether claims are for the application of the clients here.
pub fn names_us(claims: &Value) -> bool {
    let aud = &claims["aud"];
    let among = |all: &Vec<Value>| all.iter().any(|one| one == CLIENT_ID);
    aud == CLIENT_ID || aud.as_array().is_some_and(among)
}

/// No input may cause an internal error of the library.
pub fn sound(outcome: Outcome) -> Outcome {
    assert_ne!(
        outcome.status,
        lid_status::LID_ERROR_INTERNAL,
        "{outcome:?}"
    );
    // Its error object has the same status.
    outcome.verdict();
    outcome
}
