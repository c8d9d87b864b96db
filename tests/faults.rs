//! Row "Faults in the machine" of the trust tests: each system call of each API
//! call fails in turn. The library makes some of them without the C library, so
//! strace makes them fail; the resolver and threads have a shim.

#[path = "support/capi.rs"]
mod capi;
mod common;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use capi::{Client, config};
use common::compiler::{cc, compile, link_library_into, run};
use loginid_emulator::Emulator;
use serde_json::json;
use tempfile::TempDir;

/// Far more than a run takes: it only has to end what hangs.
const HANG: Duration = Duration::from_secs(120);
/// More calls of one kind than a run makes.
const MOST: usize = 60;

/// System calls, and the errors that they may give.
const SYSTEM_CALLS: [(&str, &[&str]); 14] = [
    ("socket", &["EMFILE", "ENOBUFS", "EACCES"]),
    (
        "connect",
        &["ECONNREFUSED", "ENETUNREACH", "ETIMEDOUT", "EINTR"],
    ),
    ("setsockopt", &["EINVAL", "ENOBUFS"]),
    ("getsockopt", &["EINVAL", "ENOBUFS"]),
    ("ppoll", &["EINTR", "ENOMEM", "EINVAL"]),
    ("poll", &["EINTR", "ENOMEM", "EINVAL"]),
    ("sendto", &["EPIPE", "ECONNRESET", "EAGAIN", "EINTR"]),
    ("recvfrom", &["ECONNRESET", "EAGAIN", "EINTR", "ENOMEM"]),
    ("openat", &["ENOENT", "EMFILE", "EACCES"]),
    ("statx", &["ENOENT", "EACCES", "ENOSYS"]),
    ("read", &["EIO", "EINTR", "EISDIR"]),
    ("getrandom", &["EINTR", "EAGAIN"]),
    ("pipe2", &["EMFILE", "ENFILE"]),
    ("clone3", &["EAGAIN", "ENOMEM"]),
];

struct Setting {
    emulator: Emulator,
    folder: TempDir,
    program: PathBuf,
    token: String,
}

