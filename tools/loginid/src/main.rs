//! The program `loginid`: checks a configuration of the library, makes keys, reads and verifies
//! tokens. Everything is decided by the library itself; this program reads files and words the
//! results.

#![forbid(unsafe_code)]

mod arguments;
mod config;
mod doctor;
mod failure;
mod files;
mod help;
mod keygen;
mod output;
mod token;

use std::process::ExitCode;

use arguments::{Action, Command};
use failure::Failure;

/// The status of a program that a closed pipe ended, as a shell shows it.
const BROKEN_PIPE: u8 = 141;

fn main() -> ExitCode {
    match run() {
        Ok(status) => ExitCode::from(status),
        Err(Failure::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => {
            ExitCode::from(BROKEN_PIPE)
        }
        Err(failure) => {
            // If this cannot be written either, the status still says it.
            let _ = output::complain(&failure.to_string());
            let is_json = std::env::args_os().any(|argument| argument == "--json");
            if is_json && !matches!(failure, Failure::Output(_)) {
                let _ = output::json(&failure.to_json());
            }
            ExitCode::from(failure.status())
        }
    }
}

/// Runs what the arguments say and returns the exit status.
fn run() -> Result<u8, Failure> {
    let parsed = arguments::parse(lexopt::Parser::from_env())?;
    let json = parsed.json;
    match parsed.action {
        Action::Help(text) => output::text(text).map(|()| 0),
        Action::Version => {
            let version = env!("CARGO_PKG_VERSION");
            output::line(&format!("loginid {version}")).map(|()| 0)
        }
        Action::Run(Command::Doctor(options)) => doctor::run(&options, json),
        Action::Run(Command::Keygen(options)) => keygen::run(&options, json),
        Action::Run(Command::Decode(options)) => token::decode::run(&options, json),
        Action::Run(Command::Verify(options)) => token::verify::run(&options, json),
        Action::Run(Command::ConfigCheck(options)) => config::check::run(&options, json),
    }
}
