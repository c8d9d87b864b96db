//! The system that the C programs are for: this one, or the one that `TEST_TARGET` names as a
//! target triple. Its library is built already. The usual variables name what compiles for it
//! and what starts its programs, for example `CC_aarch64_unknown_linux_gnu` and
//! `CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_RUNNER`. With `TEST_STATIC=1` the programs contain the
//! library, and all else that they need.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::shared_library;

fn triple() -> Option<String> {
    env::var("TEST_TARGET").ok()
}

/// The variable that names the C compiler.
pub fn cc_variable() -> String {
    match triple() {
        Some(triple) => format!("CC_{}", triple.replace('-', "_")),
        None => "CC".to_owned(),
    }
}

/// Whether programs contain the library.
pub fn is_static() -> bool {
    env::var("TEST_STATIC").is_ok_and(|value| value == "1")
}

/// How many times as long as here a program may take, where an emulated processor runs it: the
/// number in `TEST_SLOWNESS`. The C programs read it too.
pub fn slowness() -> u32 {
    env::var("TEST_SLOWNESS").map_or(1, |number| {
        number.parse().expect("a number in TEST_SLOWNESS")
    })
}

/// The library to link with, shared or static.
pub fn library() -> PathBuf {
    let shared = match triple() {
        // Beside the folder of this system's build: target/TRIPLE/debug.
        Some(triple) => {
            let build = shared_library();
            let target = build.ancestors().nth(3).expect("above debug/deps/");
            target.join(triple).join("debug/libloginid.so")
        }
        None => shared_library(),
    };
    if is_static() {
        shared.with_extension("a")
    } else {
        shared
    }
}

/// A command that runs a program that was compiled.
pub fn command(program: &Path) -> Command {
    let runner = triple().and_then(|triple| {
        let triple = triple.replace('-', "_").to_uppercase();
        env::var(format!("CARGO_TARGET_{triple}_RUNNER")).ok()
    });
    let mut words = runner.iter().flat_map(|runner| runner.split_whitespace());
    let Some(first) = words.next() else {
        return Command::new(program);
    };
    let mut command = Command::new(first);
    command.args(words).arg(program);
    command
}
