//! Any bytes as the service's whole HTTP answer: to a call, and to the request
//! for a key. The deadline must hold for every answer.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use loginid_fuzz::answering::{answer_with, base_url, in_time};
use loginid_fuzz::capi::Client;
use loginid_fuzz::service::login_claims;
use loginid_fuzz::{CLIENT_ID, offline, signer};
use serde_json::json;

static TOKEN: LazyLock<String> = LazyLock::new(|| signer().token(&login_claims(CLIENT_ID)));

fuzz_target!(|data: &[u8]| {
    answer_with(data);
    let mut config = offline();
    config["base_url"] = json!(base_url());
    config["request_timeout_ms"] = json!(1000);
    config["public_keys"] = json!({});
    let client = Client::new(&config);
    in_time(|| client.get_user("alice"));
    in_time(|| client.verify_token(&*TOKEN));
    in_time(|| client.wait_code("someone", "123456", 1000));
});
