//! What `make install` installs is all that a C program outside the tree needs.

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use common::compiler::{cc, run};
use common::make::make;
use common::{root, shared_library};
use tempfile::TempDir;

const PREFIX: &str = "/opt/loginid";

/// Where it was installed, as a package builder does: for `PREFIX`, but below another folder.
struct Stage {
    folder: TempDir,
}

impl Stage {
    fn make(&self, target: &str) {
        run(make(target)
            .arg(format!("PREFIX={PREFIX}"))
            .arg(format!("DESTDIR={}", self.folder.path().display())));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(&PREFIX[1..]).join(name)
    }

    fn pkg_config(&self, arguments: &[&str]) -> Vec<String> {
        let printed = run(Command::new("pkg-config")
            .args(arguments)
            .arg("loginid")
            .env("PKG_CONFIG_PATH", self.path("lib/pkgconfig"))
            .env("PKG_CONFIG_SYSROOT_DIR", self.folder.path()));
        printed.split_whitespace().map(str::to_owned).collect()
    }

    /// Runs a program with the installed emulator and library.
    fn run(&self, program: &Path) {
        let printed = run(Command::new(self.path("bin/loginid-emulator"))
            .args(["exec", "--"])
            .arg(program)
            .env("LD_LIBRARY_PATH", self.path("lib")));
        assert!(printed.contains("Everything was as expected."), "{printed}");
    }
}

/// The C example's sources, away from the project.
fn copy_example_into(folder: &Path) -> Vec<PathBuf> {
    let example = root().join("examples/c");
    for name in ["quickstart.c", "emulator.c", "emulator.h"] {
        fs::copy(example.join(name), folder.join(name)).expect("a copy of the example");
    }
    vec![folder.join("quickstart.c"), folder.join("emulator.c")]
}

fn exported(library: &Path) -> String {
    run(Command::new("nm")
        .args(["-D", "--defined-only", "--format=just-symbols"])
        .arg(library))
}

fn needed(program: &Path) -> String {
    run(Command::new("readelf").arg("-dW").arg(program))
}

/// One test, since the release build takes minutes.
#[test]
fn a_c_program_outside_the_tree_compiles_and_runs_with_what_was_installed() {
    let stage = Stage {
        folder: TempDir::new().unwrap(),
    };
    stage.make("install");

    let version = env!("CARGO_PKG_VERSION");
    let real = format!("libloginid.so.{version}");
    assert!(stage.path("lib").join(&real).is_file());
    let link = |name: &str| fs::read_link(stage.path("lib").join(name)).unwrap();
    assert_eq!(link("libloginid.so.0"), Path::new(&real));
    assert_eq!(link("libloginid.so"), Path::new("libloginid.so.0"));
    for header in ["loginid.h", "loginid_ffi.h"] {
        let installed = fs::read(stage.path("include").join(header)).unwrap();
        assert_eq!(
            installed,
            fs::read(root().join("include").join(header)).unwrap()
        );
    }
    assert_eq!(stage.pkg_config(&["--modversion"]), [version]);
    // Optimizing and stripping have not changed what is exported.
    let library = stage.path("lib/libloginid.so");
    assert_eq!(exported(&library), exported(&shared_library()));
    assert!(needed(&library).contains("Library soname: [libloginid.so.0]"));
    assert!(needed(&library).contains("NODELETE"));

    let elsewhere = TempDir::new().unwrap();
    let sources = copy_example_into(elsewhere.path());

    let shared = elsewhere.path().join("shared");
    run(cc()
        .arg("-std=c99")
        .args(&sources)
        .arg("-o")
        .arg(&shared)
        .args(stage.pkg_config(&["--cflags", "--libs"]))
        .arg("-pthread"));
    assert!(needed(&shared).contains("[libloginid.so.0]"));
    stage.run(&shared);

    let linked_in = elsewhere.path().join("static");
    let libraries = stage.pkg_config(&["--static", "--cflags", "--libs"]);
    run(cc()
        .arg("-std=c99")
        .args(&sources)
        .arg("-o")
        .arg(&linked_in)
        .args(libraries.iter().map(|flag| match flag.as_str() {
            "-lloginid" => "-l:libloginid.a",
            other => other,
        })));
    assert!(!needed(&linked_in).contains("libloginid"));
    stage.run(&linked_in);

    stage.make("uninstall");
    for folder in ["bin", "lib/pkgconfig", "include"] {
        let left = fs::read_dir(stage.path(folder)).unwrap().count();
        assert_eq!(left, 0, "{folder} is not empty");
    }
    assert_eq!(fs::read_dir(stage.path("lib")).unwrap().count(), 1);
}
