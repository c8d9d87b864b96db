//! Writes the headers: `make header`.

use std::fs;

fn main() {
    for (path, text) in loginid_header::headers() {
        fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        println!("{}", path.display());
    }
}
