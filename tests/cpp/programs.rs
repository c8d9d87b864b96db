//! The test programs in this folder.

use std::net::TcpStream;
use std::os::unix::process::ExitStatusExt as _;
use std::process::Command;
use std::time::{Duration, Instant};

use loginid_emulator::Emulator;
use tempfile::TempDir;

use crate::common::compiler::run;
use crate::common::{emulator_program, root};
use crate::{against, compile, compile_with, device};

#[test]
fn calls_behave_as_the_header_says() {
    let folder = TempDir::new().expect("a folder");
    let sources = ["tests/cpp/calls.cpp"];
    let program = compile(folder.path(), "calls", &sources);
    let emulator = Emulator::start();
    assert_eq!(run(&mut against(&emulator, &program)), "called\n");
}

#[test]
fn each_call_of_the_current_service_works() {
    let folder = TempDir::new().expect("a folder");
    let sources = ["tests/cpp/v2_calls.cpp"];
    let program = compile(folder.path(), "calls", &sources);
    let (emulator, device) = (Emulator::start(), device::Device::start());
    let mut command = against(&emulator, &program);
    command.env("TEST_DEVICE_URL", device.url());
    assert_eq!(run(&mut command), "called\n");
}

#[test]
fn constants_are_the_values_of_the_service() {
    let folder = TempDir::new().expect("a folder");
    let program = compile(folder.path(), "constants", &["tests/cpp/constants.cpp"]);
    let emulator = Emulator::start();
    emulator.v2().login("ada").expect("a login");
    assert_eq!(run(&mut against(&emulator, &program)), "taken\n");
}

#[test]
fn a_stop_token_ends_calls() {
    let folder = TempDir::new().expect("a folder");
    let sources = ["tests/cpp/stop_token.cpp"];
    // GCC 12 warns of the constructor of its own std::stop_source.
    let options = ["-std=c++20", "-Wno-maybe-uninitialized"];
    let program = compile_with(folder.path(), "stop", &sources, &options);
    let emulator = Emulator::start();
    assert_eq!(run(&mut against(&emulator, &program)), "stopped\n");
}

#[test]
fn a_program_without_exceptions_has_every_error_and_aborts_in_place_of_throwing() {
    let folder = TempDir::new().expect("a folder");
    let options = ["-std=c++17", "-fno-exceptions", "-fno-rtti"];
    let sources = ["tests/cpp/no_exceptions.cpp"];
    let program = compile_with(folder.path(), "quiet", &sources, &options);
    let emulator = Emulator::start();
    assert_eq!(run(&mut against(&emulator, &program)), "called\n");
    let ended = against(&emulator, &program).arg("throw").output();
    let ended = ended.expect("an output");
    assert_eq!(ended.status.signal(), Some(libc::SIGABRT), "{ended:?}");
    assert_eq!(ended.stdout, b"called\n");
    assert_eq!(
        String::from_utf8_lossy(&ended.stderr),
        "loginid: v2_delete_user: LID_ERROR_INVALID_ARGUMENT: user_id must not be empty \
         (empty_argument)\n"
    );
}

#[test]
fn errors_and_attempts_have_the_shape_of_all_languages() {
    let folder = TempDir::new().expect("a folder");
    let sources = ["tests/cpp/errors.cpp"];
    let program = compile(folder.path(), "errors", &sources);
    let emulator = Emulator::start();
    let table = root().join("bindings/errors.json");
    assert_eq!(run(against(&emulator, &program).arg(table)), "compared\n");
}

#[test]
fn programs_start_emulators_for_their_tests() {
    let folder = TempDir::new().expect("a folder");
    let program = compile(folder.path(), "testing", &["tests/cpp/testing.cpp"]);
    let start = || {
        let mut command = Command::new(&program);
        command.env("LOGINID_EMULATOR", emulator_program());
        command
    };
    assert_eq!(run(&mut start()), "started\n");

    // Also a program that is killed leaves no emulator behind.
    let killed = start().arg("killed").output().expect("an output");
    assert_eq!(killed.status.signal(), Some(libc::SIGKILL), "{killed:?}");
    let url = String::from_utf8(killed.stdout).expect("a text");
    let address = url.trim().strip_prefix("http://").expect("an address");
    let deadline = Instant::now() + Duration::from_secs(60);
    while TcpStream::connect(address).is_ok() {
        assert!(Instant::now() < deadline, "the emulator runs on");
    }
}

#[test]
fn no_copy_of_a_secret_is_left_in_memory() {
    let folder = TempDir::new().expect("a folder");
    let program = compile(folder.path(), "memory", &["tests/cpp/memory.cpp"]);
    let emulator = Emulator::start();
    assert_eq!(run(&mut against(&emulator, &program)), "searched\n");
}

#[test]
fn the_example_of_a_backend_runs() {
    let folder = TempDir::new().expect("a folder");
    let sources = ["examples/cpp/backend.cpp"];
    let program = compile(folder.path(), "backend", &sources);
    let emulator = Emulator::start();
    let printed = run(&mut against(&emulator, &program));
    for line in [
        "verify_token         a session for ada@example.com\n",
        "list_passkeys        Ada's phone\n",
        "verify_transaction   Pay 10.00 EUR to Grace\n",
        "delete_user          v2_delete_user: LID_ERROR_API: ",
    ] {
        assert!(printed.contains(line), "no {line} in:\n{printed}");
    }
    assert!(
        printed.ends_with("Everything was as expected.\n"),
        "{printed}"
    );
}
