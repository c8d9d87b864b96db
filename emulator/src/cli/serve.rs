//! `loginid-emulator`: prints how to reach it, then serves until told to stop.

use std::error::Error;
use std::fs::File;
use std::io::{Write, stdout};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::arguments::Options;
use super::environment::Environment;

pub fn serve(options: &Options) -> Result<(), Box<dyn Error>> {
    // Before the first line is out: its reader may stop us at once.
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let environment = Environment::start(options)?;
    let mut out = stdout().lock();
    for (name, value) in &environment.variables {
        writeln!(out, "export {name}={}", quote(value))?;
    }
    let foreign: Vec<_> = environment.foreign().into_iter().collect();
    writeln!(out, "unset {}", foreign.join(" "))?;
    out.flush()?;
    // A reader gets the end of the text now, not when the emulator stops.
    rustix::stdio::dup2_stdout(File::options().write(true).open("/dev/null")?)?;
    environment.report_unset();
    signals.forever().next();
    Ok(())
}

/// The value as one word of a shell, whatever it holds.
fn quote(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}
