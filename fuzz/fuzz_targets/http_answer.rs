//! Any bytes as the service's whole HTTP answer: to a call, and to the request
//! for a key. The deadline must hold for every answer.
#![no_main]

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener};
use std::sync::{LazyLock, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use libfuzzer_sys::fuzz_target;
use loginid_fuzz::capi::Client;
use loginid_fuzz::service::login_claims;
use loginid_fuzz::{CLIENT_ID, offline, signer, sound};
use serde_json::json;

static ANSWER: Mutex<Vec<u8>> = Mutex::new(Vec::new());
static TOKEN: LazyLock<String> = LazyLock::new(|| signer().token(&login_claims(CLIENT_ID)));
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

fuzz_target!(|data: &[u8]| {
    *ANSWER.lock().expect("no panic holds it") = data.to_vec();
    let mut config = offline();
    config["base_url"] = json!(*BASE_URL);
    config["request_timeout_ms"] = json!(1000);
    config["public_keys"] = json!({});
    let client = Client::new(&config);
    for call in [
        &|| client.get_user("alice") as _,
        &|| client.verify_token(&*TOKEN) as _,
        &|| client.wait_code("someone", "123456", 1000) as _,
    ] as [&dyn Fn() -> loginid_fuzz::capi::Outcome; 3]
    {
        let started = Instant::now();
        sound(call());
        assert!(
            started.elapsed() < TIME_LIMIT,
            "the deadline passed unnoticed"
        );
    }
});
