//! The program: serves until told to stop, or runs a command with an emulator of its own.

#![forbid(unsafe_code)]

mod cli;

use std::process::ExitCode;

fn main() -> ExitCode {
    match cli::run() {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            eprintln!("loginid-emulator: {error}");
            ExitCode::from(2)
        }
    }
}
