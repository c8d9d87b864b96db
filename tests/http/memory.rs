//! Hostile answers must not cost memory. The client runs in a process of its
//! own, where nobody else's memory is counted.

use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};

use base64::Engine;
use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::{Value, json};

use crate::capi::{Client, config};

const ROLE: &str = "LOGINID_TEST_CLIENT";
/// How much the resident memory may grow.
const LIMIT_KIB: u64 = 2 * 1024;

#[test]
fn hostile_answers_grow_the_resident_memory_by_less_than_2_mib() {
    let emulator = Emulator::start();
    let config = config(&emulator, json!({"request_timeout_ms": 120_000}));
    let mut client = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", "memory::client_process", "--nocapture"])
        .env(ROLE, config.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let mut orders = client.stdin.take().expect("piped");
    let mut answers = BufReader::new(client.stdout.take().expect("piped")).lines();
    let oversize = |chunked| FaultKind::Oversize {
        bytes: 1 << 30,
        chunked,
        carried_out: false,
    };
    let raw = |text: String| FaultKind::Raw {
        base64: base64::engine::general_purpose::STANDARD.encode(text),
        hold_ms: 0,
        carried_out: false,
    };
    let body = |size: usize| {
        let text = format!("{{\"a\":\"{}", "x".repeat(size));
        raw(format!(
            "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{text}"
        ))
    };
    for (what, fault) in [
        ("1 GiB announced", oversize(false)),
        ("1 GiB in chunks", oversize(true)),
        (
            "endless headers",
            FaultKind::EndlessHeaders { carried_out: false },
        ),
        (
            "a gzip bomb",
            FaultKind::Gzip {
                mib: 64,
                carried_out: false,
            },
        ),
        ("8 MiB until the end", body(8 << 20)),
        ("an endless status line", raw("H".repeat(8 << 20))),
        (
            "many interim answers",
            raw("HTTP/1.1 100 Continue\r\n\r\n".repeat(300_000)),
        ),
    ] {
        emulator.inject(Fault::new(fault).times(1));
        orders.write_all(b"call\n").expect("a client");
        let grown = loop {
            let line = answers.next().expect("an answer").expect("UTF-8");
            // The test runner may have begun the line.
            if let Some((_, grown)) = line.split_once("grown ") {
                break grown.parse::<u64>().expect("a number");
            }
        };
        println!("{what}: {grown} KiB");
        assert!(grown < LIMIT_KIB, "{what}: grown by {grown} KiB");
    }
    drop(orders);
    assert!(client.wait().expect("an end").success());
}

/// Not a test of its own: the client's process, which calls when told to.
#[test]
fn client_process() {
    let Ok(config) = std::env::var(ROLE) else {
        return;
    };
    let config: Value = serde_json::from_str(&config).expect("JSON");
    let client = Client::new(&config);
    client.add_user("ann").ok();
    for _ in 0..3 {
        client.get_user("ann").ok();
    }
    for order in std::io::stdin().lines() {
        assert_eq!(order.expect("UTF-8"), "call");
        // Starts the peak anew from what is resident now.
        std::fs::write("/proc/self/clear_refs", "5").expect("Linux");
        let before = peak_kib();
        let outcome = client.generate_code("ann");
        assert_ne!(outcome.status, crate::capi::lid_status::LID_OK);
        println!("grown {}", peak_kib() - before);
    }
}

fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|peak| peak.trim().strip_suffix(" kB"));
    peak.expect("VmHWM").trim().parse().expect("a number")
}
