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
        "examples/c/backend.c",
        "verify_transaction   Pay 10.00 EUR to Grace",
        "delete_user          LID_ERROR_API (not_found)",
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
    // In CI it is never left out.
    if !printed.contains("examples/c/event_loop.c: left out") {
        assert_the_loop_was_never_blocked(&printed);
    }
}

/// A call on the loop would have blocked it for half a second. The program ends with an error
/// if the gap is longer than half of that.
fn assert_the_loop_was_never_blocked(printed: &str) {
    let step = "get_user      6 calls of 500 ms or more";
    assert!(printed.contains(step), "no {step} in:\n{printed}");
    let gap = printed
        .lines()
        .find_map(|line| line.strip_prefix("largest gap between two ticks of 5 ms: "))
        .and_then(|gap| gap.strip_suffix(" ms")?.parse::<u64>().ok());
    assert!(gap.is_some_and(|gap| gap < 250), "{printed}");
    assert!(printed.contains("The loop was never blocked."));
}
