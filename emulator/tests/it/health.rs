//! `GET /healthz`, for supervisors.

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::json;

use crate::support::{get, send};

#[test]
fn health_is_answered_whatever_the_faults_and_is_not_counted() {
    let emulator = Emulator::start();
    let vanish = FaultKind::Drop {
        carried_out: false,
        reset: false,
    };
    emulator.inject(Fault::new(vanish));
    let answer = get(emulator.base_url(), "/healthz");
    assert_eq!(answer.ok(), json!({"status": "ok"}));
    assert_eq!(emulator.request_count(), 0);
    let post = send(emulator.base_url(), "POST", "/healthz", &[], "").unwrap();
    assert_eq!(post.refusal(), "405 method_not_allowed");
}

#[test]
fn health_needs_no_token() {
    let emulator = Emulator::builder().host("0.0.0.0").start();
    assert!(emulator.control_token().is_some());
    let base_url = emulator.base_url().replace("localhost", "127.0.0.1");
    assert_eq!(get(&base_url, "/healthz").status, 200);
    assert_eq!(get(&base_url, "/_emulator/").status, 401);
}
