//! `loginid-emulator`: prints how to reach it, then serves until told to stop.

use std::error::Error;
use std::io::{Write, stdout};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::arguments::Options;
use super::environment::Environment;

pub fn serve(options: &Options) -> Result<(), Box<dyn Error>> {
    // Before the first line is out: who reads it may stop us at once.
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let environment = Environment::start(options)?;
    let mut out = stdout().lock();
    for (name, value) in &environment.variables {
        writeln!(out, "export {name}={}", quote(value))?;
    }
    out.flush()?;
    signals.forever().next();
    Ok(())
}

/// The value as one word of a shell, whatever it holds.
fn quote(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}
