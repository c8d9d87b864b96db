//! Whether the modules of a crate depend on each other in one direction.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The modules of a crate that are in a circle or between two, with what they use of those. An
/// empty map says that there is no circle of files. `root` is the crate's `lib.rs` or `main.rs`.
pub fn circles(root: &Path) -> BTreeMap<String, BTreeSet<String>> {
    let mut modules = BTreeMap::new();
    read("", root, &mut modules);
    let edges = modules
        .keys()
        .map(|module| (module.clone(), uses(module, &modules)));
    let mut left: BTreeMap<_, _> = edges.collect();
    assert!(left.values().any(|used| used.len() > 1), "no uses found");
    // What uses nothing that is left is in no circle, and neither is what nothing left uses.
    loop {
        let before = left.len();
        let used: BTreeSet<_> = left.values().flatten().cloned().collect();
        left.retain(|name, _| used.contains(name));
        let names: BTreeSet<_> = left.keys().cloned().collect();
        left.values_mut()
            .for_each(|used| used.retain(|name| names.contains(name)));
        left.retain(|_, used| !used.is_empty());
        if left.len() == before {
            return left;
        }
    }
}

/// The code of a module and of those it declares, by their paths in the crate; the root's is empty.
fn read(module: &str, file: &Path, modules: &mut BTreeMap<String, String>) {
    let code = without_tests(&fs::read_to_string(file).unwrap());
    let folder = match file.file_stem().unwrap().to_str().unwrap() {
        "lib" | "main" | "mod" => file.with_file_name(""),
        _ => file.with_extension(""),
    };
    for line in code.lines().filter(|line| line.ends_with(';')) {
        let Some(("" | "pub " | "pub(crate) ", name)) = line.split_once("mod ") else {
            continue;
        };
        let name = name.trim_end_matches(';');
        let child = format!("{module}::{name}");
        let files = [format!("{name}.rs"), format!("{name}/mod.rs")].map(|file| folder.join(file));
        match files.iter().find(|file| file.exists()) {
            Some(file) => read(&child, file, modules),
            // Its file is in another tree (`#[path]`): a module that uses none of these.
            None => drop(modules.insert(child, String::new())),
        }
    }
    modules.insert(module.to_owned(), code);
}

/// The code of a file without comments, and without the modules that only tests have.
fn without_tests(text: &str) -> String {
    let (mut code, mut is_for_tests) = (String::new(), false);
    for line in text.lines() {
        match line {
            "#[cfg(test)]" => is_for_tests = true,
            // The tests in a file are at its end.
            _ if is_for_tests && line.ends_with('{') => break,
            _ if is_for_tests => is_for_tests = false,
            _ if line.trim().starts_with("//") => {}
            _ => code.extend([line, "\n"]),
        }
    }
    code
}

/// Expands the groups of a `use` tree: `a::{b, c::{d, e}}` is `a::b`, `a::c::d` and `a::c::e`.
fn expand(tree: &str, paths: &mut Vec<String>) {
    let Some((prefix, group)) = tree.split_once('{') else {
        return paths.push(tree.to_owned());
    };
    let (mut depth, mut start) = (0, 0);
    for (at, character) in group.char_indices() {
        if depth == 0 && matches!(character, ',' | '}') {
            expand(&format!("{prefix}{}", &group[start..at]), paths);
            start = at + 1;
        }
        depth += i32::from(character == '{') - i32::from(character == '}');
    }
}

/// The module that a path names, seen from another one; that one itself if it is a path of another crate.
fn resolve(module: &str, path: &str, modules: &BTreeMap<String, String>) -> String {
    let mut target = module.to_owned();
    for segment in path.split("::") {
        let child = format!("{target}::{segment}");
        match segment {
            "crate" => target.clear(),
            "self" => {}
            "super" => target.truncate(target.rfind("::").unwrap_or(0)),
            _ if modules.contains_key(&child) => target = child,
            _ => break,
        }
    }
    target
}

/// The modules that a module uses, in `use` declarations and elsewhere.
fn uses(module: &str, modules: &BTreeMap<String, String>) -> BTreeSet<String> {
    let code = &modules[module];
    let mut paths = Vec::new();
    for declaration in code.split("use ").skip(1) {
        let tree = declaration.split(';').next().unwrap();
        expand(&tree.replace(char::is_whitespace, ""), &mut paths);
    }
    let words = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let is_path = |word: &&str| word.contains("::") && !word.ends_with("::");
    paths.extend(words.filter(is_path).map(str::to_owned));
    let mut used: BTreeSet<_> = paths
        .iter()
        .map(|path| resolve(module, path, modules))
        .collect();
    used.remove(module);
    used
}
