//! A call is added as CONTRIBUTING.md says: in a copy of the project, whose code is then
//! generated and checked.

mod common;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::compiler::{cc, cxx, run};
use common::make::target_folder;
use common::root;

/// Copies a folder without what is built.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (path, name) = (entry.path(), entry.file_name());
        if name == "target" || name == ".git" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            fs::copy(&path, to.join(name)).expect("a copy");
        }
    }
}

/// The blocks of CONTRIBUTING.md in this language, without the list's indentation.
fn blocks(language: &str) -> Vec<String> {
    let page = fs::read_to_string(root().join("CONTRIBUTING.md")).expect("CONTRIBUTING.md");
    let start = format!("   ```{language}\n");
    let blocks = page.split(&start).skip(1);
    blocks
        .map(|block| {
            let (block, _) = block.split_once("   ```").expect("the block's end");
            block.replace("\n   ", "\n").trim_start().to_owned()
        })
        .collect()
}

#[test]
fn a_call_that_is_added_as_contributing_says_is_in_every_language() {
    // The same folder each time, so that Cargo builds the same packages in it.
    let project = Path::new(env!("CARGO_TARGET_TMPDIR")).join("adding");
    if project.exists() {
        fs::remove_dir_all(&project).expect("an old copy");
    }
    copy(root(), &project);
    let edit = |path: &str, change: &dyn Fn(String) -> String| {
        let path = project.join(path);
        let text = fs::read_to_string(&path).expect("a file");
        fs::write(path, change(text)).expect("a change");
    };
    // With the version of the original, Cargo would take what it builds of the one for the other.
    let version = env!("CARGO_PKG_VERSION");
    edit("Cargo.toml", &|text| {
        text.replacen(&format!("\"{version}\""), &format!("\"{version}-copy\""), 1)
    });
    let description = blocks("toml");
    let [row, handler] = &blocks("rust")[..] else {
        panic!("a route and a handler")
    };
    edit("spec/operations.toml", &|text| text + &description[0]);
    edit("emulator/src/v1/routes.rs", &|text| {
        let (before, after) = text.split_once("    ]\n}\n").expect("the table's end");
        format!("{before}        {row}    ]\n}}\n{after}")
    });
    edit("emulator/src/v1/users.rs", &|text| text + "\n" + handler);

    let cargo = |arguments: &[&str]| {
        // The dependencies are those of this build. Nothing here writes the library.
        run(Command::new("cargo")
            .args(arguments)
            .args(["--offline", "--quiet"])
            .current_dir(&project)
            .env("CARGO_TARGET_DIR", target_folder()))
    };
    cargo(&["run", "-p", "loginid-generate"]);
    cargo(&["check", "-p", "loginid", "-p", "loginid-emulator"]);

    for (mut compiler, standard, name, program) in [
        (
            cc(),
            "-std=c99",
            "program.c",
            "#include <loginid.h>\nint added(lid_client *client, char **out);\n\
             int added(lid_client *client, char **out)\n\
             { return lid_send_phone_verification(client, \"id\", out); }\n",
        ),
        (
            cxx(),
            "-std=c++17",
            "program.cpp",
            "#include <loginid.hpp>\nvoid added(const loginid::client &client);\n\
             void added(const loginid::client &client)\n\
             { client.send_phone_verification(\"id\"); }\n",
        ),
    ] {
        let source = project.join(name);
        fs::write(&source, program).expect("a program");
        run(compiler
            .args([standard, "-fsyntax-only", "-I"])
            .arg(project.join("include"))
            .arg(source));
    }
    for (path, name) in [
        ("README.md", "`lid_send_phone_verification`"),
        ("bindings/go", "SendPhoneVerification"),
        ("bindings/ruby", "def send_phone_verification"),
        ("docs/parity.md", "`lid_send_phone_verification`"),
        ("docs/reference.md", "### lid_send_phone_verification"),
        ("include/loginid.symbols", "lid_send_phone_verification("),
        (
            "man/man3/lid_send_phone_verification.3",
            ".SH NAME\nlid_send_phone_verification",
        ),
    ] {
        let found = holds(&project.join(path), name);
        assert!(found, "{path} does not have {name}");
    }
}

/// Whether a file, or one below a folder, has a text.
fn holds(path: &Path, text: &str) -> bool {
    if path.is_dir() {
        let mut entries = fs::read_dir(path).expect("a folder");
        return entries.any(|entry| holds(&entry.expect("an entry").path(), text));
    }
    fs::read_to_string(path).is_ok_and(|content| content.contains(text))
}
