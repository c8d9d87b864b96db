//! Row "Faults in the machine" of the trust tests: each system call of each API call
//! fails in turn. The library makes some of them without the C library, so strace
//! injects the failures; a shim does it for the resolver and threads.

#[path = "support/capi.rs"]
mod capi;
mod common;
#[allow(dead_code, reason = "it asks for a yes or no only")]
#[path = "support/torture.rs"]
mod torture;

use std::collections::HashSet;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use capi::{Client, config};
use common::compiler::{cc, compile, link_library_into, run};
use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::json;
use tempfile::TempDir;

/// Far longer than a run takes: it only ends runs that hang.
const HANG: Duration = Duration::from_secs(120);
/// More calls of one kind than a run makes.
const MOST: usize = 120;
const REQUEST_TIMEOUT_MS: u32 = 3_000;
/// A call's deadline plus a tenth, and extra time for strace and a busy machine.
const LIMIT_MS: u32 = REQUEST_TIMEOUT_MS + REQUEST_TIMEOUT_MS / 10 + 2_000;

const NETWORK: &str = "LID_ERROR_NETWORK LID_ERROR_TIMEOUT";
const FILES: &str = "LID_ERROR_CONFIG LID_ERROR_PRIVATE_KEY LID_ERROR_NETWORK LID_ERROR_TIMEOUT";
const ENTROPY: &str = "LID_ERROR_INTERNAL";

/// System calls, their possible errors, and the matching statuses.
const SYSTEM_CALLS: [(&str, &[&str], &str); 14] = [
    ("socket", &["EMFILE", "ENOBUFS", "EACCES"], NETWORK),
    (
        "connect",
        &["ECONNREFUSED", "ENETUNREACH", "ETIMEDOUT", "EINTR"],
        NETWORK,
    ),
    ("setsockopt", &["EINVAL", "ENOBUFS"], NETWORK),
    ("getsockopt", &["EINVAL", "ENOBUFS"], NETWORK),
    ("ppoll", &["EINTR", "ENOMEM", "EINVAL"], NETWORK),
    ("poll", &["EINTR", "ENOMEM", "EINVAL"], NETWORK),
    (
        "sendto",
        &["EPIPE", "ECONNRESET", "EAGAIN", "EINTR"],
        NETWORK,
    ),
    (
        "recvfrom",
        &["ECONNRESET", "EAGAIN", "EINTR", "ENOMEM"],
        NETWORK,
    ),
    ("openat", &["ENOENT", "EMFILE", "EACCES"], FILES),
    ("statx", &["ENOENT", "EACCES", "ENOSYS"], FILES),
    ("read", &["EIO", "EINTR", "EISDIR"], FILES),
    ("getrandom", &["EINTR", "EAGAIN"], ENTROPY),
    // A wait whose cancel gets no descriptor polls instead.
    ("eventfd2", &["EMFILE", "ENOMEM"], NETWORK),
    ("clone3", &["EAGAIN", "ENOMEM"], NETWORK),
];

/// A service: its calls in tests/faults/calls.c.
#[derive(Clone, Copy)]
struct Service {
    name: &'static str,
    /// Calls that must reach the service at most once, and how many of them there are.
    not_repeatable: [&'static str; 2],
    times: usize,
    /// One that may be repeated.
    repeatable: (&'static str, &'static str),
}

const V1: Service = Service {
    name: "v1",
    not_repeatable: ["/codes/short/generate", "/authenticate/code/wait"],
    times: 3,
    repeatable: ("POST", "/manage/users/retrieve"),
};

const V2: Service = Service {
    name: "v2",
    not_repeatable: ["/fido2/v2/auth/otp", "/fido2/v2/mgmt/grant/external-auth"],
    times: 2,
    repeatable: ("GET", "/fido2/v2/passkeys"),
};

/// The setting of a run.
struct Setting {
    service: Service,
    emulator: Emulator,
    folder: TempDir,
    program: PathBuf,
    token: String,
    host: &'static str,
    /// The shim for the resolver and threads, which also resolves the host's name.
    shim: Option<PathBuf>,
    max_retries: u32,
}

impl Setting {
    fn http() -> Setting {
        Setting::new(V1, Emulator::start())
    }

    /// The emulator's host name is known only to the shim.
    fn with_name() -> Setting {
        let mut setting = Setting::http();
        setting.host = "service.test";
        setting.shim = Some(shim(setting.folder.path()));
        setting
    }

    fn https() -> Setting {
        Setting::new(V1, Emulator::builder().tls().start())
    }

