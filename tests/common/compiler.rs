//! Compiling C and C++ as strictly as the project promises.

use std::ffi::OsStr;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::{root, target};

/// The header and all our programs compile without these warnings.
pub const STRICT: [&str; 4] = ["-Wall", "-Wextra", "-pedantic", "-Werror"];

/// The C compiler, `cc` unless `CC` says otherwise, or the one for another target.
pub fn cc() -> Command {
    compiler(&target::cc_variable(), "cc")
}

/// The C++ compiler, `c++` unless `CXX` says otherwise.
pub fn cxx() -> Command {
    compiler("CXX", "c++")
}

fn compiler(variable: &str, usual: &str) -> Command {
    let mut command = Command::new(std::env::var_os(variable).unwrap_or_else(|| usual.into()));
    command.args(STRICT);
    command
}

/// Runs a command that has to succeed, and returns its output.
///
/// # Panics
/// When it fails, with everything it printed.
pub fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?}: {}\n{}{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).expect("a program's output is UTF-8")
}

/// Links the library into a folder under the names that linker and loader use.
pub fn link_library_into(folder: &Path) {
    let names: &[&str] = match target::is_static() {
        true => &["libloginid.a"],
        false => &["libloginid.so", "libloginid.so.0"],
    };
    for name in names {
        symlink(target::library(), folder.join(name)).expect("a link to the library");
    }
}

/// Compiles C99 sources against the header and the library that `folder` links to.
pub fn compile(folder: &Path, name: &str, sources: &[impl AsRef<OsStr>]) -> PathBuf {
    let program = folder.join(name);
    run(cc()
        .arg("-std=c99")
        .arg("-g")
        .arg("-I")
        .arg(root().join("include"))
        .args(sources)
        .arg("-o")
        .arg(&program)
        .arg("-L")
        .arg(folder)
        .args(["-lloginid", "-pthread", "-Wl,-rpath,$ORIGIN"])
        .args(target::is_static().then_some("-static")));
    program
}
