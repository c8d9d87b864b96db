//! `loginid-emulator doctor`: checks a configuration of the library, from the variables to a token
//! or an API key that the service accepts. It never prints a key or a token.

mod address;
mod certificates;
mod connection;
mod exchange;
/// The library's own code that reads the configuration, so that both agree.
#[allow(dead_code, reason = "the library uses more of it")]
#[path = "../../../../src/input/mod.rs"]
pub(super) mod input;
mod key_set;
mod keys;
mod report;
mod settings;
mod trust;
mod v1;
mod v2;

use std::error::Error;
use std::path::Path;

use self::report::Report;

/// Checks everything and returns 0 only if all is well: the service whose variables are set, or both.
pub fn doctor(public_key: Option<&Path>) -> Result<u8, Box<dyn Error>> {
    let mut report = Report::default();
    settings::check(&mut report);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    if settings::has_v1() || public_key.is_some() || !settings::has_v2() {
        runtime.block_on(v1::check(&mut report, public_key));
    }
    if settings::has_v2() {
        report.service = "v2 ";
        runtime.block_on(v2::check(&mut report));
    }
    Ok(u8::from(!report.all_is_well()))
}
