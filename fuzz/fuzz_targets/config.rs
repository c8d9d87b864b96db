//! Any bytes as a configuration.
#![no_main]

use libfuzzer_sys::{Corpus, fuzz_target};
use loginid_fuzz::capi::Client;
use loginid_fuzz::sound;

fuzz_target!(|data: &[u8]| -> Corpus {
    // A fuzzer with file names would read anything on this machine, also endless
    // devices.
    if data.windows(5).any(|window| window == b"_file") {
        return Corpus::Reject;
    }
    match Client::with_config(data) {
        Ok(client) => drop(sound(client.service_token("users.retrieve"))),
        Err(refusal) => drop(sound(refusal)),
    }
    Corpus::Keep
});
