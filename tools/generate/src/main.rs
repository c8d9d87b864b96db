//! Writes what is described, then the headers and the list of symbols: `make generate`.

#![forbid(unsafe_code)]

use std::fs;
use std::io::{Write, stderr, stdout};
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    match generate() {
        Ok(()) => ExitCode::SUCCESS,
        Err(mistake) => {
            // If this cannot be written either, the status still says it.
            let _ = writeln!(stderr(), "{mistake}");
            ExitCode::FAILURE
        }
    }
}

fn generate() -> Result<(), String> {
    for (path, text) in &loginid_generate::described()? {
        write(path, text)?;
    }
    let headers = loginid_generate::headers();
    for (path, text) in &headers {
        write(path, text)?;
    }
    let (path, text) = loginid_generate::symbols(&headers[1].1);
    let text = text.map_err(|broken| {
        let path = loginid_generate::below_root(&path);
        format!("{} stays as it is: {broken}", path.display())
    })?;
    write(&path, &text)
}

/// Writes a file that changes, so that what is built from the others is not built again.
fn write(path: &Path, text: &str) -> Result<(), String> {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return Ok(());
    }
    let shown = loginid_generate::below_root(path).display();
    fs::write(path, text).map_err(|error| format!("{shown}: {error}"))?;
    writeln!(stdout(), "{shown}").map_err(|error| format!("standard output: {error}"))
}
