//! `loginid doctor`: checks a configuration, from the variables to a token or an API key that the
//! service accepts. The library makes each check; nothing is changed at the service.

mod certificates;
mod clock;
mod connection;
mod mistake;
mod report;
mod settings;
mod v1;
mod v2;

use loginid::diagnostics::Service;

use crate::arguments::Doctor;
use crate::config::source::is_configured;
use crate::failure::Failure;
use report::Report;

/// Calls are made once: a retry would hide what is found.
const ONE_ATTEMPT: &str = r#"{"max_retries":0}"#;

/// Checks everything and returns 0 only if all is well: the service whose variables are set, or
/// both.
pub fn run(options: &Doctor, as_json: bool) -> Result<u8, Failure> {
    let public_key = options.public_key.as_deref();
    let mut report = Report::new(as_json);
    let has_v2 = is_configured(Service::V2);
    let has_v1 = is_configured(Service::V1) || !has_v2;
    report.has_both = has_v1 && has_v2;
    if has_v1 {
        report.service = Some(Service::V1);
        v1::check(&mut report, public_key);
    }
    if has_v2 {
        report.service = Some(Service::V2);
        v2::check(&mut report);
    }
    report.service = None;
    if !has_v1 && settings::has_public_key(public_key) {
        let found = "one is given, which is for v1: only v2 is configured, which has no key pair";
        report.note("public key", found);
    }
    settings::check(&mut report);
    report.finish()
}
