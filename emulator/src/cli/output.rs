//! Writing, without a panic if nobody can read it.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind, Write, stderr, stdout};

/// The status of a program that a closed pipe ended, as a shell shows it.
const BROKEN_PIPE: u8 = 141;

/// Standard output cannot be written.
#[derive(Debug)]
pub struct Unwritten(io::Error);

impl fmt::Display for Unwritten {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "standard output: {}", self.0)
    }
}

impl Error for Unwritten {}

/// Writes a text to standard output.
pub fn print(text: &str) -> Result<(), Unwritten> {
    let mut out = stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(Unwritten)
}

/// Writes a line to standard error. If that fails, the emulator goes on.
pub fn say(message: impl fmt::Display) {
    let _ = writeln!(stderr(), "loginid-emulator: {message}");
}

/// Says what ended the program, unless its reader did, and returns the exit status.
pub fn failed(error: &(dyn Error + 'static)) -> u8 {
    let unwritten = error.downcast_ref::<Unwritten>();
    if unwritten.is_some_and(|error| error.0.kind() == ErrorKind::BrokenPipe) {
        return BROKEN_PIPE;
    }
    say(error);
    if unwritten.is_some() { 3 } else { 2 }
}
