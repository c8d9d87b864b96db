//! The C programs in the documentation compile without a warning, and do what the page says.

mod common;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use common::compiler::{compile, link_library_into};
use common::process::run_within;
use common::root;
use loginid_emulator::Emulator;

/// Every page for users: the README and those of `docs/`.
fn pages() -> Vec<PathBuf> {
    let docs = fs::read_dir(root().join("docs")).expect("docs/");
    let mut pages: Vec<_> = docs
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "md"))
        .collect();
    pages.push(root().join("README.md"));
    pages.sort();
    pages
}

/// The code blocks of a page in this language, also those in lists.
fn blocks(page: &Path, language: &str) -> Vec<String> {
    let text = fs::read_to_string(page).expect("a page");
    let start = format!("```{language}\n");
    let blocks = text.split(&start).skip(1);
    let end = |block: &str| Some(block.split_once("```")?.0.to_owned());
    blocks
        .map(|block| end(block).expect("the block's end"))
        .collect()
}

/// The complete C programs of a page.
fn programs(page: &Path) -> Vec<String> {
    let mut programs = blocks(page, "c");
    programs.retain(|block| block.contains("main("));
    programs
}

fn compile_program(folder: &Path, name: &str, program: &str) -> PathBuf {
    let source = folder.join(format!("{name}.c"));
    fs::write(&source, program).expect("the source");
    compile(folder, name, &[source])
}

/// Compiles the only program of a page and returns its output against an emulator.
fn printed_by(page: &str) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    link_library_into(folder.path());
    let programs = programs(&root().join(page));
    let [program] = programs.as_slice() else {
        panic!("{page} has {} programs", programs.len());
    };
    let program = compile_program(folder.path(), "program", program);
    let emulator = Emulator::start();
    let ended = run_within(
        Duration::from_secs(60),
        folder.path(),
        Command::new(program)
            .env("LOGINID_BASE_URL", emulator.base_url())
            .env("LOGINID_CLIENT_ID", emulator.client_id())
            .env("LOGINID_PRIVATE_KEY", emulator.private_key()),
    );
    (ended.succeeded(), ended.output)
}

#[test]
fn every_program_in_the_documentation_compiles() {
    let folder = tempfile::tempdir().expect("a folder");
    link_library_into(folder.path());
    let mut count = 0;
    for page in pages() {
        for program in programs(&page) {
            count += 1;
            compile_program(folder.path(), &format!("program{count}"), &program);
        }
    }
    assert!(count >= 2, "the scan found {count} programs");
}

/// Each function of the reference has its declaration, which is that of the header, and then an
/// example, whose variables are the function's parameters.
#[test]
fn every_example_of_the_reference_compiles() {
    let blocks = blocks(&root().join("docs/reference.md"), "c");
    let mut source = "#include <loginid.h>\n#include <stdio.h>\n".to_owned();
    let mut count = 0;
    for pair in blocks.chunks(2) {
        let [declaration, example] = pair else {
            panic!("no example: {pair:?}");
        };
        let (function, parameters) = declaration.split_once('(').expect("a function");
        let (parameters, _) = parameters.rsplit_once(",").expect("the last one, out");
        let name = function.strip_prefix("lid_status lid_").expect("a name");
        let used: String = parameters
            .split(',')
            .filter_map(|parameter| parameter.split([' ', '*']).next_back())
            .map(|name| format!("    (void)({name});\n"))
            .collect();
        assert!(example.contains(&format!(" lid_{name}(")), "{example}");
        source += &format!(
            "{declaration}\nvoid {name}({parameters});\nvoid {name}({parameters})\n{{\n{used}    {{\n{example}    }}\n}}\n"
        );
        count += 1;
    }
    assert!(count > 30, "{count} functions");
    source += "int main(void)\n{\n    return 0;\n}\n";
    let folder = tempfile::tempdir().expect("a folder");
    link_library_into(folder.path());
    compile_program(folder.path(), "examples", &source);
}

#[test]
fn the_readmes_program_prints_what_the_readme_says() {
    let (succeeded, output) = printed_by("README.md");
    assert!(!succeeded && output.contains("user_not_found"), "{output}");
}

#[test]
fn getting_started_ends_with_a_verified_token() {
    let (succeeded, output) = printed_by("docs/getting-started.md");
    assert!(succeeded, "{output}");
    assert!(
        output.contains("{\"valid\":true") && output.contains("\"udata\":\"ada@example.com\""),
        "{output}"
    );
    assert!(output.ends_with("verify_token: LID_OK\n"), "{output}");
    assert!(!output.contains("\"jwt\""), "a token: {output}");
}

/// Step 3 of getting-started in a shell that has done step 4.
#[test]
fn getting_started_runs_against_the_emulator_after_the_real_service_too() {
    let folder = tempfile::tempdir().expect("a folder");
    link_library_into(folder.path());
    let page = root().join("docs/getting-started.md");
    compile_program(folder.path(), "login", &programs(&page)[0]);
    let blocks = blocks(&page, "sh");
    let block = |part: &str| {
        let mut found = blocks.iter().filter(|block| block.contains(part));
        let block = found
            .next()
            .unwrap_or_else(|| panic!("no block has {part}"));
        assert!(found.next().is_none(), "two blocks have {part}");
        block.as_str()
    };
    let settings = block("export LOGINID_PRIVATE_KEY_FILE=");
    let step_3 = block("loginid-emulator exec -- ./login");
    let (_, run) = step_3.split_once('\n').expect("after compiling");
    // Also if the key file exists, and must not be used.
    fs::write(folder.path().join("key.pem"), "of a real application").expect("a key");
    let ended = run_within(
        Duration::from_secs(60),
        folder.path(),
        Command::new("sh")
            .args(["-c", &format!("{settings}{run}")])
            .env("PATH", path_with_the_emulator()),
    );
    assert!(ended.succeeded(), "{}", ended.output);
    assert!(
        ended.output.ends_with("verify_token: LID_OK\n")
            && ended.output.contains("unset: LOGINID_PRIVATE_KEY_FILE"),
        "{}",
        ended.output
    );
}

/// The search path, beginning with the emulator that `make test` has built.
fn path_with_the_emulator() -> OsString {
    let library = common::shared_library();
    let programs = library.ancestors().nth(2).expect("above deps/");
    assert!(
        programs.join("loginid-emulator").is_file(),
        "build the emulator first, with `cargo build --workspace` or `make test`"
    );
    let usual = std::env::var_os("PATH").unwrap_or_default();
    let all = std::iter::once(programs.to_owned()).chain(std::env::split_paths(&usual));
    std::env::join_paths(all).expect("a search path")
}

/// A moved or renamed page leaves no dead links, and the index lists every page.
#[test]
fn links_between_pages_work_and_the_index_is_complete() {
    let mut links = 0;
    for page in pages() {
        let text = fs::read_to_string(&page).expect("a page");
        for target in text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next())
        {
            let file = target.split('#').next().unwrap_or_default();
            if file.is_empty() || file.contains(':') {
                continue;
            }
            let path = page.parent().expect("a folder").join(file);
            assert!(path.exists(), "{}: {target}", page.display());
            links += 1;
        }
    }
    assert!(links > 50, "{links}");
    let index = fs::read_to_string(root().join("docs/README.md")).expect("the index");
    for page in pages() {
        let name = page
            .file_name()
            .expect("a name")
            .to_string_lossy()
            .into_owned();
        assert!(
            index.contains(&format!("]({name})")) || name == "README.md",
            "the index lacks {name}"
        );
    }
}
