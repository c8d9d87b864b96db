//! Any text as a key set of the current service. It is passed in the configuration, which
//! uses the same code and needs no socket. A set that verifies the signer's token must have
//! the signer's key.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::{Corpus, fuzz_target};
use loginid_fuzz::capi::{V2Client, lid_status};
use loginid_fuzz::service::v2_login_claims;
use loginid_fuzz::{CLIENT_ID, V2_BASE_URL, signer, sound};
use serde_json::{Value, json};

static KEY: LazyLock<Value> = LazyLock::new(|| signer().jwk());
/// With the signer's key id, and without one.
static TOKENS: LazyLock<[String; 2]> = LazyLock::new(|| {
    let signer = signer();
    let claims = v2_login_claims(V2_BASE_URL, CLIENT_ID);
    let nameless = signer.sign(&json!({"alg": "ES256"}), &claims);
    [signer.token(&claims), nameless]
});

fuzz_target!(|text: &str| -> Corpus {
    // As in the target for configurations: no file may be named.
    if text.contains("_file") {
        return Corpus::Reject;
    }
    let config = format!(
        r#"{{"base_url":"{V2_BASE_URL}","application_id":"{CLIENT_ID}","fetch_keys":false,
            "jwks":{text}}}"#
    );
    let client = match V2Client::with_config(&config) {
        Ok(client) => client,
        Err(refusal) => {
            sound(refusal);
            return Corpus::Keep;
        }
    };
    for token in &*TOKENS {
        if sound(client.verify_token(token, None)).status != lid_status::LID_OK {
            continue;
        }
        let config: Value = serde_json::from_str(&config).expect("it was read as JSON");
        let keys = config["jwks"]["keys"].as_array().expect("a set has keys");
        let is_signers = |key: &&Value| {
            ["kty", "crv", "x", "y"]
                .iter()
                .all(|name| key[name] == KEY[name])
        };
        let key = keys
            .iter()
            .find(is_signers)
            .expect("another key verified the token");
        assert!(
            key.get("d").is_none() || keys.len() > 1,
            "a private key verified the token"
        );
    }
    Corpus::Keep
});
