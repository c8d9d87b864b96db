//! `find_package(loginid)`.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::common::compiler::run;
use crate::tree::{Tree, copy_example_into};

const PROJECT: &str = "
cmake_minimum_required(VERSION 3.10)
project(outside C)
find_package(loginid 0.1 REQUIRED)
set(CMAKE_C_STANDARD 99)
foreach(kind loginid static)
    add_executable(with-${kind} quickstart.c emulator.c)
    target_compile_options(with-${kind} PRIVATE -Wall -Wextra -Werror)
    target_link_libraries(with-${kind} PRIVATE loginid::${kind} -pthread)
endforeach()
";

fn configure(project: &Path, build: &Path, found_in: &Path) -> Command {
    let mut cmake = Command::new("cmake");
    cmake
        .arg("-S")
        .arg(project)
        .arg("-B")
        .arg(build)
        .arg(format!("-DCMAKE_PREFIX_PATH={}", found_in.display()));
    cmake
}

/// Builds the example against the tree, which may be found under another path, and runs it.
fn build(tree: &Tree, found_in: &Path) {
    let project = TempDir::new().unwrap();
    copy_example_into(project.path());
    fs::write(project.path().join("CMakeLists.txt"), PROJECT).unwrap();
    let build = project.path().join("build");
    run(&mut configure(project.path(), &build, found_in));
    run(Command::new("cmake").arg("--build").arg(&build));
    tree.run_shared(&build.join("with-loginid"));
    tree.run_static(&build.join("with-static"));
}

#[test]
fn programs_build_with_cmake_also_after_a_move() {
    let folder = TempDir::new().unwrap();
    let mut tree = Tree::install(folder.path().join("here"));
    build(&tree, &tree.prefix);

    tree.move_to(folder.path().join("there"));
    // As on systems where /lib links to /usr/lib: the parent of /lib is not the prefix.
    let linked = folder.path().join("linked");
    fs::create_dir(&linked).unwrap();
    symlink(tree.lib(""), linked.join("lib")).unwrap();
    build(&tree, &linked);
}

#[test]
fn another_major_version_is_not_found() {
    let folder = TempDir::new().unwrap();
    let tree = Tree::install(folder.path().join("loginid"));
    let number = |text: &str| text.parse::<u32>().unwrap();
    let major = number(env!("CARGO_PKG_VERSION_MAJOR"));
    let minor = number(env!("CARGO_PKG_VERSION_MINOR"));
    let version = env!("CARGO_PKG_VERSION");
    for (version, found) in [
        (String::new(), true),
        (format!("{major}.{minor}"), true),
        (format!("{version} EXACT"), true),
        (format!("{major}.{minor}...<{}.0", major + 1), true),
        (format!("{major}.0"), true),
        (format!("{major}.{}", minor + 1), false),
        (format!("{}.0", major + 1), false),
        (format!("0.0.1...<{version}"), false),
    ] {
        let project = TempDir::new().unwrap();
        fs::write(
            project.path().join("CMakeLists.txt"),
            // No language: nothing is compiled.
            format!(
                "cmake_minimum_required(VERSION 3.19)\nproject(outside NONE)\n\
                 find_package(loginid {version} REQUIRED)\n"
            ),
        )
        .unwrap();
        let output = configure(project.path(), &project.path().join("build"), &tree.prefix)
            .output()
            .expect("cmake");
        let printed = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.success(), found, "{version}: {printed}");
    }
}
