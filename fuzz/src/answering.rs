//! A server that answers every request with the same bytes.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use crate::capi::Outcome;
use crate::sound;

static ANSWER: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static BASE_URL: LazyLock<String> = LazyLock::new(serve);
/// Long after the configured deadline, for a busy machine.
const TIME_LIMIT: Duration = Duration::from_secs(10);

fn serve() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { continue };
            // The request fits into one segment on the loopback.
            let _ = stream.read(&mut [0; 8192]);
            let answer = ANSWER.lock().expect("no panic holds it").clone();
            let _ = stream.write_all(&answer);
            let _ = stream.shutdown(Shutdown::Both);
        }
    });
    format!("http://{address}")
}

/// Answers with these bytes from now on.
pub fn answer_with(data: &[u8]) {
    *ANSWER.lock().expect("no panic holds it") = data.to_vec();
}

pub fn base_url() -> &'static str {
    &BASE_URL
}

/// The outcome of a call, which must end soon after its deadline.
pub fn in_time(call: impl FnOnce() -> Outcome) -> Outcome {
    let started = Instant::now();
    let outcome = sound(call());
    assert!(
        started.elapsed() < TIME_LIMIT,
        "the deadline passed unnoticed"
    );
    outcome
}
