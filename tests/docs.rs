//! The documentation matches the code.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// All files in these folders of the project.
fn files_in(folders: &[&str]) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = folders.iter().map(|folder| root.join(folder)).collect();
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                files.push(path);
            }
        }
    }
    files
}

/// The sources of the bindings, without their tests.
fn binding_sources() -> Vec<PathBuf> {
    let mut files = files_in(&[
        "bindings/go",
        "bindings/php/src",
        "bindings/python/src",
        "bindings/ruby/lib",
    ]);
    files.retain(|file| !file.to_string_lossy().ends_with("_test.go"));
    files.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("include/loginid.hpp"));
    files
}

/// docs/TRUST.md names files and tests in backticks; `name_…` is the beginning of a name.
#[test]
fn every_test_that_trust_md_names_exists() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/TRUST.md")).unwrap();
    let files = files_in(&[
        "tests",
        "src",
        "bindings",
        "emulator/tests",
        "tools/loginid/tests",
    ]);
    let sources: String = files
        .iter()
        .filter_map(|file| fs::read_to_string(file).ok())
        .collect();
    let (mut tests, mut paths) = (0, 0);
    for named in page.split('`').skip(1).step_by(2) {
        let name = named.rsplit("::").next().unwrap();
        let extension = [".rs", ".c", ".cpp", ".go", ".py", ".rb", ".php"]
            .iter()
            .any(|extension| named.ends_with(extension));
        if extension {
            let found = files.iter().any(|file| file.ends_with(named));
            assert!(found, "there is no file {named}");
            paths += 1;
        } else if named.contains("::") || name.starts_with("test_") || name.starts_with("Test") {
            let start = name.trim_end_matches('…').trim_end_matches('_');
            let is_defined = ["fn", "mod", "void", "def", "func", "class"]
                .iter()
                .any(|keyword| sources.contains(&format!("{keyword} {start}")));
            assert!(is_defined, "there is no test {named}");
            tests += 1;
        }
    }
    assert!(tests > 40 && paths > 80, "{tests} tests and {paths} files");
}

/// Codes that are documented as a binding's are used by one.
#[test]
fn every_documented_code_of_a_binding_is_used_by_one() {
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

/// Where the public names of each language are, in the order of the columns of docs/languages.md.
const PUBLIC: [&[&str]; 5] = [
    &["include"],
    &["bindings/go"],
    &["bindings/python/src"],
    &["bindings/ruby/lib", "bindings/ruby/sig"],
    &["bindings/php/src"],
];

/// The names in the table cells, without those of the language and its libraries.
#[test]
fn every_name_in_the_table_of_languages_exists() {
    const OF_THE_LANGUAGES: &str = "ffi std stop_token chrono http net json logger Logger logging \
        client None nil null void dict Hash true false TypeError StandardError RuntimeException \
        exception context Context Error ValueError ArgumentError signal NotifyContext time Duration Close collector mypy \
        strict RawMessage repr inspect var_dump with err errors status baseUrl apiKey baseURL \
        apiKey token ctx";
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = fs::read_to_string(root.join("docs/languages.md")).unwrap();
    let sources = PUBLIC.map(|folders| -> BTreeSet<String> {
        let texts = files_in(folders).into_iter().map(fs::read_to_string);
        texts.flatten().flat_map(|text| words(&text)).collect()
    });
    let known: BTreeSet<String> = words(OF_THE_LANGUAGES).into_iter().collect();
    let mut names = 0;
    for row in page.lines().filter(|line| line.starts_with("| ")) {
        let cells = row.trim_matches('|').split('|').skip(1);
        for (cell, source) in cells.zip(&sources) {
            for name in cell.split('`').skip(1).step_by(2).flat_map(words) {
                if !known.contains(&name) {
                    assert!(source.contains(&name), "there is no {name}: {row}");
                    names += 1;
                }
            }
        }
    }
    assert!(names > 150, "the scan found too little: {names}");
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_'))
        .filter(|word| word.len() > 2 && !word.starts_with(|c: char| c.is_ascii_digit()))
        .map(str::to_owned)
        .collect()
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

/// docs/reference.md says of each call whether it fails without the application's key.
#[test]
fn the_calls_that_need_a_key_are_marked() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap();
    let (reference, readme) = (read("docs/reference.md"), read("README.md"));
    let man = read("man/loginid.3");
    let mut calls = [0, 0];
    for call in reference.split("\n### lid_").skip(1) {
        let (name, text) = call.split_once('\n').unwrap();
        let needs_key = text.contains("`LID_ERROR_PRIVATE_KEY` if the client has no");
        let mark = if needs_key { "*" } else { "" };
        let row = format!("`lid_{name}`{} |", mark.replace('*', "\\*"));
        assert!(readme.contains(&row), "README.md has no {row}");
        let entry = format!("lid_{name} \"(){mark}\"\n");
        assert!(man.contains(&entry), "man/loginid.3 has no {entry}");
        calls[usize::from(needs_key)] += 1;
    }
    assert!(calls.iter().all(|&count| count > 25), "{calls:?}");
}

/// Cargo does not read our file for a program that depends on the crate, so the page has its lines.
#[test]
fn rust_programs_are_told_the_switches_of_the_cryptography_library() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap();
    let (ours, page) = (read(".cargo/config.toml"), read("docs/versions.md"));
    let lines: Vec<_> = ours.lines().filter(|line| !line.starts_with('#')).collect();
    assert!(lines.len() > 2, "{lines:?}");
    assert!(page.contains(&format!("```toml\n{}\n```", lines.join("\n"))));
}

