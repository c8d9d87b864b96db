//! The headers match the generated ones, compile alone, and declare exactly what the shared
//! library exports.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use common::compiler::{cc, cxx, run};
use common::{root, shared_library};
use tempfile::TempDir;

fn header() -> String {
    fs::read_to_string(root().join("include/loginid.h")).expect("include/loginid.h")
}

fn flat_header() -> String {
    fs::read_to_string(root().join("include/loginid_ffi.h")).expect("include/loginid_ffi.h")
}

/// A function of the header: its comment, and its declaration in one line.
struct Function {
    name: String,
    comment: String,
    declaration: String,
}

/// The functions of the header, in order.
fn functions() -> Vec<Function> {
    let header = header();
    let (_, declarations) = header
        .split_once("extern \"C\" {")
        .expect("the functions' part");
    declarations
        .split("/**")
        .skip(1)
        .map(|part| {
            let (comment, rest) = part.split_once("*/\n").expect("a comment's end");
            let (declaration, after) = rest.split_once(";\n").expect("a declaration");
            assert!(!after.contains(';'), "without a comment: {after}");
            let (before, _) = declaration.split_once('(').expect("a function");
            let name = before.rsplit([' ', '*']).next().expect("a name");
            Function {
                name: name.to_owned(),
                comment: comment.replace("\n * ", " ").replace("\n *", " "),
                declaration: declaration.split_whitespace().collect::<Vec<_>>().join(" "),
            }
        })
        .collect()
}

#[test]
fn the_committed_headers_are_what_the_source_generates() {
    for (path, generated) in loginid_generate::headers() {
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            committed == generated,
            "{} is not what src/ffi/ generates: run `make generate`",
            path.display()
        );
    }
}

#[test]
fn the_version_macros_are_cargos_version() {
    let header = header();
    for (name, value) in [
        ("LID_VERSION", format!("\"{}\"", env!("CARGO_PKG_VERSION"))),
        (
            "LID_VERSION_MAJOR",
            env!("CARGO_PKG_VERSION_MAJOR").to_owned(),
        ),
        (
            "LID_VERSION_MINOR",
            env!("CARGO_PKG_VERSION_MINOR").to_owned(),
        ),
        (
            "LID_VERSION_PATCH",
            env!("CARGO_PKG_VERSION_PATCH").to_owned(),
        ),
    ] {
        let line = format!("#define {name} {value}\n");
        assert!(header.contains(&line), "the header lacks {line}");
    }
    assert_eq!(loginid::VERSION, env!("CARGO_PKG_VERSION"));
}

#[test]
fn the_header_has_no_macros_but_its_own() {
    let header = header();
    let foreign: Vec<&str> = header
        .lines()
        .filter_map(|line| line.strip_prefix("#define "))
        .filter(|rest| !rest.starts_with("LID_VERSION") && *rest != "LOGINID_H")
        .collect();
    assert!(foreign.is_empty(), "{foreign:?}");
}

#[test]
fn the_header_compiles_alone_as_c99_and_as_cpp17() {
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("alone.c");
    // Twice: the include guard has to work.
    fs::write(
        &source,
        "#include <loginid.h>\n#include <loginid.h>\nint main(void) { return LID_OK; }\n",
    )
    .unwrap();
    for (mut compiler, language, standard) in
        [(cc(), "c", "-std=c99"), (cxx(), "c++", "-std=c++17")]
    {
        run(compiler
            .args([standard, "-fsyntax-only", "-x", language, "-I"])
            .arg(root().join("include"))
            .arg(&source));
    }
}

#[test]
fn the_flat_header_needs_no_preprocessor_and_declares_the_same() {
    let flat = flat_header();
    for line in flat.lines() {
        assert!(!line.starts_with('#'), "a preprocessor line: {line}");
    }
    assert!(!flat.contains("/*") && !flat.contains("//"), "comments");
    let flat_words: Vec<&str> = flat.split_whitespace().collect();
    let flat_words = flat_words.join(" ");
    for Function { declaration, .. } in functions() {
        assert!(flat_words.contains(&declaration), "it lacks {declaration}");
    }
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("flat.c");
    fs::write(
        &source,
        format!("#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n{flat}"),
    )
    .unwrap();
    run(cc().args(["-std=c99", "-fsyntax-only"]).arg(source));
}

#[test]
fn the_library_exports_exactly_the_functions_of_the_header() {
    let listed = run(Command::new("nm")
        .args(["-D", "--defined-only", "--format=posix"])
        .arg(shared_library()));
    let exported: BTreeSet<&str> = listed
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    let functions = functions();
    let declared: BTreeSet<&str> = functions.iter().map(|f| f.name.as_str()).collect();
    assert!(declared.len() > 50, "{declared:?}");
    assert_eq!(exported, declared);
}

#[test]
fn the_library_has_its_soname_and_stays_loaded() {
    let dynamic = run(Command::new("readelf").arg("-dW").arg(shared_library()));
    assert!(
        dynamic.contains("Library soname: [libloginid.so.0]"),
        "{dynamic}"
    );
    let flags = dynamic.lines().find(|line| line.contains("(FLAGS_1)"));
    assert!(
        flags.is_some_and(|flags| flags.contains("NODELETE")),
        "{dynamic}"
    );
}

#[test]
fn the_library_needs_nothing_but_the_system() {
    let dynamic = run(Command::new("readelf").arg("-dW").arg(shared_library()));
    let needed: BTreeSet<&str> = dynamic
        .lines()
        .filter(|line| line.contains("(NEEDED)"))
        .filter_map(|line| line.split_once('[')?.1.split(']').next())
        .collect();
    let system = |name: &&str| {
        [
            "libc.",
            "libgcc_s.",
            "libm.",
            "libdl.",
            "libpthread.",
            "ld-linux",
        ]
        .iter()
        .any(|library| name.starts_with(library))
    };
    assert!(needed.contains("libc.so.6"), "{needed:?}");
    assert!(needed.iter().all(system), "{needed:?}");
}

/// Result, errors and who frees what, for each function.
#[test]
fn every_function_is_documented() {
    for Function {
        name,
        comment,
        declaration,
    } in functions()
    {
        assert!(comment.len() > 40, "{name} has no comment to speak of");
        if !declaration.ends_with("char **out)") {
            continue;
        }
        for part in ["Result: ", "Free `*out` with `lid_free_string`."] {
            // One constructor may refer to another.
            assert!(
                comment.contains(part) || comment.contains("as `lid_new`"),
                "{name}: its comment lacks \"{part}\""
            );
        }
        assert!(
            comment.contains("LID_ERROR_")
                || comment.contains("as `lid_new`")
                || comment.contains("Errors: "),
            "{name}: its comment names no error"
        );
    }
}

/// The table of `tests/c/arguments.c` has every function that takes a client.
#[test]
fn every_function_is_called_through_its_prototype() {
    let tested = fs::read_to_string(root().join("tests/c/arguments.c")).unwrap();
    for Function {
        name, declaration, ..
    } in functions()
    {
        if declaration.ends_with("char **out)") {
            assert!(tested.contains(&format!("{name}(")), "{name} is not there");
        }
        if declaration.contains("(const lid_client *") {
            let short = name.trim_start_matches("lid_");
            assert!(
                tested.contains(&format!("{{ \"{short}\", {short} }}")),
                "{name} is not in the table"
            );
        }
    }
}
