//! `include/loginid.symbols` lists the symbols that programs use: none may be removed.

mod common;

use std::fs;
use std::process::Command;

use common::compiler::run;
use common::{root, shared_library};

const FILE: &str = "include/loginid.symbols";

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

#[test]
fn the_header_keeps_every_declaration_of_the_list() {
    let flat = read("include/loginid_ffi.h");
    let (_, text) = loginid_generate::symbols(&flat);
    let text = text.unwrap_or_else(|broken| panic!("{broken}"));
    assert!(
        text == read(FILE),
        "{FILE} lacks what the header has: run `make generate`"
    );
}

/// Header and list could both have lost functions.
#[test]
fn the_library_exports_the_functions_of_the_list() {
    let exported = run(Command::new("nm")
        .args(["-D", "--defined-only", "--format=just-symbols"])
        .arg(shared_library()));
    let exported: Vec<&str> = exported.lines().collect();
    let list = read(FILE);
    let functions: Vec<&str> = list
        .lines()
        .filter(|line| !line.starts_with("typedef"))
        .filter_map(|line| line.split('(').next()?.rsplit([' ', '*']).next())
        .filter(|name| name.starts_with("lid_"))
        .collect();
    assert!(functions.len() > 50, "{functions:?}");
    for function in functions {
        assert!(
            exported.contains(&function),
            "{function} is gone: programs that call it need another SONAME"
        );
    }
}

#[test]
fn the_soname_is_the_same_everywhere() {
    let list = read(FILE);
    let soname = list
        .lines()
        .next()
        .and_then(|line| line.strip_prefix("# "))
        .expect("a SONAME");
    assert!(read("build.rs").contains(&format!("-soname,{soname}\"")));
    assert!(read("Makefile").contains(&format!("SONAME  := {soname}\n")));
    assert!(read("bindings/php/loginid.h").contains(&format!("\"{soname}\"")));
}
