//! Compares this machine's clock with the service's.

use std::time::Duration;

use loginid::diagnostics::{Clocks, Setting, SettingValue};

use super::report::{Problem, Report};

/// The smallest difference that counts: `Date` has whole seconds, and the answer takes time.
const LEAST_LEEWAY: Duration = Duration::from_secs(2);

pub fn check(report: &mut Report, settings: &[Setting], clocks: Option<Clocks>) {
    // Without an answer there is another problem already.
    let Some(clocks) = clocks else { return };
    let Some(service) = clocks.service else {
        report.note("clock", "not checked: the service sent no Date");
        return;
    };
    let (skew, direction) = match clocks.machine.duration_since(service) {
        Ok(ahead) => (ahead, "ahead of"),
        Err(error) => (error.duration(), "behind"),
    };
    let found = if skew <= LEAST_LEEWAY {
        "as the service's".to_owned()
    } else {
        format!("{} s {direction} the service's", skew.as_secs())
    };
    if skew <= leeway(settings).max(LEAST_LEEWAY) {
        report.ok("clock", &found);
        return;
    }
    let advice = "set this machine's clock, as with 'timedatectl set-ntp true': tokens are \
                  refused otherwise";
    report.problem("clock", &Problem::new(found, advice));
}

/// How far the clocks may differ in the verification of tokens.
fn leeway(settings: &[Setting]) -> Duration {
    let setting = settings.iter().find(|setting| setting.field == "leeway_s");
    match setting.map(|setting| &setting.value) {
        Some(SettingValue::Number(seconds)) => Duration::from_secs(*seconds),
        _ => Duration::ZERO,
    }
}
