//! The call is made from every language, with the library and the emulator that were built of
//! the copy.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::common::compiler::{cc, cxx, run};
use crate::common::left_out;
use crate::common::make::target_folder;
use crate::project::Project;

/// A folder in which compilers and bindings find the library.
pub struct Installed<'a> {
    project: &'a Project,
    folder: PathBuf,
}

impl Installed<'_> {
    pub fn from(project: &Project) -> Installed<'_> {
        let folder = project.folder.join("installed");
        fs::create_dir(&folder).expect("a folder");
        for name in ["libloginid.so", "libloginid.so.0"] {
            let library = target_folder().join("debug/deps/libloginid_copy.so");
            symlink(library, folder.join(name)).expect("a link to the library");
        }
        let text = |path: &Path| path.to_str().expect("UTF-8").to_owned();
        let package = project
            .read("loginid.pc.in")
            .replace("@LIBDIR@", &text(&folder))
            .replace("@INCLUDEDIR@", &text(&project.folder.join("include")));
        fs::write(folder.join("loginid.pc"), package).expect("a file for pkg-config");
        Installed { project, folder }
    }

    pub fn make_the_call_from_c_and_cpp(&self) {
        for (mut compiler, standard, source, text) in [
            (cc(), "-std=c99", "program.c", C_PROGRAM),
            (cxx(), "-std=c++17", "program.cpp", CPP_PROGRAM),
        ] {
            let source = self.project.folder.join(source);
            fs::write(&source, text).expect("a source");
            let program = self.project.folder.join("program");
            run(compiler
                .args([standard, "-I"])
                .arg(self.project.folder.join("include"))
                .arg(source)
                .arg("-L")
                .arg(&self.folder)
                .args(["-lloginid", "-o"])
                .arg(&program));
            let printed = run(&mut self.against_the_emulator(program.to_str().expect("UTF-8")));
            assert!(printed.contains("phone_verification_not_sent"), "{printed}");
        }
    }

    pub fn make_the_calls_of_the_table_from_the_bindings(&self) {
        for binding in BINDINGS {
            let needed = Command::new("sh").args(["-c", binding.needs]).output();
            if !needed.expect("a shell").status.success() {
                left_out(binding.folder, &format!("`{}` fails", binding.needs));
                continue;
            }
            let output = self
                .against_the_emulator("sh")
                .args(["-c", binding.test])
                .current_dir(self.project.folder.join(binding.folder))
                .output()
                .expect("the emulator");
            let printed = [output.stdout, output.stderr].concat();
            let printed = String::from_utf8_lossy(&printed);
            assert!(
                output.status.success() && printed.contains(binding.printed),
                "{}: {printed}",
                binding.folder
            );
        }
    }

    /// A program that is run against an emulator, with this library.
    fn against_the_emulator(&self, program: &str) -> Command {
        let mut command = Command::new(target_folder().join("debug/loginid-emulator-copy"));
        command
            .args(["exec", "--", program])
            .env("LD_LIBRARY_PATH", &self.folder)
            .env("PKG_CONFIG_PATH", &self.folder)
            .env("LOGINID_LIBRARY", self.folder.join("libloginid.so.0"));
        command
    }
}

const C_PROGRAM: &str = r#"
#include <loginid.h>
#include <stdio.h>
int main(void)
{
    lid_client *client;
    char *user, *id, *out;
    if (lid_new_from_env(&client, &out) != LID_OK)
        return 1;
    lid_free_string(out);
    if (lid_add_user_without_credentials(client, "ada", &user) != LID_OK ||
        lid_json_get(user, "/id", &id) != LID_OK)
        return 2;
    if (lid_send_phone_verification(client, id, &out) != LID_ERROR_API)
        return 3;
    puts(out);
    lid_free_string(out);
    lid_free_string(id);
    lid_free_string(user);
    lid_free(client);
    return 0;
}
"#;

const CPP_PROGRAM: &str = r#"
#include <loginid.hpp>
#include <iostream>
int main()
{
    const auto client = loginid::client::from_env();
    const auto id = loginid::json_get(client.add_user_without_credentials("ada"), "/id");
    try {
        client.send_phone_verification(id);
    } catch (const loginid::error &error) {
        std::cout << error.code() << '\n';
    }
}
"#;

/// A binding: a command that succeeds where its language is installed, and the test that makes
/// the calls of `bindings/wire.json`, with what it prints.
struct Binding {
    folder: &'static str,
    needs: &'static str,
    test: &'static str,
    printed: &'static str,
}

const BINDINGS: [Binding; 4] = [
    Binding {
        folder: "bindings/go",
        needs: "command -v go && command -v pkg-config",
        test: "go test -v -run TestEachMethodSendsWhatItsFunctionIsFor .",
        printed: "--- PASS: TestEachMethodSendsWhatItsFunctionIsFor",
    },
    Binding {
        folder: "bindings/python/tests",
        needs: "python3 --version",
        test: "PYTHONPATH=../src python3 -m unittest test_wire",
        printed: "Ran 1 test",
    },
    Binding {
        folder: "bindings/ruby",
        needs: "ruby -rffi -rminitest -e ''",
        test: "ruby -Ilib test/calls_test.rb -n /in_the_table/",
        printed: "1 runs",
    },
    Binding {
        folder: "bindings/php",
        needs: "php -r 'exit((int) !extension_loaded(\"ffi\"));' && command -v phpunit",
        test: "phpunit --filter InTheTable tests/CallsTest.php",
        printed: "OK (1 test",
    },
];
