//! Writes what is described, then the headers and the list of symbols: `make generate`.

#![forbid(unsafe_code)]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    for (path, text) in &loginid_generate::described() {
        write(path, text);
    }
    let headers = loginid_generate::headers();
    for (path, text) in &headers {
        write(path, text);
    }
    match loginid_generate::symbols(&headers[1].1) {
        (path, Ok(text)) => write(&path, &text),
        (path, Err(broken)) => {
            eprintln!("{} stays as it is: {broken}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Writes a file that changes, so that what is built from the others is not built again.
fn write(path: &Path, text: &str) {
    if fs::read_to_string(path).is_ok_and(|old| old == text) {
        return;
    }
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    println!("{}", path.display());
}
