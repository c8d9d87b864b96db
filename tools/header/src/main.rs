//! Writes the headers and the list of symbols: `make header`.

#![forbid(unsafe_code)]

use std::fs;
use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let headers = loginid_header::headers();
    for (path, text) in &headers {
        write(path, text);
    }
    match loginid_header::symbols(&headers[1].1) {
        (path, Ok(text)) => write(&path, &text),
        (path, Err(broken)) => {
            eprintln!("{} stays as it is: {broken}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    println!("{}", path.display());
}
