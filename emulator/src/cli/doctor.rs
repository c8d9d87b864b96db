//! `loginid-emulator doctor`: the former name of `loginid doctor`, for one release.

use std::env;
use std::error::Error;
use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::path::PathBuf;
use std::process::Command;

use super::output::say;

const PROGRAM: &str = "loginid";

/// Becomes `loginid doctor` with these arguments: the program beside this one, else the one in
/// `PATH`. Returns only if it cannot be run.
pub fn doctor(arguments: &[OsString]) -> Result<u8, Box<dyn Error>> {
    say("doctor is now a command of its own: loginid doctor");
    let beside = env::current_exe().map(|own| own.with_file_name(PROGRAM));
    let program = match beside {
        Ok(beside) if beside.is_file() => beside,
        _ => PathBuf::from(PROGRAM),
    };
    let error = Command::new(&program).arg("doctor").args(arguments).exec();
    Err(format!(
        "cannot run {}, neither beside this program nor in PATH: {error}; install it with libloginid",
        program.display()
    )
    .into())
}