impl Setting {
    fn new() -> Setting {
        let emulator = Emulator::start();
        let client = Client::new(&config(&emulator, json!({})));
        client.add_user("ann").ok();
        let folder = TempDir::new().expect("a folder");
        link_library_into(folder.path());
        let source = common::root().join("tests/faults/calls.c");
        let program = compile(folder.path(), "calls", &[source]);
        fs::write(folder.path().join("key.pem"), emulator.private_key()).expect("a file");
        let login = emulator.login("ann").expect("a user");
        let token = login["jwt"].as_str().expect("a token").to_owned();
        Setting {
            emulator,
            folder,
            program,
            token,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, waiting for its line; its host is an address or a name.
    fn start(&self, host: &str, environment: &[(&str, &str)], argument: &str) -> Child {
        let base_url = self.emulator.base_url().replace("127.0.0.1", host);
        let config = json!({
            "client_id": self.emulator.client_id(),
            "private_key_file": self.path("key.pem"),
            "base_url": base_url,
            "request_timeout_ms": 3_000,
            "max_retries": 0,
        });
        Command::new(&self.program)
            .arg(argument)
            .env("FAULT_CONFIG", config.to_string())
            .env("FAULT_TOKEN", &self.token)
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program")
    }
}

/// Gives the program its line, and takes what it prints. It must end well.
#[track_caller]
fn finish(mut program: Child, what: &str) -> Output {
    let mut line = program.stdin.take().expect("piped");
    line.write_all(b"\n").expect("a reader");
    let give_up = Instant::now() + HANG;
    while program.try_wait().expect("a status").is_none() {
        if Instant::now() > give_up {
            program.kill().expect("a process of ours");
            panic!("{what}: the program hangs");
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    let output = program.wait_with_output().expect("its output");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.ends_with("done\n"),
        "{what}: {}\n{text}{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

/// Attaches strace to a process; gives it when it is there.
fn strace(process: u32, arguments: &[String], log: &Path) -> Child {
    let mut strace = Command::new("strace")
        .args(["-f", "-p", &process.to_string(), "-o"])
        .arg(log)
        .args(arguments)
        .stderr(Stdio::piped())
        .spawn()
        .expect("strace is installed");
    let mut lines = BufReader::new(strace.stderr.take().expect("piped")).lines();
    let first = lines.next().expect("a line").expect("UTF-8");
    assert!(first.contains("attached"), "{first}");
    // It goes on writing there.
    std::thread::spawn(move || lines.for_each(drop));
    strace
}

#[test]
fn every_system_call_may_fail() {
    let setting = Setting::new();
    let log = setting.path("strace");
    let mut failed = Vec::new();
    for (call, errors) in SYSTEM_CALLS {
        // A name is resolved in a thread of its own, which counts for itself.
        for (host, argument) in [("127.0.0.1", "once"), ("localhost", "each-thread")] {
            let mut faults = 0;
            // The program's own line is the first that is read.
            let first = if call == "read" { 2 } else { 1 };
            for error in errors {
                for at in first..=MOST {
                    let what = format!("{host}: {call} number {at} fails with {error}");
                    let program = setting.start(host, &[], argument);
                    let inject = format!("inject={call}:error={error}:when={at}");
                    let arguments = ["-e".to_owned(), inject];
                    let mut tracer = strace(program.id(), &arguments, &log);
                    finish(program, &what);
                    tracer.wait().expect("its end");
                    let trace = fs::read_to_string(&log).expect("a trace");
                    if !trace.contains("(INJECTED)") {
                        break;
                    }
                    faults += 1;
                    assert!(at < MOST, "{what}: there is no end of them");
                }
            }
            failed.push(format!("{host} {call}: {faults}"));
        }
    }
    println!("{failed:?}");
    let none = failed
        .iter()
        .filter(|line| line.starts_with("127") && line.ends_with(": 0"));
    // A call over http to an address makes no thread and no pipe, and waits
    // with one kind of poll.
    assert!(none.count() <= 4, "{failed:?}");
}

/// As in a sandbox, where it is refused for good: aws-lc would abort.
#[test]
fn a_system_that_refuses_randomness_is_an_error_of_each_call_that_needs_some() {
    let setting = Setting::new();
    // An old kernel has no such call, and /dev/urandom is read instead.
    for (error, expected) in [("EPERM", 5), ("ENOSYS", 0)] {
        let program = setting.start("127.0.0.1", &[], "always");
        let inject = format!("inject=getrandom:error={error}");
        let log = setting.path("strace");
        let mut tracer = strace(program.id(), &["-e".to_owned(), inject], &log);
        let output = finish(program, error);
        tracer.wait().expect("its end");
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let refused = text.matches("the system gives no randomness").count();
        assert_eq!(refused, expected, "{error}: {text}");
        assert_eq!(text.lines().count(), expected + 1, "{error}: {text}");
    }
}

fn shim(folder: &Path) -> PathBuf {
    let shim = folder.join("shim.so");
    run(cc()
        .args(["-std=c11", "-shared", "-fPIC"])
        .arg(common::root().join("tests/faults/shim.c"))
        .arg("-o")
        .arg(&shim)
        .args(["-ldl", "-pthread"]));
    shim
}

#[test]
fn the_resolver_and_threads_may_fail() {
    let setting = Setting::new();
    let shim = shim(setting.folder.path());
    let shim = shim.to_str().expect("UTF-8");
    let system = libc::EAI_SYSTEM.to_string();
    let (again, name) = (libc::EAI_AGAIN.to_string(), libc::EAI_NONAME.to_string());
    let (fail, memory) = (libc::EAI_FAIL.to_string(), libc::EAI_MEMORY.to_string());
    let no_thread = libc::EAGAIN.to_string();
    for (function, value, at, code) in [
        ("getaddrinfo", again.as_str(), "1", "dns_failed"),
        ("getaddrinfo", &name, "1", "dns_failed"),
        ("getaddrinfo", &fail, "1", "dns_failed"),
        ("getaddrinfo", &memory, "1", "dns_failed"),
        ("getaddrinfo", &system, "1", "dns_failed"),
        ("getaddrinfo", "hang", "1", "connect_timeout"),
        ("getaddrinfo", "late", "1", "connect_timeout"),
        ("pthread_create", &no_thread, "1", "connect_failed"),
    ] {
        let what = format!("{function} gives {value}");
        let environment = [
            ("LD_PRELOAD", shim),
            ("FAULT_CALL", function),
            ("FAULT_VALUE", value),
            ("FAULT_AT", at),
        ];
        let output = finish(setting.start("localhost", &environment, "once"), &what);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains(code), "{what}: {text}");
    }
}
