//! Connections: many, idle, abandoned; and an emulator that stops while they are open.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv6Addr, TcpListener, TcpStream};
use std::time::{Duration, Instant};

use loginid_emulator::Emulator;

use crate::support::{Answer, connect, eventually, get, request, send};

#[test]
fn an_emulator_stops_at_once_with_open_connections() {
    let emulator = Emulator::start();
    let base_url = emulator.base_url().to_owned();
    let mut halfway = connect(&base_url);
    halfway
        .write_all(b"POST /tx HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n")
        .unwrap();
    let mut idle = connect(&base_url);
    idle.write_all(b"GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n")
        .unwrap();
    // Its answer shows that the emulator has both connections.
    let mut answer = Vec::new();
    while !answer.ends_with(b"}") {
        let mut byte = [0];
        idle.read_exact(&mut byte).unwrap();
        answer.extend(byte);
    }
    let stopping = Instant::now();
    drop(emulator);
    assert!(
        stopping.elapsed() < Duration::from_secs(2),
        "{:?}",
        stopping.elapsed()
    );
    for stream in [&mut idle, &mut halfway] {
        match stream.read(&mut [0; 16]) {
            Ok(0) => {}
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            other => panic!("the connection is still open: {other:?}"),
        }
    }
    let address = base_url.trim_start_matches("http://").to_owned();
    assert!(
        TcpStream::connect(address).is_err(),
        "the port is free again"
    );
}

#[test]
fn an_emulator_can_be_dropped_inside_a_runtime() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(async { drop(Emulator::start()) });
}

#[test]
fn a_port_can_be_chosen_and_bound_only_once() {
    let first = Emulator::start();
    let port = first
        .base_url()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    let taken = Emulator::builder().port(port).try_start();
    let error = taken.err().expect("a port in use").to_string();
    assert!(
        error.contains(&format!(":{port}")) && error.contains("--port"),
        "{error}"
    );
    drop(first);
    let second = Emulator::builder().port(port).start();
    assert!(second.base_url().ends_with(&format!(":{port}")));
}

#[test]
fn localhost_is_reached_over_either_family() {
    let emulator = Emulator::start();
    let port: u16 = emulator
        .base_url()
        .rsplit(':')
        .next()
        .unwrap()
        .parse()
        .unwrap();
    if let Err(error) = TcpListener::bind((Ipv6Addr::LOCALHOST, 0)) {
        assert!(
            std::env::var_os("CI").is_none_or(|ci| ci != "true"),
            "no IPv6"
        );
        println!("SKIPPED the IPv6 half: this machine has none ({error})");
        return;
    }
    let mut stream = TcpStream::connect((Ipv6Addr::LOCALHOST, port)).unwrap();
    stream
        .write_all(request("GET", "/certs", &[], "").as_bytes())
        .unwrap();
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).unwrap();
    assert_eq!(Answer::parse(&bytes).unwrap().status, 200);
}

#[test]
fn one_connection_serves_many_requests() {
    let emulator = Emulator::start();
    let mut stream = connect(emulator.base_url());
    for _ in 0..100 {
        stream
            .write_all(b"GET /certs HTTP/1.1\r\nHost: x\r\n\r\n")
            .unwrap();
        let mut answer = String::new();
        let mut buffer = [0; 1024];
        while !answer.ends_with("-----END PUBLIC KEY-----\n") {
            let n = stream.read(&mut buffer).unwrap();
            assert!(n > 0, "closed after {answer:?}");
            answer += std::str::from_utf8(&buffer[..n]).unwrap();
        }
    }
    assert_eq!(emulator.request_count(), 100);
}

#[test]
fn a_body_of_more_than_1_mib_is_refused() {
    let emulator = Emulator::start();
    let body = "x".repeat(1024 * 1024 + 1);
    // One byte too many. It is the last byte read: unread bytes would reset the connection.
    let answer = send(emulator.base_url(), "POST", "/tx", &[], &body).expect("an answer");
    assert_eq!(answer.refusal(), "413 bad_request");
    assert_eq!(get(emulator.base_url(), "/certs").status, 200);
}

#[test]
fn emulators_share_nothing() {
    let (one, other) = (Emulator::start(), Emulator::start());
    assert_ne!(one.client_id(), other.client_id());
    assert_ne!(one.private_key(), other.private_key());
    assert_ne!(one.public_key(), other.public_key());
    get(one.base_url(), "/certs");
    eventually("the request is counted", || one.request_count() == 1);
    assert_eq!(other.request_count(), 0);
}
