//! `include/loginid.hpp`: it covers the C header, compiles under every standard, its test programs in
//! this folder pass against an emulator, and so do those of docs/cpp.md.

#[path = "../common/mod.rs"]
mod common;
#[path = "../support/device.rs"]
mod device;
mod header;
#[path = "../support/listener.rs"]
#[allow(dead_code, reason = "the tests of HTTP use the rest of it")]
mod listener;
mod page;
mod programs;
mod tables;

use std::path::{Path, PathBuf};
use std::process::Command;

use loginid_emulator::Emulator;

use common::compiler::{cxx, link_library_into, run};
use common::root;

/// Warnings in addition to those of other programs.
const STRICTER: [&str; 2] = ["-Wshadow", "-Wconversion"];

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect(path)
}

/// Links sources with the library that Cargo built along with this test.
fn compile(folder: &Path, name: &str, sources: &[impl AsRef<Path>]) -> PathBuf {
    compile_with(folder, name, sources, &["-std=c++17"])
}

fn compile_with(
    folder: &Path,
    name: &str,
    sources: &[impl AsRef<Path>],
    options: &[&str],
) -> PathBuf {
    link_library_into(folder);
    let program = folder.join(name);
    run(cxx()
        // Optimised, because an optimizer must not remove the wiping of copies.
        .args(["-O1", "-pthread", "-Wl,-rpath,$ORIGIN", "-o"])
        .arg(&program)
        .args(options)
        .args(STRICTER)
        .arg("-I")
        .arg(root().join("include"))
        .args(sources.iter().map(|source| root().join(source)))
        .arg("-L")
        .arg(folder)
        .arg("-lloginid"));
    program
}

/// A command that finds the emulator in its environment.
fn against(emulator: &Emulator, program: &Path) -> Command {
    let mut command = Command::new(program);
    command
        .env("LOGINID_BASE_URL", emulator.base_url())
        .env("LOGINID_CLIENT_ID", emulator.client_id())
        .env("LOGINID_PRIVATE_KEY", emulator.private_key())
        .env("LOGINID_V2_BASE_URL", emulator.v2().base_url())
        .env("LOGINID_V2_API_KEY", emulator.v2().api_key())
        .env("LOGINID_V2_APPLICATION_ID", emulator.v2().application_id())
        .env("LOGINID_EMULATOR_URL", emulator.base_url());
    command
}
