//! What a client with `verified_tokens` keeps of a token: a hash, until it is freed.

use std::hint::black_box;
use std::ptr;

use aws_lc_rs::digest::{SHA256, digest};
use loginid::ffi::lid_verify_token;
use serde_json::{Value, json};

use super::give::terminated;
use super::search::{MASK, Masked, search};
use crate::capi::{Client, Outcome};
use crate::part;
use crate::signer::{Signer, login_claims};

#[test]
fn of_a_verified_token_only_a_hash_is_kept_and_it_is_wiped_with_the_client() {
    let service = Signer::new("k");
    let token = service.token(&login_claims("app-1"));
    let entry = digest(
        &SHA256,
        &[service.spki().as_slice(), &[0], token.as_bytes()].concat(),
    );
    let config = json!({
        "client_id": "app-1", "fetch_keys": false, "verified_tokens": 100,
        "public_keys": {"k": service.pem()},
    });
    let masked = |bytes: &[u8]| json!(Masked::new(bytes.iter().copied()).0);
    part::run(
        "memory::remembered::process_that_remembers",
        &json!({"config": config, "token": masked(token.as_bytes()), "entry": masked(entry.as_ref())}),
    );
}

#[test]
#[ignore = "a part of the test above: the process that is searched"]
fn process_that_remembers() {
    let input = part::input();
    let masked = |value: &Value| -> Vec<u8> { serde_json::from_value(value.clone()).unwrap() };
    let (token, entry) = (masked(&input["token"]), masked(&input["entry"]));
    // The signature, and the claims from their middle on.
    let parts: Vec<_> = token.split(|byte| *byte == b'.' ^ MASK).collect();
    let claims = parts[1][parts[1].len() / 2..].to_vec();
    let secrets = [
        ("signature", Masked(parts[2][..60].to_vec())),
        ("claims", Masked(claims[..60].to_vec())),
        ("entry", Masked(entry.clone())),
        ("half of an entry", Masked(entry[16..].to_vec())),
    ];
    let found = || {
        overwrite_stack();
        let found = search(&secrets);
        let names = found.iter().map(|found| found.split(" at ").next());
        names.flatten().map(str::to_owned).collect::<Vec<_>>()
    };
    let client = Client::new(&input["config"]);
    assert_eq!(found(), [""; 0], "before the token is verified");
    for _ in 0..3 {
        let text = Masked(token.clone()).reveal();
        let text = terminated(&text);
        let token = text.as_ptr().cast();
        // SAFETY: the header's contract, with living arguments.
        Outcome::of(|out| unsafe { lid_verify_token(client.raw(), token, ptr::null(), out) }).ok();
    }
    assert_eq!(found(), ["entry", "half of an entry"], "remembered");
    drop(client);
    assert_eq!(found(), [""; 0], "after lid_free");
}

/// What finished calls left there is not kept: the next calls overwrite it.
#[inline(never)]
fn overwrite_stack() {
    black_box([0_u8; 512 * 1024]);
}
