//! Whether the modules of a crate depend on each other in one direction.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What each module of a crate uses, by their paths in the crate: `::net::dns`; the root's is empty.
pub type Uses = BTreeMap<String, BTreeSet<String>>;

/// Reads the modules of a crate. `root` is its `lib.rs` or `main.rs`.
pub fn read(root: &Path) -> Uses {
    let mut modules = BTreeMap::new();
    read_module("", root, &mut modules);
    let edges = modules
        .keys()
        .map(|module| (module.clone(), uses(module, &modules)));
    let all: Uses = edges.collect();
    assert!(all.values().any(|used| used.len() > 1), "no uses found");
    all
}

/// The modules that are in a circle or between two, with what they use of those. An empty map says
/// that there is no circle of files.
pub fn circles(mut left: Uses) -> Uses {
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
fn read_module(module: &str, file: &Path, modules: &mut BTreeMap<String, String>) {
    let code = without_tests(&fs::read_to_string(file).unwrap());
    let folder = match file.file_stem().unwrap().to_str().unwrap() {
        "lib" | "main" | "mod" => file.with_file_name(""),
        _ => file.with_extension(""),
    };
    for line in code.lines() {
        let Some((visibility, name)) = line.split_once("mod ") else {
            continue;
        };
        let Some((name, _)) = name.split_once(';') else {
            continue;
        };
        if !visibility.is_empty() && !visibility.starts_with("pub") {
            continue;
        }
        let child = format!("{module}::{name}");
        let files = [format!("{name}.rs"), format!("{name}/mod.rs")].map(|file| folder.join(file));
        match files.iter().find(|file| file.exists()) {
            Some(file) => read_module(&child, file, modules),
            // Its file is in another tree (`#[path]`): a module that uses none of these.
            None => drop(modules.insert(child, String::new())),
        }
    }
    modules.insert(module.to_owned(), code);
}

/// The code of a file without comments, and without the modules that only tests have.
fn without_tests(text: &str) -> String {
    let (mut code, mut is_for_tests, mut is_skipping) = (String::new(), false, false);
    for line in text.lines() {
        match line {
            _ if is_skipping => is_skipping = !line.starts_with('}'),
            "#[cfg(test)]" => is_for_tests = true,
            _ if is_for_tests => (is_for_tests, is_skipping) = (false, line.ends_with('{')),
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

/// The module that a path names, or that has the item that it names; and whether it names the
/// module. Seen from another module, which is the result for a path of another crate.
fn resolve(module: &str, path: &str, modules: &BTreeMap<String, String>) -> (String, bool) {
    let mut target = module.to_owned();
    for segment in path.split("::") {
        let child = format!("{target}::{segment}");
        match segment {
            "crate" => target.clear(),
            "self" => {}
            "super" => target.truncate(target.rfind("::").unwrap_or(0)),
            _ if modules.contains_key(&child) => target = child,
            _ => return (target, false),
        }
    }
    (target, true)
}

/// The modules that a module uses, in `use` declarations and elsewhere.
fn uses(module: &str, modules: &BTreeMap<String, String>) -> BTreeSet<String> {
    // A path with type arguments in it is a path up to them.
    let code = modules[module].replace("::<", "<");
    let mut paths = Vec::new();
    for declaration in code.split("use ").skip(1) {
        let tree = declaration.split(';').next().unwrap();
        let tree = tree.replace(" as ", "@").replace(char::is_whitespace, "");
        expand(&tree, &mut paths);
    }
    // Modules with another name in this file.
    let mut aliases = BTreeMap::new();
    for path in &mut paths {
        if let Some((original, alias)) = path.clone().split_once('@') {
            *path = original.to_owned();
            if let (used, true) = resolve(module, original, modules) {
                aliases.insert(alias.to_owned(), used);
            }
        }
    }
    let words = code.split(|c: char| !c.is_alphanumeric() && c != '_' && c != ':');
    let is_path = |word: &&str| word.contains("::") && !word.ends_with("::");
    paths.extend(words.filter(is_path).map(str::to_owned));
    let mut used: BTreeSet<_> = paths
        .iter()
        .map(|path| match path.split_once("::") {
            Some((first, rest)) if aliases.contains_key(first) => {
                resolve(&aliases[first], rest, modules).0
            }
            _ => resolve(module, path, modules).0,
        })
        .collect();
    used.remove(module);
    used
}
