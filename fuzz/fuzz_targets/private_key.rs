//! Any bytes as a PEM private key. A loaded key must sign what its public key verifies;
//! a refusal must not repeat the key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use loginid_fuzz::capi::Client;
use loginid_fuzz::sound;

fuzz_target!(|data: &[u8]| {
    match Client::with_key("fuzz-client", data) {
        Ok(client) => {
            let token = sound(client.service_token("users.retrieve"));
            token.ok();
        }
        Err(refusal) => {
            let refusal = sound(refusal);
            // Long runs of base64 in a message could only be key material.
            let longest = refusal
                .text
                .split(|character: char| {
                    !character.is_ascii_alphanumeric() && !"+/".contains(character)
                })
                .map(str::len)
                .max();
            assert!(longest < Some(40), "{refusal:?}");
        }
    }
});
