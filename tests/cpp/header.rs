//! The header itself: what it covers, and that it compiles.

use std::collections::BTreeSet;
use std::process::Command;

use tempfile::TempDir;

use crate::common::compiler::{STRICT, cxx, run};
use crate::common::{left_out, root};
use crate::{STRICTER, read};

#[test]
fn every_function_of_the_header_is_called() {
    let header = read("include/loginid_ffi.h");
    let wrapper = read("include/loginid.hpp");
    let functions: Vec<&str> = header
        .lines()
        .filter(|line| !line.starts_with([' ', 't', '}']))
        .filter_map(|line| line.split('(').next()?.split([' ', '*']).next_back())
        .filter(|name| name.starts_with("lid_"))
        .collect();
    assert!(functions.len() > 80, "{functions:?}");
    for name in functions {
        let called = ["(", ")", ","].map(|end| format!("::{name}{end}"));
        assert!(
            called.iter().any(|call| wrapper.contains(call)),
            "loginid.hpp does not have {name}"
        );
    }
}

/// Programs use them. The lists only grow; a new call needs no line in them.
#[test]
fn the_public_calls_are_still_there() {
    let wrapper = read("include/loginid.hpp");
    let (_, clients) = wrapper.split_once("\nclass client : ").expect("the class");
    let (v1, v2) = clients.split_once("\nclass client : ").expect("another");
    for (client, list) in [(v1, "public_calls.txt"), (v2, "v2_public_calls.txt")] {
        // Members are indented once, what they call is indented more.
        let declared: BTreeSet<&str> = client
            .lines()
            .filter(|line| line.starts_with("    ") && !line.starts_with("     "))
            .filter_map(|line| line.split('(').next()?.split(' ').next_back())
            .collect();
        let listed = read(&format!("tests/cpp/{list}"));
        assert!(listed.lines().count() > 26, "{listed}");
        for name in listed.lines() {
            for method in [name, &format!("try_{name}")] {
                assert!(declared.contains(method), "{list}: there is no {method}");
            }
        }
    }
}

/// The names of arguments in errors are those of the C header, without `_json`, in its order.
#[test]
fn arguments_are_named_as_in_the_c_header() {
    let header = read("include/loginid_ffi.h");
    let wrapper = read("include/loginid.hpp");
    let mut count = 0;
    for (_, rest) in wrapper
        .match_indices("call(")
        .map(|(at, call)| wrapper.split_at(at + call.len()))
    {
        let Some(rest) = rest.trim_start().strip_prefix("::") else {
            continue;
        };
        count += 1;
        let (function, rest) = rest.split_once(',').expect("an argument");
        let names = rest.trim_start().strip_prefix('"').expect("names");
        let (names, _) = names.split_once('"').expect("their end");
        let (_, declared) = header
            .split_once(&format!("lid_status {function}("))
            .unwrap_or_else(|| panic!("{function} is not in the header"));
        let (declared, _) = declared.split_once(')').expect("its end");
        let mut declared: Vec<&str> = declared
            .split(',')
            .filter_map(|parameter| parameter.split([' ', '*']).next_back())
            .map(|name| name.strip_suffix("_json").unwrap_or(name))
            .collect();
        assert_eq!(declared.pop(), Some("out"), "{function}");
        assert_eq!(names, declared.join(" "), "{function}");
    }
    let functions = header
        .split(';')
        .filter(|one| one.ends_with("char **out)"))
        .count();
    assert!(count > 70 && count == functions, "{count} of {functions}");
}

#[test]
fn the_header_compiles_with_each_compiler_under_each_standard() {
    let folder = TempDir::new().expect("a folder");
    let source = folder.path().join("include.cpp");
    std::fs::write(
        &source,
        "#include <loginid.hpp>\n#include <loginid/testing.hpp>\n",
    )
    .expect("a source");
    let mut compilers = vec![cxx().get_program().to_owned()];
    match Command::new("clang++").arg("--version").output() {
        Ok(_) => compilers.push("clang++".into()),
        Err(_) => left_out("the headers with Clang", "clang++ is not installed"),
    }
    for compiler in compilers {
        for standard in ["-std=c++17", "-std=c++20"] {
            for exceptions in ["-fexceptions", "-fno-exceptions"] {
                run(Command::new(&compiler)
                    .args([standard, exceptions, "-fsyntax-only", "-I"])
                    .arg(root().join("include"))
                    .args(STRICT)
                    .args(STRICTER)
                    .arg(&source));
            }
        }
    }
}
