//! Any header and claims, separated by the first newline, with a good signature: it
//! reaches code that the token target cannot reach. Verified by a client of either service.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use loginid_fuzz::capi::{Client, Outcome, V2Client, lid_status};
use loginid_fuzz::service::Signer;
use loginid_fuzz::{V2_BASE_URL, client, names_us, signer, sound, v2_client};
use serde_json::Value;

static CLIENT: LazyLock<Client> = LazyLock::new(client);
static V2: LazyLock<V2Client> = LazyLock::new(v2_client);
static SIGNER: LazyLock<Signer> = LazyLock::new(signer);

/// The claims, if the token is accepted.
fn accepted(outcome: Outcome) -> Option<Value> {
    if sound(outcome.clone()).status != lid_status::LID_OK {
        return None;
    }
    let answer = outcome.json();
    assert_eq!(answer["header"]["alg"], "ES256");
    let claims = &answer["claims"];
    assert!(names_us(claims), "accepted for another application");
    Some(claims.clone())
}

fuzz_target!(|data: &[u8]| {
    let mut parts = data.splitn(2, |byte| *byte == b'\n');
    let header = parts.next().unwrap_or_default();
    let claims = parts.next().unwrap_or_default();
    let token = SIGNER.sign_text(header, claims);
    let login = accepted(CLIENT.verify_token(&token));
    let transaction = accepted(CLIENT.verify_transaction(&token, "pay", Some("n1")));
    assert!(login.is_none() || transaction.is_none(), "{transaction:?}");
    let login = accepted(V2.verify_token(&token, None));
    let transaction = accepted(V2.verify_transaction(&token, "pay", "n1"));
    assert!(login.is_none() || transaction.is_none(), "{transaction:?}");
    if let Some(login) = &login {
        assert_eq!(login["tokenType"], "jwtAccess");
        assert!(login["exp"].is_number());
    }
    for claims in login.iter().chain(&transaction) {
        assert_eq!(claims["iss"], V2_BASE_URL);
    }
});
