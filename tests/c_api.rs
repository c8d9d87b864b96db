//! Runs the C programs of `tests/c` against the shared library, each case with an emulator and a
//! folder of its own. A case is a function of a C program; `program::case` is its name here.

mod common;
#[path = "support/device.rs"]
mod device;
#[path = "support/header.rs"]
#[allow(dead_code, reason = "calls no function itself")]
mod header;
#[path = "support/listener.rs"]
#[allow(dead_code, reason = "the tests of HTTP use the rest of it")]
mod listener;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use libtest_mimic::{Arguments, Failed, Trial};
use loginid_emulator::Emulator;
use tempfile::TempDir;

use common::compiler::{compile, link_library_into, run};
use common::process::run_within;
use common::target;

/// Far longer than any case takes on a busy machine: it only ends cases that hang. An emulated
/// processor has [`target::slowness`] times as long.
const LIMIT: Duration = Duration::from_secs(120);

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // Cases measure times of calls: more of them at once would measure the machine.
    arguments.test_threads.get_or_insert(2);
    let folder = TempDir::new().expect("a folder for the programs");
    let programs = compile_all(folder.path());
    let wire = programs.iter().find(|(name, _)| name == "v2_wire");
    let wire = wire.expect("tests/c/v2_wire.c").1.clone();
    let mut trials: Vec<_> = programs
        .iter()
        .flat_map(|(name, program)| trials(name, program))
        .collect();
    trials.push(Trial::test("v2_wire::no_call_is_missing", move || {
        no_call_is_missing(&wire)
    }));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Compiles every program of `tests/c`, all at the same time.
fn compile_all(folder: &Path) -> Vec<(String, PathBuf)> {
    let sources = common::root().join("tests/c");
    link_library_into(folder);
    let mut names: Vec<String> = sources
        .read_dir()
        .expect("tests/c")
        .map(|entry| entry.expect("an entry of tests/c").file_name())
        .filter_map(|name| name.to_str()?.strip_suffix(".c").map(str::to_owned))
        .collect();
    names.sort();
    let support = ["checks.c", "emulator.c", "calls.c", "v2.c"]
        .map(|name| sources.join("support").join(name));
    thread::scope(|scope| {
        let compilations: Vec<_> = names
            .into_iter()
            .map(|name| {
                let source = sources.join(&name).with_extension("c");
                let sources = [vec![source], support.to_vec()].concat();
                scope.spawn(move || {
                    let program = compile(folder, &name, &sources);
                    (name, program)
                })
            })
            .collect();
        compilations
            .into_iter()
            .map(|compilation| compilation.join().expect("a C program compiles"))
            .collect()
    })
}

/// The cases of a program, from its `--list`.
fn trials(name: &str, program: &Path) -> Vec<Trial> {
    let cases = run(target::command(program).arg("--list"));
    assert!(!cases.is_empty(), "{name} has no cases");
    cases
        .lines()
        .map(|case| {
            let (program, case) = (program.to_owned(), case.to_owned());
            Trial::test(format!("{name}::{case}"), move || run_case(&program, &case))
        })
        .collect()
}

/// The table of what is sent has each call of the header.
fn no_call_is_missing(program: &Path) -> Result<(), Failed> {
    use header::Kind::{NewV2Client, Out, V2Client};
    let table = run(target::command(program).arg("--table"));
    let table: BTreeSet<_> = table.lines().map(str::to_owned).collect();
    let calls: BTreeSet<_> = header::functions()
        .into_iter()
        .filter(|function| function.has(V2Client) && function.has(Out))
        .filter(|function| !function.has(NewV2Client))
        .map(|function| function.name)
        .collect();
    if table == calls && calls.len() > 25 {
        return Ok(());
    }
    Err(format!("in the table: {table:?}\nin the header: {calls:?}").into())
}

fn run_case(program: &Path, case: &str) -> Result<(), Failed> {
    let emulator = Emulator::start();
    let needs_device = program.ends_with("v2_ceremonies");
    let device = needs_device.then(device::Device::start);
    let folder = TempDir::new()?;
    let mut command = target::command(program);
    command.arg(case);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LOGINID_") {
            command.env_remove(name);
        }
    }
    command
        .env("LOGINID_BASE_URL", emulator.base_url())
        .env("LOGINID_CLIENT_ID", emulator.client_id())
        .env("LOGINID_PRIVATE_KEY", emulator.private_key())
        .env("LOGINID_V2_BASE_URL", emulator.v2().base_url())
        .env("LOGINID_V2_API_KEY", emulator.v2().api_key())
        .env("LOGINID_V2_APPLICATION_ID", emulator.v2().application_id())
        .env("LOGINID_EMULATOR_URL", emulator.base_url())
        .envs(
            device
                .as_ref()
                .map(|device| ("TEST_DEVICE_URL", device.url())),
        );
    let limit = LIMIT * target::slowness();
    let ended = run_within(limit, folder.path(), &mut command);
    if ended.succeeded() {
        return Ok(());
    }
    let how = match ended.status {
        Some(status) => status.to_string(),
        None => format!("killed: it had not ended after {} s", limit.as_secs()),
    };
    Err(format!("{how}\n{}", ended.output).into())
}
