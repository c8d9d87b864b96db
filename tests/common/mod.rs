//! Shared by the tests with C programs: paths and compiling.

// Each test binary uses a part of it.
#![allow(dead_code)]

pub mod compiler;
pub mod make;
pub mod process;
pub mod target;

use std::path::{Path, PathBuf};

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Says on one line that a check is left out, and why.
///
/// # Panics
/// With `CI=true`, where nothing is left out.
#[track_caller]
pub fn left_out(what: &str, why: &str) {
    let is_ci = std::env::var_os("CI").is_some_and(|ci| ci == "true");
    assert!(!is_ci, "{what}: {why}");
    println!("{what}: left out, {why}");
}

/// The emulator's program, which `make test` has built.
///
/// # Panics
/// When it is not there.
pub fn emulator_program() -> PathBuf {
    let library = shared_library();
    let programs = library.ancestors().nth(2).expect("above deps/");
    let program = programs.join("loginid-emulator");
    assert!(
        program.is_file(),
        "build the emulator first, with `cargo build --workspace` or `make test`"
    );
    program
}

/// The shared library that Cargo built along with this test, so that it is never out of date.
///
/// # Panics
/// When it is not there.
pub fn shared_library() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    let library = test.with_file_name("libloginid.so");
    assert!(
        library.is_file(),
        "{} is not there: build the library first, with `cargo build` or `make test`",
        library.display()
    );
    library
}
