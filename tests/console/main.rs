//! The emulator's console in Chromium: every button is clicked, and what it did is compared through the emulator.

mod axe;
#[path = "../web/chromium.rs"]
#[allow(dead_code, reason = "tests/web uses more of it")]
mod chromium;
#[path = "../common/mod.rs"]
mod common;
mod device_pages;
mod faults;
mod keys;
mod page;
mod requests;
mod shell;
mod todo;
mod users;

use chromium::Chromium;
use common::left_out;

/// A browser, unless it is missing, which ends a run under CI.
fn browser() -> Option<Chromium> {
    if Chromium::is_installed() {
        return Some(Chromium::start());
    }
    left_out("the console in Chromium", "chromedriver is missing");
    None
}
