//! The README's first command works.

mod common;

use std::fs;

use common::compiler::run;
use common::make::make;
use common::root;

#[test]
fn make_example_runs_the_c_example_against_an_emulator() {
    let readme = fs::read_to_string(root().join("README.md")).expect("README.md");
    assert!(readme.contains("make example"), "the README's command");
    let printed = run(&mut make("example"));
    for step in [
        "examples/c/quickstart.c",
        "examples/c/log.c",
        "examples/c/options.c",
        "LID_ERROR_CANCELLED",
        "operation=get_user attempt=3 http_status=404",
        "new_from_env",
        "register_fido2_init",
        "a credential",
        "wait_code",
        "verify_token",
        "verify_transaction",
        "LID_ERROR_API",
        "Everything was as expected.",
    ] {
        assert!(printed.contains(step), "no {step} in:\n{printed}");
    }
}
