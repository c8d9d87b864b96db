//! Shared by the tests of tokens and keys.

#[allow(
    dead_code,
    reason = "the fuzz targets use the same file, and more of it"
)]
pub mod service;
mod version;

use loginid_emulator::Emulator;

pub use version::{Verifier, Version, both};

pub const CLIENT_ID: &str = "app-1";

/// An emulator of both services, whose applications have the id [`CLIENT_ID`].
pub fn emulator() -> Emulator {
    Emulator::builder().v2_application_id(CLIENT_ID).start()
}
