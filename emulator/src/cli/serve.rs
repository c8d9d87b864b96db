//! `loginid-emulator`: prints its variables, then serves until it is stopped.

use std::error::Error;
use std::fs::File;

use serde_json::{Map, Value};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::iterator::Signals;

use super::environment::{Environment, start};
use super::output::{print, say};
use super::settings::{Output, Settings};

pub fn serve(settings: &Settings) -> Result<(), Box<dyn Error>> {
    let emulator = start(settings)?;
    // Before the first line is printed: its reader may stop the emulator at once.
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM])?;
    let environment = Environment::new(emulator, settings)?;
    print(&variables(
        &environment,
        settings.output.unwrap_or_default(),
    ))?;
    // Readers of the output see its end now, not when the emulator stops.
    rustix::stdio::dup2_stdout(File::options().write(true).open("/dev/null")?)?;
    environment.report_unset();
    let url = environment.base_url();
    say(format_args!(
        "ready at {url}, with a console at {url}/_emulator/"
    ));
    signals.forever().next();
    Ok(())
}

/// The variables in this form.
fn variables(environment: &Environment, output: Output) -> String {
    let variables = environment.variables.iter();
    match output {
        Output::Export => {
            let exports =
                variables.map(|(name, value)| format!("export {name}={}\n", quote(value)));
            let foreign: Vec<_> = environment.foreign().into_iter().collect();
            format!(
                "{}unset {}\n",
                exports.collect::<String>(),
                foreign.join(" ")
            )
        }
        Output::Env => variables
            .map(|(name, value)| format!("{name}={value}\n"))
            .collect(),
        Output::Json => {
            let object: Map<String, Value> = variables
                .map(|(name, value)| ((*name).to_owned(), value.as_str().into()))
                .collect();
            format!("{}\n", Value::from(object))
        }
    }
}

/// The value quoted as one word for a shell.
fn quote(value: &str) -> String {
    format!("'{}'", value.replace('\'', r"'\''"))
}
