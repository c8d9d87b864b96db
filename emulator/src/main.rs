//! The program `loginid-emulator`.

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
