//! `loginid-emulator`: prints its variables, then serves until it is stopped.

use std::error::Error;
use std::fs::File;
use std::io::{self, Write, stdout};

use serde_json::{Map, Value};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::environment::{Environment, start};
use super::settings::{Output, Settings};

pub fn serve(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let emulator = start(settings)?;
    // Before the first line is printed: its reader may stop the emulator at once.
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let environment = Environment::new(emulator, settings)?;
    let mut out = stdout().lock();
    print(&mut out, &environment, settings.output.unwrap_or_default())?;
    out.flush()?;
    // Readers of the output see its end now, not when the emulator stops.
    rustix::stdio::dup2_stdout(File::options().write(true).open("/dev/null")?)?;
    environment.report_unset();
    let url = environment.base_url();
    eprintln!("loginid-emulator: ready at {url}, with a console at {url}/_emulator/");
    signals.forever().next();
    Ok(())
}

fn print(out: &mut impl Write, environment: &Environment, output: Output) -> io::Result<()> {
    match output {
        Output::Export => {
            for (name, value) in &environment.variables {
                writeln!(out, "export {name}={}", quote(value))?;
            }
            let foreign: Vec<_> = environment.foreign().into_iter().collect();
            writeln!(out, "unset {}", foreign.join(" "))
        }
        Output::Env => {
            for (name, value) in &environment.variables {
                writeln!(out, "{name}={value}")?;
            }
            Ok(())
        }
        Output::Json => {
            let variables = environment.variables.iter();
            let object: Map<String, Value> = variables
                .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
                .collect();
            writeln!(out, "{}", Value::from(object))
        }
    }
}

/// The value quoted as one word for a shell.
fn quote(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}
