//! The documentation says what the code does.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// The sources of the bindings, without their tests.
fn binding_sources() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = [
        "bindings/go",
        "bindings/php/src",
        "bindings/python/src",
        "bindings/ruby/lib",
    ]
    .map(|folder| root.join(folder))
    .into();
    let mut files = vec![root.join("include/loginid.hpp")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if path.is_dir() {
                folders.push(path);
            } else if !name.ends_with("_test.go") {
                files.push(path);
            }
        }
    }
    files
}

/// The codes that the bindings make themselves are documented as theirs.
#[test]
fn every_code_that_is_documented_as_a_bindings_is_made_by_one() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let documented = fs::read_to_string(root.join("docs/errors.md")).unwrap();
    let sources: String = binding_sources()
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok())
        .collect();
    let mut codes = 0;
    for line in documented.lines().filter(|line| line.contains(" | in ")) {
        let code = line.split('`').nth(1).expect("a code");
        let made = [format!("\"{code}\""), format!("'{code}'")];
        assert!(made.iter().any(|quoted| sources.contains(quoted)), "{code}");
        codes += 1;
    }
    assert!(codes >= 4, "{codes}");
}

#[test]
fn every_function_is_in_the_readme() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let header = fs::read_to_string(root.join("include/loginid_ffi.h")).unwrap();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let functions: BTreeSet<_> = header
        .split(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '('))
        .filter_map(|word| word.split_once('(').map(|(name, _)| name))
        .filter(|name| name.starts_with("lid_"))
        .collect();
    assert!(
        functions.len() > 50,
        "the scan found too little: {functions:?}"
    );
    for function in functions {
        assert!(
            readme.contains(&format!("`{function}`")),
            "README.md's table of calls lacks {function}"
        );
    }
}
