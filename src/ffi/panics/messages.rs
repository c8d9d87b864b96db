//! A panic prints nothing of the call before it is caught.

use std::ffi::{CStr, CString};
use std::process::Command;

use loginid_emulator::Emulator;

use super::{Kind, call_with, functions};
use crate::Client;
use crate::config::Config;
use crate::failpoint::{Point, arm};
use crate::ffi::{lid_client, lid_free, lid_free_string, lid_status};
use crate::log::Logger;

const CONFIG: &str = "LOGINID_TEST_INPUT";
const CANARY: &str = "CANARY-password-or-code";

/// Calls a function with the canary for every text; it must panic.
fn panics(name: &str, client: *mut lid_client) {
    let functions = functions();
    let function = functions.iter().find(|function| function.name == name);
    let text = CString::new(CANARY).unwrap();
    let (status, out, _) = call_with(function.unwrap(), client, &text);
    arm(None);
    assert_eq!(status, lid_status::LID_ERROR_INTERNAL as usize, "{name}");
    if out.is_null() {
        assert!(!function.unwrap().has(Kind::Out), "{name}");
        return;
    }
    // SAFETY: stored by the call, freed once.
    unsafe {
        let answer = CStr::from_ptr(out).to_str().unwrap().to_owned();
        lid_free_string(out);
        assert!(!answer.contains("CANARY"), "{answer}");
        assert!(!answer.contains("injected"), "{answer}");
    }
}

#[test]
#[ignore = "a part of the test below: the process whose panics are read"]
fn process_that_panics() {
    let config = std::env::var(CONFIG).expect("only the test below starts it");
    let client = Client::with_config(Config::from_json(&config).unwrap()).unwrap();
    // Deep in a call, whose body and token are in memory.
    client.set_logger(Some(Logger::new(|_| panic!("injected after sending"))));
    let client = Box::into_raw(Box::new(lid_client(client)));
    for name in [
        "lid_authenticate_password",
        "lid_register_password",
        "lid_authenticate_publickey_complete",
        "lid_create_tx",
        "lid_get_user",
    ] {
        panics(name, client);
    }
    for function in functions().iter().filter(|function| function.status) {
        arm(Some(Point::Entered));
        panics(&function.name, client);
    }
    // SAFETY: made above, freed once.
    unsafe { lid_free(client) };
}

#[test]
fn a_panic_prints_nothing_of_the_call() {
    let emulator = Emulator::start();
    let key = emulator.private_key();
    let config = serde_json::json!({"client_id": emulator.client_id(),
        "base_url": emulator.base_url(), "private_key": key});
    let output = Command::new(std::env::current_exe().unwrap())
        .args([
            "--ignored",
            "--exact",
            "ffi::panics::messages::process_that_panics",
        ])
        .arg("--nocapture")
        .env(CONFIG, config.to_string())
        .env("RUST_BACKTRACE", "full")
        .output()
        .unwrap();
    let printed = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{printed}");
    // A test binary also succeeds if no test has the name.
    let tests = String::from_utf8_lossy(&output.stdout);
    assert!(tests.contains("1 passed; 0 failed; 0 ignored"), "{tests}");
    // Every token begins with the second one.
    for secret in ["CANARY", "eyJ"].into_iter().chain(key.lines()) {
        assert!(!printed.contains(secret), "{secret} in {printed}");
    }
    // Whole lines: in the traces the names of functions contain the word.
    let count = |message| printed.lines().filter(|line| *line == message).count();
    assert_eq!(count("injected after sending"), 5);
    let with_status = functions().iter().filter(|each| each.status).count();
    assert_eq!(count("injected"), with_status);
}
