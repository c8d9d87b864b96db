//! `include/loginid.symbols`: the interface that programs may have been built against.
//!
//! One declaration per line, below the SONAME they belong to. The list only grows; a
//! removed or changed function needs a new SONAME, which begins a new list.

use std::fs;
use std::path::PathBuf;

use crate::root;

/// The list's path and its text for these declarations (of the header without
/// preprocessor lines), or how they break the promise of the list.
pub fn symbols(flat_header: &str) -> (PathBuf, Result<String, String>) {
    let path = root().join("include/loginid.symbols");
    let listed = fs::read_to_string(&path).unwrap_or_default();
    let build = fs::read_to_string(root().join("build.rs")).expect("build.rs");
    (path, extend(&listed, soname(&build), flat_header))
}

/// The SONAME of the library, from the build script.
fn soname(build: &str) -> &str {
    let (_, rest) = build.split_once("-soname,").expect("a SONAME in build.rs");
    rest.split('"').next().expect("a name")
}

/// The list with additions from the header.
fn extend(listed: &str, soname: &str, flat_header: &str) -> Result<String, String> {
    let declared = declarations(flat_header);
    let first = format!("# {soname}");
    let mut lines = listed.lines();
    if lines.next() != Some(first.as_str()) {
        return Ok(format!("{first}\n{}\n", declared.join("\n")));
    }
    let listed: Vec<&str> = lines.collect();
    let broken: Vec<&str> = listed
        .iter()
        .copied()
        .filter(|line| !declared.iter().any(|declaration| declaration == line))
        .collect();
    if !broken.is_empty() {
        return Err(format!(
            "the header no longer has, or has otherwise:\n  {}\n\
             Programs built against {soname} would break. Undo it, or bump the SONAME (in build.rs, \
             Makefile, tools/generate, packaging/deb and the bindings) and run `make generate`.",
            broken.join("\n  ")
        ));
    }
    let new = declared
        .iter()
        .map(String::as_str)
        .filter(|declaration| !listed.contains(declaration));
    let all: Vec<&str> = listed.iter().copied().chain(new).collect();
    Ok(format!("{first}\n{}\n", all.join("\n")))
}

/// Every declaration in one line: functions, types, and each value of an enum
/// separately, because adding one breaks nothing.
fn declarations(flat_header: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = flat_header;
    while let Some(end) = rest.find([';', '{']) {
        let (declaration, after) = rest.split_at(end);
        if let Some(values) = after.strip_prefix('{') {
            let (values, after) = values.split_once('}').expect("the end of an enum");
            let (name, after) = after.split_once(';').expect("the name of an enum");
            let values = values.split(',').filter(|value| !value.trim().is_empty());
            found.extend(values.map(|value| one_line(&format!("{name} {value}"))));
            rest = after;
        } else {
            found.push(one_line(declaration));
            rest = &after[1..];
        }
    }
    found
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ") + ";"
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "typedef enum {\n    A = 0,\n    B = 1,\n} status;\n\n\
                          status one(int a,\n           char **out);\n\nvoid two(void);\n";
    const LIST: &str = "# lib.so.0\nstatus A = 0;\nstatus B = 1;\nstatus one(int a, char **out);\nvoid two(void);\n";

    #[test]
    fn a_list_of_another_soname_is_begun_anew() {
        assert_eq!(extend("", "lib.so.0", HEADER).unwrap(), LIST);
        assert_eq!(
            extend("# lib.so.9\nvoid gone(void);\n", "lib.so.0", HEADER).unwrap(),
            LIST
        );
    }

    #[test]
    fn what_is_new_is_appended() {
        let header = HEADER.replace("status one", "void new(void);\nstatus one");
        let list = format!("{LIST}void new(void);\n");
        assert_eq!(extend(LIST, "lib.so.0", &header).unwrap(), list);
        assert_eq!(extend(&list, "lib.so.0", &header).unwrap(), list);
    }

    #[test]
    fn what_is_gone_or_different_needs_another_soname() {
        for (before, after, broken) in [
            ("void two(void);\n", "", "void two(void);"),
            ("int a", "long a", "status one(int a, char **out);"),
            ("B = 1", "B = 2", "status B = 1;"),
        ] {
            let error = extend(LIST, "lib.so.0", &HEADER.replace(before, after)).unwrap_err();
            assert!(error.contains(&format!("  {broken}\n")), "{error}");
            assert!(error.contains("bump the SONAME"), "{error}");
        }
    }
}
