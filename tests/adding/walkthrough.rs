//! The steps of CONTRIBUTING.md, with the text of its own blocks.

use std::fs;

use crate::common::root;
use crate::project::Project;

/// The files that are changed by hand, in alphabetical order.
pub const FILES: [&str; 6] = [
    "CHANGELOG.md",
    "bindings/wire.json",
    "emulator/src/v1/routes.rs",
    "emulator/src/v1/users.rs",
    "spec/operations.toml",
    "tests/fido2/passwords.rs",
];

pub fn follow(project: &Project) {
    let [description] = &blocks("toml")[..] else {
        panic!("a description")
    };
    let [route, handler, test] = &blocks("rust")[..] else {
        panic!("a route, a handler and a test")
    };
    let [row] = &blocks("json")[..] else {
        panic!("a row")
    };
    let [change] = &blocks("markdown")[..] else {
        panic!("a change")
    };
    project.append("spec/operations.toml", &format!("\n{description}"));
    let end = "    ]\n}\n";
    project.replace(
        "emulator/src/v1/routes.rs",
        end,
        &format!("        {route}{end}"),
    );
    project.append("emulator/src/v1/users.rs", &format!("\n{handler}"));
    project.replace("bindings/wire.json", "[\n", &format!("[\n{row}"));
    project.append("tests/fido2/passwords.rs", &format!("\n{test}"));
    let added = "### Added\n\n";
    project.replace("CHANGELOG.md", added, &format!("{added}{change}"));
}

/// The blocks of CONTRIBUTING.md in this language, without the indentation of its lists.
pub fn blocks(language: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).expect("CONTRIBUTING.md");
    let start = format!("```{language}\n");
    let blocks = page.split(&start).skip(1);
    blocks
        .map(|block| {
            let (block, _) = block.split_once("```").expect("the block's end");
            let lines = block.trim_end_matches(' ').lines();
            let lines =
                lines.map(|line| line.strip_prefix("   ").unwrap_or(line).to_owned() + "\n");
            lines.collect()
        })
        .collect()
}