    fn new(service: Service, emulator: Emulator) -> Setting {
        let client = Client::new(&config(&emulator, json!({})));
        client.add_user("ann").ok();
        let folder = TempDir::new().expect("a folder");
        link_library_into(folder.path());
        let source = common::root().join("tests/faults/calls.c");
        let program = compile(folder.path(), "calls", &[source]);
        fs::write(folder.path().join("key.pem"), emulator.private_key()).expect("a file");
        fs::write(folder.path().join("api-key"), emulator.v2().api_key()).expect("a file");
        if let Some(ca) = emulator.ca_pem() {
            fs::write(folder.path().join("ca.pem"), ca).expect("a file");
            fs::create_dir(folder.path().join("roots")).expect("a folder");
        }
        let token = match service.name {
            "v1" => emulator.login("ann").expect("a user")["jwt"].clone(),
            _ => emulator.v2().login("ann").expect("a login")["jwtAccess"].clone(),
        };
        let token = token.as_str().expect("a token").to_owned();
        Setting {
            service,
            emulator,
            folder,
            program,
            token,
            host: "127.0.0.1",
            shim: None,
            max_retries: 0,
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The program, waiting for its line.
    fn start(&self, statuses: &str, environment: &[(&str, &str)], argument: &str) -> Child {
        let base_url = self.emulator.base_url().replace("127.0.0.1", self.host);
        let mut config = match self.service.name {
            "v1" => json!({
                "client_id": self.emulator.client_id(),
                "private_key_file": self.path("key.pem"),
            }),
            _ => json!({
                "application_id": self.emulator.v2().application_id(),
                "api_key_file": self.path("api-key"),
                "issuer": self.emulator.v2().base_url(),
            }),
        };
        config["base_url"] = base_url.into();
        config["allow_http"] = true.into();
        config["request_timeout_ms"] = REQUEST_TIMEOUT_MS.into();
        config["max_retries"] = self.max_retries.into();
        let mut program = Command::new(&self.program);
        if self.emulator.ca_pem().is_some() {
            config["ca_file"] = self.path("ca.pem").to_str().expect("UTF-8").into();
            // The system's own roots are hundreds of files on some systems.
            program.env("SSL_CERT_FILE", self.path("ca.pem"));
            program.env("SSL_CERT_DIR", self.path("roots"));
        }
        if let Some(shim) = &self.shim {
            program.env("LD_PRELOAD", shim);
        }
        program
            .args([argument, self.service.name])
            .env("FAULT_CONFIG", config.to_string())
            .env("FAULT_TOKEN", &self.token)
            .env("FAULT_STATUSES", statuses)
            .env("FAULT_LIMIT_MS", LIMIT_MS.to_string())
            .envs(environment.iter().copied())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program")
    }

    /// Runs the program with faults injected by strace. Returns its output, and whether
    /// there was a fault.
    fn run_with(&self, statuses: &str, inject: String, argument: &str) -> (String, bool) {
        let log = self.path("strace");
        let program = self.start(statuses, &[], argument);
        let mut tracer = strace(program.id(), &["-e".to_owned(), inject.clone()], &log);
        let output = finish(program, &inject);
        let traced = tracer.wait().expect("its end");
        assert!(traced.success(), "strace: {traced}");
        let trace = fs::read_to_string(&log).expect("a trace");
        let printed = String::from_utf8_lossy(&output.stdout).into_owned();
        (printed, trace.contains("(INJECTED)"))
    }

    /// Requests are compared by their Request-ID, which retries share.
    fn nothing_was_sent_twice(&self, what: &str) -> usize {
        let mut seen = HashSet::new();
        for request in self.emulator.requests() {
            let not_repeatable = &self.service.not_repeatable;
            if not_repeatable.contains(&request.path.as_str()) {
                let id = request.header("request-id").expect("an id").to_owned();
                assert!(seen.insert(id), "{what}: {} was sent twice", request.path);
            }
        }
        seen.len()
    }

    /// Makes each system call fail, one at a time, until there are no more of its
    /// kind; `none` are the kinds of which there is none. By default each meets one
    /// of its errors, in turn, but for EINTR, which has tests of its own with real
    /// signals (tests/http/signals.rs); all of them under `make torture`.
    fn each_system_call_fails(&self, further: &str, argument: &str, none: &[&str]) {
        let all = torture::torture();
        let mut figures = Vec::new();
        for (call, errors, statuses) in SYSTEM_CALLS {
            let statuses = format!("{statuses} {further}");
            // The first line that is read is the program's.
            let first = if call == "read" { 2 } else { 1 };
            let serious: Vec<&str> = errors.iter().copied().filter(|e| *e != "EINTR").collect();
            let mut faults = 0;
            'positions: for at in first..=MOST {
                assert!(at < MOST, "{call}: there is no end of them");
                let turn = [serious[at % serious.len()]];
                for error in if all { errors } else { &turn } {
                    if self.max_retries > 0 {
                        self.emulator.clear_faults();
                        let (method, path) = self.service.repeatable;
                        self.emulator.inject(once_unavailable().on(method, path));
                    }
                    self.emulator.clear_requests();
                    let inject = format!("inject={call}:error={error}:when={at}");
                    let (_, injected) = self.run_with(&statuses, inject.clone(), argument);
                    let sent = self.nothing_was_sent_twice(&inject);
                    let times = self.service.times;
                    assert!(sent >= times || argument != "once", "{inject}: {sent}");
                    if !injected {
                        break 'positions;
                    }
                    faults += 1;
                }
            }
            assert_eq!(faults == 0, none.contains(&call), "{call}: {faults}");
            figures.push(format!("{call} {faults}"));
        }
        println!("{}: {figures:?}", self.emulator.base_url());
    }
}

/// Makes a call sleep before it is retried.
fn once_unavailable() -> Fault {
    let kind = FaultKind::Status {
        code: 503,
        body: String::new(),
        content_type: None,
        headers: Vec::new(),
        carried_out: false,
    };
    Fault::new(kind).times(1)
}

/// Sends the program its line, and returns its output. It must succeed.
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

/// Attaches strace to a process; returns when it is attached.
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

/// System calls that no call over http to an address makes: it starts no resolver
/// thread, and reads no roots.
const NOT_OVER_HTTP: [&str; 3] = ["poll", "clone3", "statx"];
/// The same without a call that can be cancelled.
const V2_NOT_OVER_HTTP: [&str; 4] = ["poll", "clone3", "statx", "eventfd2"];

#[test]
fn every_system_call_may_fail_over_http() {
    Setting::http().each_system_call_fails("", "once", &NOT_OVER_HTTP);
}

/// A name is resolved in another thread, whose system calls are counted separately.
#[test]
fn every_system_call_may_fail_with_a_name_to_resolve() {
    let setting = Setting::with_name();
    setting.each_system_call_fails("", "each-thread", &["poll", "statx"]);
}

/// The CA is read from its file, and TLS draws random bytes.
#[test]
fn every_system_call_may_fail_over_https() {
    Setting::https().each_system_call_fails("", "once", &["poll", "clone3"]);
}

/// A call that was answered 503 first; if the wait before the next attempt fails,
/// that answer is the error.
#[test]
fn every_system_call_may_fail_during_retries() {
    let mut setting = Setting::http();
    setting.max_retries = 2;
    setting.each_system_call_fails("LID_ERROR_API", "once", &NOT_OVER_HTTP);
}

#[test]
fn every_system_call_of_a_v2_client_may_fail_over_http() {
    let setting = Setting::new(V2, Emulator::start());
    setting.each_system_call_fails("", "once", &V2_NOT_OVER_HTTP);
}

#[test]
fn every_system_call_of_a_v2_client_may_fail_over_https() {
    let setting = Setting::new(V2, Emulator::builder().tls().start());
    setting.each_system_call_fails("", "once", &["poll", "clone3", "eventfd2"]);
}

#[test]
fn every_system_call_of_a_v2_client_may_fail_during_retries() {
    let mut setting = Setting::new(V2, Emulator::start());
    setting.max_retries = 2;
    setting.each_system_call_fails("LID_ERROR_API", "once", &V2_NOT_OVER_HTTP);
}

/// As in a sandbox that always refuses it: aws-lc would abort.
#[test]
fn a_system_that_refuses_randomness_is_an_error_of_each_call_that_needs_some() {
    let v2 = |builder: loginid_emulator::Builder| Setting::new(V2, builder.start());
    for (setting, calls) in [
        (Setting::http(), 7),
        (Setting::https(), 7),
        (v2(Emulator::builder()), 6),
        (v2(Emulator::builder().tls()), 6),
    ] {
        // An old kernel has no such call, and /dev/urandom is read instead.
        for (error, expected) in [("EPERM", calls), ("ENOSYS", 0)] {
            let inject = format!("inject=getrandom:error={error}");
            let (text, _) = setting.run_with(ENTROPY, inject, "always");
            let refused = text
                .matches("the system provides no random numbers")
                .count();
            assert_eq!(refused, expected, "{error}: {text}");
            assert_eq!(text.lines().count(), expected + 1, "{error}: {text}");
        }
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
    let setting = Setting::with_name();
    let system = libc::EAI_SYSTEM.to_string();
    let (again, name) = (libc::EAI_AGAIN.to_string(), libc::EAI_NONAME.to_string());
    let (fail, memory) = (libc::EAI_FAIL.to_string(), libc::EAI_MEMORY.to_string());
    let no_thread = libc::EAGAIN.to_string();
    // The call that started the lookup has ended; another one receives the answer.
    let late_ms = (REQUEST_TIMEOUT_MS + 500).to_string();
    for (function, value, at, code) in [
        ("getaddrinfo", again.as_str(), "1", "dns_failed"),
        ("getaddrinfo", &name, "1", "dns_failed"),
        ("getaddrinfo", &fail, "1", "dns_failed"),
        ("getaddrinfo", &memory, "1", "dns_failed"),
        ("getaddrinfo", &system, "1", "dns_failed"),
        ("getaddrinfo", "late", "1", "connect_timeout"),
        ("pthread_create", &no_thread, "1", "connect_failed"),
    ] {
        let what = format!("{function} gives {value}");
        let environment = [
            ("FAULT_CALL", function),
            ("FAULT_VALUE", value),
            ("FAULT_AT", at),
            ("FAULT_LATE_MS", &late_ms),
        ];
        let output = finish(setting.start(NETWORK, &environment, "once"), &what);
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        assert!(text.contains(code), "{what}: {text}");
    }
}
