//! Any text as the public key of `/certs`. It is passed in the configuration, which
//! uses the same code and needs no socket.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loginid_fuzz::capi::Client;
use loginid_fuzz::{CLIENT_ID, sound};
use serde_json::json;

fuzz_target!(|text: &str| {
    let config = json!({"client_id": CLIENT_ID, "base_url": "http://127.0.0.1:1",
        "public_keys": {"k": text}});
    if let Err(refusal) = Client::with_config(config.to_string()) {
        sound(refusal);
    }
});
