//! A program outside the tree needs only what `make install` installs.

#[path = "../common/mod.rs"]
mod common;

mod cmake;
mod deb;
mod tree;

use std::fs;
use std::path::Path;
use std::process::Command;

use common::compiler::{cxx, run};
use common::{root, shared_library};
use tempfile::TempDir;
use tree::{Tree, files, make, needed};

fn exported(library: &Path) -> String {
    run(Command::new("nm")
        .args(["-D", "--defined-only", "--format=just-symbols"])
        .arg(library))
}

#[test]
fn loaders_and_linkers_find_the_library() {
    let folder = TempDir::new().unwrap();
    let tree = Tree::install(folder.path().join("loginid"));
    let version = env!("CARGO_PKG_VERSION");
    let real = format!("libloginid.so.{version}");
    assert!(tree.lib(&real).is_file());
    let link = |name: &str| fs::read_link(tree.lib(name)).unwrap();
    assert_eq!(link("libloginid.so.0"), Path::new(&real));
    assert_eq!(link("libloginid.so"), Path::new("libloginid.so.0"));
    for header in [
        "loginid.h",
        "loginid.hpp",
        "loginid/testing.hpp",
        "loginid_ffi.h",
    ] {
        let installed = fs::read(tree.path("include").join(header)).unwrap();
        let ours = fs::read(root().join("include").join(header)).unwrap();
        assert_eq!(installed, ours);
    }
    assert_eq!(tree.pkg_config(&["--modversion"]), [version]);
    // Optimizing and stripping have not changed what is exported.
    let library = tree.lib("libloginid.so");
    assert_eq!(exported(&library), exported(&shared_library()));
    assert!(needed(&library).contains("Library soname: [libloginid.so.0]"));
    assert!(needed(&library).contains("NODELETE"));
    for page in [
        "man3/loginid.3",
        "man3/lid_get_user.3",
        "man1/loginid.1",
        "man1/loginid-emulator.1",
    ] {
        assert!(tree.path("share/man").join(page).is_file(), "{page}");
    }
    let printed = run(Command::new(tree.path("bin/loginid")).arg("--version"));
    assert_eq!(printed, format!("loginid {version}\n"));
    for completion in [
        "bash-completion/completions/loginid",
        "zsh/site-functions/_loginid",
        "fish/vendor_completions.d/loginid.fish",
    ] {
        assert!(
            tree.path("share").join(completion).is_file(),
            "{completion}"
        );
    }
}

#[test]
fn programs_build_with_pkg_config_also_after_a_move() {
    let folder = TempDir::new().unwrap();
    let mut tree = Tree::install(folder.path().join("here"));
    tree.build_with_pkg_config(folder.path());

    tree.move_to(folder.path().join("there"));
    tree.build_with_pkg_config(folder.path());
    let source = folder.path().join("program.cpp");
    fs::write(
        &source,
        "#include <loginid/testing.hpp>\nint main() { return loginid::version() != LID_VERSION; }\n",
    )
    .unwrap();
    let program = folder.path().join("cpp");
    run(cxx()
        .arg("-std=c++17")
        .arg(source)
        .arg("-o")
        .arg(&program)
        .args(tree.pkg_config(&["--cflags", "--libs"])));
    run(Command::new(program).env("LD_LIBRARY_PATH", tree.lib("")));
}

#[test]
fn a_library_folder_outside_the_prefix_is_found_too() {
    let folder = TempDir::new().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    run(make("install")
        .arg(format!("PREFIX={}", place("prefix")))
        .arg(format!("LIBDIR={}", place("libraries"))));
    let flags = run(Command::new("pkg-config")
        .args(["--cflags", "--libs", "loginid"])
        .env("PKG_CONFIG_PATH", place("libraries/pkgconfig")));
    assert_eq!(
        flags.trim(),
        format!(
            "-I{} -L{} -lloginid",
            place("prefix/include"),
            place("libraries")
        )
    );
    let config = fs::read_to_string(place("libraries/cmake/loginid/loginid-config.cmake")).unwrap();
    for path in ["libraries/libloginid.so.", "libraries/libloginid.a"] {
        assert!(config.contains(&format!("\"{}", place(path))), "{config}");
    }
}

#[test]
fn uninstall_removes_what_was_installed_and_nothing_else() {
    let folder = TempDir::new().unwrap();
    let tree = Tree::install(folder.path().join("loginid"));
    assert!(files(&tree.prefix).len() > 10);
    let others = [
        "include/other.h",
        "lib/libother.so",
        "share/man/man3/other.3",
    ];
    for other in others {
        fs::write(tree.path(other), "").unwrap();
    }
    tree.make("uninstall");
    assert_eq!(files(&tree.prefix), others);
    assert!(!tree.lib("cmake/loginid").exists());
    assert!(!tree.path("include/loginid").exists());
}
