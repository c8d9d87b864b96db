//! The modules of the library depend on each other in one direction, as `src/lib.rs` says.

#[path = "support/modules.rs"]
mod support;

use std::fs;
use std::path::{Path, PathBuf};

fn lib() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")
}

/// The module below the root that a path is in: `net` for `::net::dns`.
fn top(path: &str) -> &str {
    path.split("::").nth(1).unwrap_or_default()
}

#[test]
fn no_module_uses_itself_through_others() {
    let left = support::circles(support::read(&lib()));
    assert!(left.is_empty(), "in a circle: {left:#?}");
}

/// The table in `src/lib.rs`: modules by line. The last line has all others too.
#[test]
fn a_module_uses_only_modules_on_its_line_of_the_table_or_below() {
    let text = fs::read_to_string(lib()).unwrap();
    let (_, table) = text.split_once("//! ```text\n").expect("the table");
    let (table, _) = table.split_once("//! ```\n").expect("its end");
    let uses = support::read(&lib());
    let is_module = |name: &&str| uses.contains_key(&format!("::{name}"));
    let lines: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.trim_start_matches("//!").split("  "))
        .map(|cells| cells.map(str::trim).filter(is_module).collect())
        .collect();
    assert!(lines.iter().all(|modules| !modules.is_empty()), "{lines:?}");
    let line_of = |name| {
        let listed = lines.iter().position(|line| line.contains(&name));
        listed.unwrap_or(lines.len() - 1)
    };
    for (module, used) in uses.iter().filter(|(module, _)| !module.is_empty()) {
        for used in used.iter().filter(|used| !used.is_empty()) {
            assert!(
                line_of(top(module)) <= line_of(top(used)),
                "{module} uses {used}, which is above it"
            );
        }
    }
}

/// It knows neither HTTP nor the configuration, the environment or the operations.
#[test]
fn net_could_be_a_crate_with_these_few_modules() {
    const ALLOWED: [&str; 6] = ["budget", "cancel", "error", "failpoint", "fork", "sys"];
    for (module, used) in support::read(&lib()) {
        if top(&module) != "net" {
            continue;
        }
        for used in used {
            let is_allowed = ALLOWED.contains(&top(&used)) || used == "::input::host";
            assert!(is_allowed || top(&used) == "net", "{module} uses {used}");
        }
    }
}

/// `deny(unsafe_code)` can be switched off in any module: only `src/lib.rs` does that.
#[test]
fn unsafe_code_is_allowed_in_lib_rs_only() {
    let allowed = |text: &str| text.matches("allow(unsafe_code").count();
    let mut folders = vec![lib().with_file_name("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let count = allowed(&fs::read_to_string(&path).unwrap());
            let is_lib = path == lib();
            assert!(is_lib || count == 0, "{}", path.display());
        }
    }
    let text = fs::read_to_string(lib()).unwrap();
    let modules = ["pub mod ffi;", "mod fork;", "mod sys;"];
    for module in modules {
        assert!(text.contains(&format!("#[allow(unsafe_code)]\n{module}")));
    }
    // The comment above the lint names the attribute too.
    assert_eq!(allowed(&text), modules.len() + 1);
}
