//! Runs the program, and the requests of tests that need no client.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;

/// The program with none of the variables that it reads.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_loginid"));
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy().into_owned();
        if ["LOGINID_", "SSL_CERT_", "REQUEST_METHOD"]
            .iter()
            .any(|start| name.starts_with(start))
            || name.to_lowercase().ends_with("_proxy")
        {
            command.env_remove(name);
        }
    }
    command
}

/// The emulator's program, which `make test` has built.
pub fn emulator_program() -> PathBuf {
    let program = PathBuf::from(env!("CARGO_BIN_EXE_loginid")).with_file_name("loginid-emulator");
    assert!(
        program.is_file(),
        "build the emulator first, with `cargo build --workspace` or `make test`"
    );
    program
}

/// Runs a command with this standard input.
pub fn with_input(command: &mut Command, input: &[u8]) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // It may end before it has read everything.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// The JSON document on standard output.
pub fn document(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

/// A connection to the host and port of a URL.
pub fn connect(base_url: &str) -> TcpStream {
    let address = base_url.split_once("://").expect("a URL").1;
    let stream = TcpStream::connect(address).expect("the emulator listens");
    let limit = Some(Duration::from_secs(30));
    stream.set_read_timeout(limit).unwrap();
    stream
}

/// The JSON that a GET answers.
pub fn get(base_url: &str, path: &str) -> Value {
    let mut stream = connect(base_url);
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200 "), "{answer}");
    serde_json::from_str(body).expect("JSON")
}
