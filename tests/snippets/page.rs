//! The pages of the documentation, and the programs in them.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use loginid_emulator::Emulator;

use crate::common::compiler::{compile, link_library_into};
use crate::common::process::run_within;
use crate::common::root;

/// Every page for users: the README and those of `docs/` and `docs/v2/`.
pub fn pages() -> Vec<PathBuf> {
    let mut pages = vec![root().join("README.md")];
    for folder in ["docs", "docs/v2"] {
        let entries = fs::read_dir(root().join(folder)).expect(folder);
        let paths = entries.map(|entry| entry.expect("an entry").path());
        pages.extend(
            paths.filter(|path| path.extension().is_some_and(|extension| extension == "md")),
        );
    }
    pages.sort();
    pages
}

/// The code blocks of a page in this language, also those in lists.
pub fn blocks(page: &Path, language: &str) -> Vec<String> {
    let text = fs::read_to_string(page).expect("a page");
    let start = format!("```{language}\n");
    let blocks = text.split(&start).skip(1);
    let end = |block: &str| Some(block.split_once("```")?.0.to_owned());
    blocks
        .map(|block| end(block).expect("the block's end"))
        .collect()
}

/// The complete C programs of a page.
pub fn programs(page: &Path) -> Vec<String> {
    let mut programs = blocks(page, "c");
    programs.retain(|block| block.contains("main("));
    programs
}

pub fn compile_program(folder: &Path, name: &str, program: &str) -> PathBuf {
    let source = folder.join(format!("{name}.c"));
    fs::write(&source, program).expect("the source");
    compile(folder, name, &[source])
}

/// Compiles the only program of a page and returns its output against an emulator.
pub fn printed_by(page: &str) -> (bool, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let emulator = Emulator::start();
    let mut command = only_program(page, folder.path(), &emulator);
    let ended = run_within(Duration::from_secs(60), folder.path(), &mut command);
    (ended.succeeded(), ended.output)
}

/// The command that runs the only program of a page, which is compiled in this folder.
pub fn only_program(page: &str, folder: &Path, emulator: &Emulator) -> Command {
    link_library_into(folder);
    let programs = programs(&root().join(page));
    let [program] = programs.as_slice() else {
        panic!("{page} has {} programs", programs.len());
    };
    command(compile_program(folder, "program", program), emulator)
}

/// The command that runs a program against an emulator, with the variables of both services.
pub fn command(program: PathBuf, emulator: &Emulator) -> Command {
    let (mut command, v2) = (Command::new(program), emulator.v2());
    command
        .env("LOGINID_BASE_URL", emulator.base_url())
        .env("LOGINID_CLIENT_ID", emulator.client_id())
        .env("LOGINID_PRIVATE_KEY", emulator.private_key())
        .env("LOGINID_V2_BASE_URL", v2.base_url())
        .env("LOGINID_V2_API_KEY", v2.api_key());
    command
}

/// Runs a program that writes `lines` lines, reads the line that `answer` makes of the last one,
/// and ends well. Returns what it writes then.
pub fn converse(
    command: &mut Command,
    lines: usize,
    answer: impl FnOnce(&str) -> String,
) -> String {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("a process");
    let mut output = BufReader::new(child.stdout.take().expect("piped"));
    let mut line = String::new();
    for _ in 0..lines {
        line.clear();
        output.read_line(&mut line).expect("a line");
    }
    let mut input = child.stdin.take().expect("piped");
    writeln!(input, "{}", answer(line.trim())).expect("a reader");
    drop(input);
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("UTF-8");
    let status = child.wait().expect("an end");
    assert!(status.success(), "{status} {rest}");
    rest
}

/// The output of a program that reads a line and ends with 1.
pub fn output_of_refusal(command: &mut Command, line: &str) -> String {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut child = child.expect("a process");
    let mut input = child.stdin.take().expect("piped");
    writeln!(input, "{line}").expect("a reader");
    drop(input);
    let ended = child.wait_with_output().expect("an end");
    assert_eq!(ended.status.code(), Some(1));
    String::from_utf8(ended.stdout).expect("UTF-8")
}
