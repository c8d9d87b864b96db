//! Writes the code that is uniform from `spec/operations.toml`, and the C headers from
//! `src/ffi/` and `src/status.rs`.

#![forbid(unsafe_code)]

mod c_test;
pub mod constants;
mod cpp;
pub mod description;
mod documents;
mod go;
mod header;
mod mistake;
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

/// A file's path as it is below the project's folder, for messages.
pub fn below_root(path: &Path) -> &Path {
    path.strip_prefix(root()).unwrap_or(path)
}

/// The description of the calls, which must be without mistakes.
pub fn description() -> description::Description {
    let read = || description::Description::read(&read("spec/operations.toml"));
    mistake::caught(read).unwrap_or_else(|mistake| panic!("{mistake}"))
}

/// The constants of every language, which must be without mistakes.
pub fn constants() -> constants::Constants {
    let read = || constants::Constants::read(&read("spec/constants.toml"));
    mistake::caught(read).unwrap_or_else(|mistake| panic!("{mistake}"))
}

/// What the description says: each file's path and text. The error is one line, with what is
/// wrong in which file.
pub fn described() -> Result<Vec<(PathBuf, String)>, String> {
    mistake::caught(|| {
        let files = files(&read).into_iter();
        files
            .map(|(path, text)| (root().join(path), text))
            .collect()
    })
}

/// The same of another description and other files, which `read` has the text of. Its paths
/// and those of the result are below the project's folder.
pub fn described_by(read: &dyn Fn(&str) -> String) -> Result<Vec<(String, String)>, String> {
    mistake::caught(|| files(read))
}

fn files(read: &dyn Fn(&str) -> String) -> Vec<(String, String)> {
    let description = &description::Description::read(&read("spec/operations.toml"));
    let constants = &constants::Constants::read(&read("spec/constants.toml"));
    let mut files = rust::files(description);
    files.extend(c_test::programs(description, read));
    files.extend(constants::files(constants));
    files.extend(documents::files(description, constants, read));
    files.extend(cpp::files(
        description,
        constants,
        &read("spec/cpp.toml"),
        read,
    ));
    files.extend(php::files(description, &read("spec/php.toml")));
    files.extend(python::files(description, &read("spec/python.toml")));
    files.extend(ruby::files(description, &read("spec/ruby.toml")));
    files.extend(go::files(description, constants, &read("spec/go.toml")));
    files
}

/// The text of a file of the project.
fn read(path: &str) -> String {
    fs::read_to_string(root().join(path))
        .unwrap_or_else(|error| mistake::refuse(format!("{path}: {error}")))
}
