//! Any header and claims, separated by the first newline, with a good signature: it
//! reaches code that the token target cannot reach.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use loginid_fuzz::capi::{Client, lid_status};
use loginid_fuzz::service::Signer;
use loginid_fuzz::{CLIENT_ID, client, signer, sound};

static CLIENT: LazyLock<Client> = LazyLock::new(client);
static SIGNER: LazyLock<Signer> = LazyLock::new(signer);

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(2, |byte| *byte == b'\n');
    let header = parts.next().unwrap_or_default();
    let claims = parts.next().unwrap_or_default();
    let token = SIGNER.sign_text(header, claims);
    for outcome in [
        CLIENT.verify_token(&token),
        CLIENT.verify_transaction(&token, "pay", Some("n1")),
    ] {
        if sound(outcome.clone()).status == lid_status::LID_OK {
            let answer = outcome.json();
            assert_eq!(answer["header"]["alg"], "ES256");
            let aud = &answer["claims"]["aud"];
            let named = aud == CLIENT_ID
                || aud
                    .as_array()
                    .is_some_and(|all| all.iter().any(|one| one == CLIENT_ID));
            assert!(named, "accepted for another application");
        }
    }
});
