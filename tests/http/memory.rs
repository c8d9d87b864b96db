//! Hostile answers must not use much memory. The client runs in a separate process, so
//! that only its memory is counted.

use std::ptr;

use base64::Engine;
use loginid::ffi::{lid_create_tx, lid_free_string, lid_generate_code, lid_register_password};
use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::json;

use crate::capi::{Client, c, config};
use crate::part;

/// How much the resident memory may grow.
const LIMIT_KIB: u64 = 2 * 1024;

/// Each row: a name, the call that receives the answer, and the fault.
fn costly_answers() -> Vec<(&'static str, &'static str, FaultKind)> {
    let oversize = |code, chunked| FaultKind::Oversize {
        bytes: 1 << 30,
        chunked,
        code,
        carried_out: false,
    };
    let raw = |text: String| FaultKind::Raw {
        base64: base64::engine::general_purpose::STANDARD.encode(text),
        hold_ms: 0,
        carried_out: false,
    };
    let body = |code: u16, text: String| {
        let length = text.len();
        raw(format!(
            "HTTP/1.1 {code} -\r\nconnection: close\r\ncontent-length: {length}\r\n\r\n{text}"
        ))
    };
    let endless = format!("{{\"a\":\"{}", "x".repeat(8 << 20));
    let members: Vec<String> = (0..100_000).map(|n| format!(r#""{n:x}":0"#)).collect();
    let members = format!("{{{}}}", members.join(","));
    assert!(members.len() > 900_000);
    let one = |name: &str| format!(r#"{{"{name}":"\n{}"}}"#, "x".repeat(1_000_000));
    let nested = |depth| format!("{{\"a\":{}{}}}", "[".repeat(depth), "]".repeat(depth));
    let (code, register, create) = ("generate_code", "register_password", "create_tx");
    vec![
        ("1 GiB announced", code, oversize(200, false)),
        ("1 GiB in chunks", code, oversize(200, true)),
        ("1 GiB with status 400", code, oversize(400, false)),
        ("1 GiB in chunks with status 500", code, oversize(500, true)),
        (
            "endless headers",
            code,
            FaultKind::EndlessHeaders { carried_out: false },
        ),
        (
            "a gzip bomb",
            code,
            FaultKind::Gzip {
                mib: 64,
                carried_out: false,
            },
        ),
        (
            "8 MiB until the end",
            code,
            raw(format!(
                "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{endless}"
            )),
        ),
        ("an endless status line", code, raw("H".repeat(8 << 20))),
        (
            "an endless chunk size",
            code,
            raw(format!(
                "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n{}",
                "0".repeat(8 << 20)
            )),
        ),
        (
            "many interim answers",
            code,
            raw("HTTP/1.1 100 Continue\r\n\r\n".repeat(300_000)),
        ),
        ("100,000 members", code, body(200, members.clone())),
        ("100,000 members, refused", code, body(400, members.clone())),
        ("100,000 members and a nonce", create, body(200, members)),
        (
            "a name of 1 MB",
            code,
            body(200, format!(r#"{{"\n{}":0}}"#, "x".repeat(1_000_000))),
        ),
        ("a nesting of 500,000", code, body(200, nested(500_000))),
        (
            "a nesting of 500,000, refused",
            code,
            body(400, nested(500_000)),
        ),
        ("brackets only", code, body(400, "[".repeat(1_000_000))),
        ("a message of 1 MB", code, body(500, one("message"))),
        ("a code of 1 MB", code, body(400, one("code"))),
        ("a jwt of 1 MB", register, body(200, one("jwt"))),
        ("a nonce of 1 MB", create, body(200, one("nonce"))),
    ]
}

fn measure(emulator: &Emulator) {
    for (what, call, fault) in costly_answers() {
        emulator.inject(Fault::new(fault).on_path(path(call)).times(1));
        let grown = grown(emulator, call);
        println!("{what}: {grown} KiB");
        assert!(grown < LIMIT_KIB, "{what}: grown by {grown} KiB");
        assert!(emulator.faults().is_empty(), "{what}: not requested");
    }
}

fn path(call: &str) -> &'static str {
    match call {
        "generate_code" => "/codes/short/generate",
        "register_password" => "/register/password",
        "create_tx" => "/tx",
        other => panic!("no such call: {other}"),
    }
}

/// How much a call grows its process, in KiB. Each call has a new process, because
/// memory kept from an earlier answer would hide the growth.
fn grown(emulator: &Emulator, call: &str) -> u64 {
    let config = config(emulator, json!({"request_timeout_ms": 120_000}));
    let printed = part::run(
        "memory::client_process",
        &json!({"config": config, "call": call}),
    );
    // The test runner may have printed the beginning of the line.
    let grown = printed.lines().find_map(|line| line.split_once("grown "));
    grown.expect("an answer").1.parse().expect("a number")
}

#[test]
fn hostile_answers_grow_the_resident_memory_by_less_than_2_mib() {
    measure(&Emulator::start());
}

#[test]
fn hostile_answers_over_tls_grow_the_resident_memory_by_less_than_2_mib() {
    measure(&Emulator::builder().tls().start());
}

#[test]
#[ignore = "a part of the tests above: the client's process"]
fn client_process() {
    let input = part::input();
    let client = Client::new(&input["config"]);
    // One call to measure what any call takes; the user may already exist.
    client.add_user("ann");
    client.get_user("ann").ok();
    let (kind, purpose) = (c("short"), c("temporary_authentication"));
    let (user, password, payload) = (c("ann"), c("a good password"), c("pay"));
    let (client, none) = (client.raw(), ptr::null());
    let mut out = ptr::null_mut();
    let (kind, purpose, user) = (kind.as_ptr(), purpose.as_ptr(), user.as_ptr());
    // Resets the peak to what is resident now.
    std::fs::write("/proc/self/clear_refs", "5").expect("Linux");
    let before = peak_kib();
    // The result does not matter here. The answer is not copied, because the copy would
    // count too. SAFETY: the header's contract, with living arguments.
    unsafe {
        match input["call"].as_str().expect("a call") {
            "generate_code" => {
                lid_generate_code(client, kind, purpose, true.into(), none, user, &mut out)
            }
            "register_password" => lid_register_password(client, user, password.as_ptr(), &mut out),
            _ => lid_create_tx(client, payload.as_ptr(), none, none, &mut out),
        }
    };
    let grown = peak_kib() - before;
    let ballast = std::hint::black_box(vec![1_u8; 4 << 20]);
    assert!(peak_kib() - before > 3 * 1024, "the measure is blind");
    drop(ballast);
    assert!(!out.is_null());
    // SAFETY: stored by the call, freed once.
    unsafe { lid_free_string(out) };
    println!("grown {grown}");
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    peak.expect("VmHWM").trim().parse().expect("a number")
}
