//! `loginid-emulator`: prints its variables, then serves until it is stopped.

use std::error::Error;
use std::fs::File;
use std::io::{Write, stdout};

use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::arguments::Options;
use super::environment::Environment;

pub fn serve(options: &Options) -> Result<(), Box<dyn Error>> {
    // Before the first line is printed: its reader may stop the emulator at once.
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let environment = Environment::start(options)?;
    let mut out = stdout().lock();
    for (name, value) in &environment.variables {
        writeln!(out, "export {name}={}", quote(value))?;
    }
    let foreign: Vec<_> = environment.foreign().into_iter().collect();
    writeln!(out, "unset {}", foreign.join(" "))?;
    out.flush()?;
    // Readers of the output see its end now, not when the emulator stops.
    rustix::stdio::dup2_stdout(File::options().write(true).open("/dev/null")?)?;
    environment.report_unset();
    signals.forever().next();
    Ok(())
}

/// The value quoted as one word for a shell.
fn quote(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}