/// The files that name the version by hand; docs/versions.md promises one number for all.
#[test]
fn every_package_has_the_version_of_the_library() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let version = env!("CARGO_PKG_VERSION");
    for (file, line) in [
        (
            "bindings/python/src/libloginid/_version.py",
            "__version__ = \"{}\"",
        ),
        (
            "bindings/python/pyproject.toml",
            "test = [\"libloginid-emulator=={}\"]",
        ),
        ("bindings/ruby/lib/loginid/version.rb", "  VERSION = '{}'"),
        (
            "bindings/php/src/LibraryFile.php",
            "    private const VERSION = '{}'",
        ),
        ("packaging/deb/debian/changelog", "libloginid ({}-"),
    ] {
        let text = fs::read_to_string(root.join(file)).unwrap();
        let expected = line.replace("{}", version);
        assert!(
            text.lines().any(|line| line.starts_with(&expected)),
            "{file} has no line '{expected}'"
        );
    }
    let go = fs::read_to_string(root.join("bindings/go/internal/native/abi.go")).unwrap();
    for (name, number) in [
        ("MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        ("MINOR", env!("CARGO_PKG_VERSION_MINOR")),
    ] {
        assert!(go.contains(&format!("#define NEEDED_{name} {number}\n")));
    }
}

/// Pages name the files of packages, most of them in commands that people copy; the examples in
/// docs/versions.md are of this version too.
#[test]
fn every_page_names_packages_of_this_version() {
    let mut pages = files_in(&["docs"]);
    pages.push(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"));
    pages.retain(|page| page.extension() == Some("md".as_ref()));
    let mut named = 0;
    for page in pages {
        let text = fs::read_to_string(&page).unwrap();
        let has_examples = page.ends_with("docs/versions.md");
        for word in text.split_whitespace() {
            if word.contains("loginid") || has_examples && word.contains('`') {
                for version in versions(word) {
                    let page = page.display();
                    assert_eq!(version, env!("CARGO_PKG_VERSION"), "{page}: {word}");
                    named += 1;
                }
            }
        }
    }
    assert!(named > 20, "the scan found too little: {named}");
}

/// The numbers like 1.2.3 in it. 0.0.0 is Go's for a module that is replaced by a folder.
fn versions(word: &str) -> impl Iterator<Item = &str> {
    word.split(|c: char| !(c.is_ascii_digit() || c == '.'))
        .map(|number| number.trim_matches('.'))
        .filter(|number| number.split('.').count() == 3 && *number != "0.0.0")
}

#[test]
fn the_figures_in_the_readme_are_those_of_the_results() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| fs::read_to_string(root.join(file)).unwrap();
    let (readme, results) = (read("README.md"), read("benches/RESULTS.md"));
    let (_, rest) = results
        .split_once("## In short\n\n")
        .expect("the short table");
    let (table, _) = rest.split_once("\n\n").unwrap();
    assert!(table.lines().count() > 10, "{table}");
    assert!(
        readme.contains(&format!(
            "`make bench`, with benches/RESULTS.md -->\n{table}\n"
        )),
        "README.md has other figures than benches/RESULTS.md"
    );
    for theme in ["light", "dark"] {
        let picture = format!("docs/images/speed-{theme}.svg");
        assert!(readme.contains(&picture) && root.join(&picture).exists());
    }
}
