//! Writes the code that is uniform from `spec/operations.toml`, and the C headers from
//! `src/ffi/` and `src/status.rs`.

#![forbid(unsafe_code)]

pub mod description;
mod header;
mod rust;
mod symbols;
mod template;
mod text;

use std::fs;
use std::path::{Path, PathBuf};

pub use header::headers;
pub use symbols::symbols;

/// The project's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// What the description says: each file's path and text.
pub fn described() -> Vec<(PathBuf, String)> {
    let path = root().join("spec/operations.toml");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| {
        panic!("{}: {error}", path.display());
    });
    let description = description::Description::read(&text);
    let files = rust::files(&description).into_iter();
    files
        .map(|(path, text)| (root().join(path), text))
        .collect()
}
