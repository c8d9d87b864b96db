//! A call is added as CONTRIBUTING.md says: in a copy of the project, which is then generated
//! and built, and in which the call is made from every language.

#[path = "../common/mod.rs"]
mod common;
mod languages;
mod project;
mod walkthrough;

use std::collections::BTreeSet;
use std::process::Command;

use common::compiler::run;
use languages::Installed;
use project::Project;

#[test]
fn a_call_that_is_added_as_contributing_says_is_in_every_language() {
    let project = Project::copy();
    walkthrough::follow(&project);
    assert_eq!(project.changed(), walkthrough::FILES);
    run(&mut project.cargo(&["run", "-p", "loginid-generate"]));
    the_files_that_name_a_call_are_counted(&project);
    the_pages_name_the_call(&project);

    let tests = project.build();
    let test = "passwords::a_phone_verification_needs_a_phone_number";
    let behaviour = run(Command::new(tests).args(["--exact", test]));
    assert!(behaviour.contains("ok. 1 passed"), "{behaviour}");
    let installed = Installed::from(&project);
    installed.make_the_call_from_c_and_cpp();
    installed.make_the_calls_of_the_table_from_the_bindings();
}

/// The command of CONTRIBUTING.md lists the files that name a call by hand.
fn the_files_that_name_a_call_are_counted(project: &Project) {
    project.add_to_index();
    let [command] = &walkthrough::blocks("sh")[..] else {
        panic!("one command")
    };
    let listed = |name: &str| {
        let command = command.replace("send_?email_?verification", name);
        assert!(command.contains(name), "{command}");
        let mut shell = Command::new("sh");
        let printed = run(shell.args(["-c", &command]).current_dir(&project.folder));
        let files: BTreeSet<_> = printed.lines().map(str::to_owned).collect();
        files
    };
    let existing = listed("send_?email_?verification");
    assert!((3..=8).contains(&existing.len()), "{existing:?}");
    let mut added = listed("send_?phone_?verification");
    added.retain(|file| file != "CONTRIBUTING.md" && !file.starts_with("tests/adding/"));
    assert!(added.contains("spec/operations.toml"), "{added:?}");
    let known = |file: &String| walkthrough::FILES.contains(&file.as_str());
    assert!(added.iter().all(known), "{added:?}");
}

fn the_pages_name_the_call(project: &Project) {
    for (path, name) in [
        ("README.md", "`lid_send_phone_verification`"),
        ("docs/parity.md", "`lid_send_phone_verification`"),
        ("docs/reference.md", "### lid_send_phone_verification"),
        ("include/loginid.symbols", "lid_send_phone_verification("),
        ("include/loginid_ffi.h", "lid_send_phone_verification("),
        (
            "man/man3/lid_send_phone_verification.3",
            ".SH NAME\nlid_send_phone_verification",
        ),
    ] {
        let found = project.read(path).contains(name);
        assert!(found, "{path} does not have {name}");
    }
}
