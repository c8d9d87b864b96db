//! The modules of a crate depend on each other in one direction: there is no circle of files.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// The code of a module and of those it declares, by their paths in the crate; the root's is empty.
fn read(module: &str, file: &Path, modules: &mut BTreeMap<String, String>) {
    let text = fs::read_to_string(file).unwrap();
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap();
    let code = text.lines().filter(|line| !line.trim().starts_with("//"));
    let code: String = code.flat_map(|line| [line, "\n"]).collect();
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
            "super" => target.truncate(target.rfind("::").unwrap()),
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

#[test]
fn no_module_uses_itself_through_others() {
    for root in ["src/lib.rs", "src/main.rs"] {
        let mut modules = BTreeMap::new();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(root);
        read("", &root, &mut modules);
        let edges = modules
            .keys()
            .map(|module| (module.clone(), uses(module, &modules)));
        let mut left: BTreeMap<_, _> = edges.collect();
        assert!(left.values().any(|used| used.len() > 1), "no uses found");
        // What uses nothing that is left is in no circle.
        loop {
            let before = left.clone();
            left.retain(|_, used| used.iter().any(|name| before.contains_key(name)));
            if left.len() == before.len() {
                break;
            }
        }
        assert!(left.is_empty(), "in a circle, or using one: {left:#?}");
    }
}
