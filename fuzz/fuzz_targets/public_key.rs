//! Any text as the public key that `/certs` answers: read by the same code when
//! it is configured, which needs no socket.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loginid_fuzz::ffi::Lid;
use loginid_fuzz::{offline, sound};

fuzz_target!(|text: &str| {
    let mut config = offline();
    config["public_keys"] = serde_json::json!({"k": text});
    if let Err(refusal) = Lid::with_config(config.to_string()) {
        sound(refusal);
    }
});
