//! The documentation says what the code does.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

/// The functions whose first string literal is an error code.
const MAKERS: [&str; 9] = [
    "Error::new(",
    "Error::argument(",
    "Error::config(",
    "unusable(",
    "mismatch(",
    "refused(",
    "unexpected(",
    "Status::Network,",
    "Status::Timeout,",
];

fn sources(folder: &Path, text: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, text);
        } else {
            let source = fs::read_to_string(&path).unwrap();
            // Tests name codes that are not made there.
            text.push_str(source.split("#[cfg(test)]").next().unwrap());
        }
    }
}

/// The string literal within the next few words, if it looks like a code.
fn code_after(text: &str) -> Option<&str> {
    let text = &text[..text.len().min(80)];
    let (before, rest) = text.split_once('"')?;
    if before.contains([';', '{', '}']) {
        return None;
    }
    let (code, _) = rest.split_once('"')?;
    let is_code = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    (code.bytes().all(is_code)).then_some(code)
}

#[test]
fn every_error_code_is_documented() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut text = String::new();
    sources(&root.join("src"), &mut text);
    let mut codes = BTreeSet::new();
    for maker in MAKERS {
        for (at, _) in text.match_indices(maker) {
            codes.extend(code_after(&text[at + maker.len()..]));
        }
    }
    assert!(codes.len() > 40, "the scan found too little: {codes:?}");
    let documented = fs::read_to_string(root.join("docs/errors.md")).unwrap();
    let missing: Vec<_> = codes
        .iter()
        .filter(|code| !documented.contains(&format!("| `{code}` |")))
        .collect();
    assert!(missing.is_empty(), "docs/errors.md lacks {missing:?}");
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
