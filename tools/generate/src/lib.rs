//! Writes the code that is uniform from `spec/operations.toml`, and the C headers from
//! `src/ffi/` and `src/status.rs`.

#![forbid(unsafe_code)]

mod c_test;
mod cpp;
pub mod description;
mod documents;
mod go;
mod header;
mod part;
mod php;
mod python;
mod ruby;
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

/// The description of the calls.
pub fn description() -> description::Description {
    description::Description::read(&read("spec/operations.toml"))
}

/// What the description says: each file's path and text.
pub fn described() -> Vec<(PathBuf, String)> {
    let description = description();
    let mut files = rust::files(&description);
    files.push(c_test::program(&description, read));
    files.extend(cpp::files(&description, &read("spec/cpp.toml"), read));
    files.extend(documents::files(&description, read));
    files.extend(php::files(&description, &read("spec/php.toml")));
    files.extend(python::files(&description, &read("spec/python.toml")));
    files.extend(ruby::files(&description, &read("spec/ruby.toml")));
    files.extend(go::files(&description, &read("spec/go.toml")));
    let files = files.into_iter();
    files
        .map(|(path, text)| (root().join(path), text))
        .collect()
}

/// The text of a file of the project.
fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}
