//! Running the Makefile as a user does, from a test.

use std::path::PathBuf;
use std::process::Command;

use super::root;

/// `make` in the project's folder, building where this test was built.
pub fn make(target: &str) -> Command {
    let mut command = Command::new("make");
    command.arg("-C").arg(root()).arg(target);
    // Variables of Cargo and an outer make are not for this make.
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        if name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_") {
            command.env_remove(name.as_ref());
        }
    }
    command
        .env_remove("LD_LIBRARY_PATH")
        .env_remove("MAKEFLAGS")
        .env_remove("MAKELEVEL")
        .env("CARGO_TARGET_DIR", target_folder());
    command
}

/// Where Cargo builds: this test is in `debug/deps` below it.
pub fn target_folder() -> PathBuf {
    let test = std::env::current_exe().expect("the path of this test");
    test.ancestors()
        .nth(3)
        .expect("a folder three levels up")
        .to_owned()
}
