//! An installed tree, and programs that are built with nothing else.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Once;

use crate::common::compiler::{cc, run};
use crate::common::make;
use crate::common::root;

/// `make` for a target that installs. Everything is built once before: several makes at once would
/// each link again what the others overwrite.
pub fn make(target: &str) -> Command {
    static BUILT: Once = Once::new();
    BUILT.call_once(|| {
        run(&mut make::make("build"));
    });
    make::make(target)
}

/// The folders of an installation, also after a move.
pub struct Tree {
    pub prefix: PathBuf,
    /// Below the prefix.
    pub libdir: &'static str,
}

impl Tree {
    /// Runs `make install` for a prefix. The first release build takes minutes.
    pub fn install(prefix: PathBuf) -> Self {
        let tree = Self {
            prefix,
            libdir: "lib",
        };
        tree.make("install");
        tree
    }

    pub fn make(&self, target: &str) {
        run(make(target).arg(format!("PREFIX={}", self.prefix.display())));
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.prefix.join(name)
    }

    pub fn lib(&self, name: &str) -> PathBuf {
        self.prefix.join(self.libdir).join(name)
    }

    /// Only the path changes, as when an archive is unpacked elsewhere.
    pub fn move_to(&mut self, prefix: PathBuf) {
        fs::rename(&self.prefix, &prefix).expect("a rename");
        self.prefix = prefix;
    }

    pub fn pkg_config(&self, arguments: &[&str]) -> Vec<String> {
        let printed = run(Command::new("pkg-config")
            .args(arguments)
            .arg("loginid")
            .env("PKG_CONFIG_PATH", self.lib("pkgconfig")));
        printed.split_whitespace().map(str::to_owned).collect()
    }

    /// Builds and runs the example in `folder`, with the shared and with the static library.
    pub fn build_with_pkg_config(&self, folder: &Path) {
        let sources = copy_example_into(folder);
        let shared = folder.join("shared");
        run(cc()
            .arg("-std=c99")
            .args(&sources)
            .arg("-o")
            .arg(&shared)
            .args(self.pkg_config(&["--cflags", "--libs"]))
            .arg("-pthread"));
        self.run_shared(&shared);

        let linked_in = folder.join("static");
        let flags = self.pkg_config(&["--static", "--cflags", "--libs"]);
        run(cc()
            .arg("-std=c99")
            .args(&sources)
            .arg("-o")
            .arg(&linked_in)
            // Both libraries exist, and the linker would use the shared one.
            .args(flags.iter().map(|flag| match flag.as_str() {
                "-lloginid" => "-l:libloginid.a",
                other => other,
            })));
        self.run_static(&linked_in);
    }

    pub fn run_shared(&self, program: &Path) {
        assert!(needed(program).contains("[libloginid.so.0]"));
        self.run(program);
    }

    pub fn run_static(&self, program: &Path) {
        assert!(!needed(program).contains("libloginid"));
        self.run(program);
    }

    /// Runs the example with the installed emulator and library.
    fn run(&self, program: &Path) {
        let printed = run(Command::new(self.path("bin/loginid-emulator"))
            .args(["exec", "--"])
            .arg(program)
            .env("LD_LIBRARY_PATH", self.lib("")));
        assert!(printed.contains("Everything was as expected."), "{printed}");
    }
}

/// The C example's sources, away from the project.
pub fn copy_example_into(folder: &Path) -> Vec<PathBuf> {
    let example = root().join("examples/c");
    for name in ["quickstart.c", "emulator.c", "emulator.h"] {
        fs::copy(example.join(name), folder.join(name)).expect("a copy of the example");
    }
    vec![folder.join("quickstart.c"), folder.join("emulator.c")]
}

/// What the dynamic section of a program or library says.
pub fn needed(program: &Path) -> String {
    run(Command::new("readelf").arg("-dW").arg(program))
}

/// Every file and link below a folder, relative to it and sorted.
pub fn files(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(next).expect("a folder") {
            let entry = entry.expect("an entry");
            if entry.file_type().expect("its type").is_dir() {
                folders.push(entry.path());
            } else {
                let path = entry.path();
                let below = path.strip_prefix(folder).expect("a path below");
                found.push(below.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}
