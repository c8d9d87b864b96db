//! Any bytes as a token. Without the key nothing can be signed, so an accepted token
//! must be one of the good tokens of the corpus, bit for bit.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use loginid_fuzz::capi::{Client, lid_status};
use loginid_fuzz::{client, sound};

const GOOD: [&str; 2] = [
    include_str!("../corpus/token/login"),
    include_str!("../corpus/token/transaction"),
];

static CLIENT: LazyLock<Client> = LazyLock::new(client);

fuzz_target!(|data: &[u8]| {
    for outcome in [
        CLIENT.verify_token(data),
        CLIENT.verify_transaction(data, "pay", Some("n1")),
    ] {
        if sound(outcome).status == lid_status::LID_OK {
            let text = data.split(|byte| *byte == 0).next().unwrap_or_default();
            assert!(
                GOOD.iter().any(|good| good.as_bytes() == text),
                "a forged token was accepted"
            );
        }
    }
});
