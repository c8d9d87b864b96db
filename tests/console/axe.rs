//! axe-core finds no violation of the rules of accessibility, in any section and both color schemes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::common::left_out;
use crate::page::Page;
use crate::shell::fill;

/// axe-core from npm, in the version of the other tests in a browser. Missing, it is left out with a line, but not
/// under CI.
fn axe() -> Option<String> {
    let sources = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/conformance/web");
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("axe");
    let script = folder.join("node_modules/axe-core/axe.min.js");
    let lock = |folder: &Path| fs::read(folder.join("package-lock.json")).ok();
    if script.is_file() && lock(&folder) == lock(&sources) {
        return Some(fs::read_to_string(script).expect("axe-core"));
    }
    fs::create_dir_all(&folder).expect("a folder");
    for name in ["package.json", "package-lock.json"] {
        fs::copy(sources.join(name), folder.join(name)).expect(name);
    }
    let installed = Command::new("npm")
        .args([
            "ci",
            "--ignore-scripts",
            "--no-audit",
            "--no-fund",
            "--loglevel=error",
        ])
        .current_dir(&folder)
        .status();
    if installed.is_ok_and(|status| status.success()) {
        return Some(fs::read_to_string(script).expect("axe-core"));
    }
    left_out("axe-core on the console", "npm could not install it");
    None
}

/// The violations of the page as it is now: the rule, and the elements.
fn violations(page: &Page, axe: &str) -> Vec<String> {
    let script = json!({"script": axe, "args": []});
    page.browser.post("/execute/sync", script);
    let run = "const { violations, passes } = await axe.run(document);
        return [passes.length, violations.map(({ id, nodes }) =>
            id + ': ' + nodes.map(({ target, failureSummary }) => target + ' ' + failureSummary).join(' | '))];";
    let result = page.run(run, json!([]));
    assert!(
        result[0].as_u64().is_some_and(|passed| passed > 10),
        "it has run: {result}"
    );
    let found: Vec<Value> = result[1].as_array().expect("a list").clone();
    found.iter().map(Value::to_string).collect()
}

#[test]
fn axe_finds_no_violation() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    let Some(axe) = axe() else {
        return;
    };
    fill(&page);
    page.sees("live");
    page.size(1280, 900);
    for scheme in ["light", "dark"] {
        page.color_scheme(scheme);
        for section in ["todo", "users", "requests", "faults", "keys"] {
            page.section(section);
            let open =
                "for (const one of document.querySelectorAll('main details')) one.open = true;";
            page.run(open, json!([]));
            let found = violations(&page, &axe);
            assert!(found.is_empty(), "{scheme} {section}: {found:#?}");
        }
    }
    // With the last call and its answer.
    page.section("keys");
    page.submit("Check: the token", json!({"token": "x.y"}));
    page.press("Answer");
    assert_eq!(violations(&page, &axe), [""; 0]);

    let transactions = page.emulator.transactions();
    let id = transactions[0]["id"].as_str().expect("its id");
    page.go_to(&page.url(&format!("/_emulator/tx/{id}")));
    page.sees("Pay 10.00 €");
    assert_eq!(violations(&page, &axe), [""; 0]);
    let scans = page.emulator.doc_scans();
    page.go_to(scans[0]["iframe_url"].as_str().expect("its page"));
    assert_eq!(violations(&page, &axe), [""; 0]);
}
