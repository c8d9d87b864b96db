//! A copy of the project, which is built without touching what is built of the original.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::common::compiler::run;
use crate::common::make::target_folder;
use crate::common::root;

pub struct Project {
    pub folder: PathBuf,
}

impl Project {
    /// In the same folder each time, so that Cargo builds the same packages in it.
    pub fn copy() -> Project {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("adding");
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("an old copy");
        }
        copy(root(), &folder);
        let project = Project { folder };
        project.rename_what_is_built();
        run(project.git().args(["init", "--quiet"]));
        project.add_to_index();
        project
    }

    /// Both are built in one target folder, so that the dependencies are built once. With the
    /// version of the original, Cargo would take what it builds of the one for the other; names
    /// of libraries and programs do not have the version.
    fn rename_what_is_built(&self) {
        let version = env!("CARGO_PKG_VERSION");
        self.replace(
            "Cargo.toml",
            &format!("\"{version}\""),
            &format!("\"{version}-copy\""),
        );
        self.replace(
            "Cargo.toml",
            "[lib]\ncrate-type = [\"cdylib\", \"staticlib\", \"rlib\"]\n",
            "[lib]\nname = \"loginid_copy\"\ncrate-type = [\"cdylib\", \"rlib\"]\n",
        );
        self.replace(
            "tests/fido2/main.rs",
            "\nmod ",
            "\nextern crate loginid_copy as loginid;\nmod ",
        );
        self.replace(
            "emulator/Cargo.toml",
            "\n[dependencies]\n",
            "\n[[bin]]\nname = \"loginid-emulator-copy\"\npath = \"src/main.rs\"\n\n[dependencies]\n",
        );
    }

    /// Builds the library, the emulator and the tests `fido2`, and returns the path of the last.
    pub fn build(&self) -> PathBuf {
        let messages = run(&mut self.cargo(&[
            "build",
            "--message-format=json",
            "-p",
            "loginid",
            "-p",
            "loginid-emulator",
            "--test",
            "fido2",
            "--bin",
            "loginid-emulator-copy",
        ]));
        let messages = messages
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).expect("a message"));
        let mut tests = messages.filter(|message| message["target"]["name"] == "fido2");
        let program = tests.find_map(|test| test["executable"].as_str().map(PathBuf::from));
        program.expect("the program of the tests")
    }

    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("cargo");
        command
            .args(arguments)
            .args(["--offline", "--quiet"])
            .current_dir(&self.folder)
            .env("CARGO_TARGET_DIR", target_folder());
        command
    }

    pub fn add_to_index(&self) {
        run(self.git().args(["add", "--all"]));
    }

    /// The files that differ from those in the index.
    pub fn changed(&self) -> Vec<String> {
        let changed = run(self.git().args(["diff", "--name-only"]));
        changed.lines().map(str::to_owned).collect()
    }

    fn git(&self) -> Command {
        let mut command = Command::new("git");
        command
            .current_dir(&self.folder)
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE");
        command
    }

    pub fn read(&self, path: &str) -> String {
        fs::read_to_string(self.folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Replaces the first occurrence of a text in a file.
    pub fn replace(&self, path: &str, old: &str, new: &str) {
        let text = self.read(path);
        assert!(text.contains(old), "{path} does not have {old:?}");
        fs::write(self.folder.join(path), text.replacen(old, new, 1)).expect("a change");
    }

    pub fn append(&self, path: &str, text: &str) {
        fs::write(self.folder.join(path), self.read(path) + text).expect("a change");
    }
}

/// Copies a folder without what is built. The times of the files stay as they are, so that Cargo
/// builds again what has changed only.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let (path, name) = (entry.path(), entry.file_name());
        if name == "target" || name == ".git" {
            continue;
        }
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            let copied = to.join(name);
            fs::copy(&path, &copied).expect("a copy");
            let modified = entry.metadata().and_then(|about| about.modified());
            File::open(copied)
                .and_then(|file| file.set_modified(modified?))
                .expect("the time of its change");
        }
    }
}
