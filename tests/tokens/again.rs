//! Tokens that are verified again by a client that remembers good signatures
//! (`verified_tokens`): all but the signature is checked again, with the same result as
//! without it. `src/token/verify/tests/again.rs` tests when a signature is verified.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::capi::Client;
use crate::forged::{AUDIENCE, EXPIRED, GOOD, KIND, SIGNATURE, TOO_OLD, USERNAME};
use crate::keys::until;
use crate::support::service::{Signer, encode, login_claims, now, with};
use crate::support::{CLIENT_ID, online, serve_key};
use crate::torture::times;

/// A client that knows the signer's key and remembers good signatures.
fn remembering(service: &Signer, further: Value) -> Client {
    let config = json!({
        "client_id": CLIENT_ID, "fetch_keys": false, "verified_tokens": 16,
        "public_keys": {service.kid: service.pem()},
    });
    Client::new(&with(&config, further))
}

/// The verdict of a token that was accepted several times before.
fn accepted_before(client: &Client, token: &str) {
    for _ in 0..3 {
        assert_eq!(client.verify_token(token).verdict(), GOOD);
    }
}

#[test]
fn an_expired_token_is_refused() {
    let service = Signer::new("k");
    let client = remembering(&service, json!({"leeway_s": 0}));
    let claims = with(&login_claims(CLIENT_ID), json!({"exp": now() + 3}));
    let token = service.token(&claims);
    accepted_before(&client, &token);
    until("it has expired", || {
        let outcome = client.verify_token(&token);
        assert!([GOOD, EXPIRED].contains(&outcome.verdict().as_str()));
        outcome.verdict() == EXPIRED
    });
    assert!(now() >= claims["exp"].as_u64().expect("a time"));
}

#[test]
fn a_token_that_became_too_old_is_refused() {
    let service = Signer::new("k");
    let client = remembering(&service, json!({"max_token_age_s": 3}));
    let token = service.token(&login_claims(CLIENT_ID));
    accepted_before(&client, &token);
    until("it is too old", || {
        client.verify_token(&token).verdict() == TOO_OLD
    });
}

#[test]
fn another_user_is_refused() {
    let service = Signer::new("k");
    let client = remembering(&service, json!({}));
    let token = service.token(&login_claims(CLIENT_ID));
    accepted_before(&client, &token);
    for _ in 0..3 {
        let other = client.verify_token_for(&token, Some("bob@example.com"));
        assert_eq!(other.verdict(), USERNAME);
        let own = client.verify_token_for(&token, Some("alice@example.com"));
        assert_eq!(own.verdict(), GOOD);
    }
}

#[test]
fn the_same_claims_for_another_application_are_refused() {
    let service = Signer::new("k");
    let client = remembering(&service, json!({}));
    accepted_before(&client, &service.token(&login_claims(CLIENT_ID)));
    let token = service.token(&login_claims("app-2"));
    for _ in 0..3 {
        assert_eq!(client.verify_token(&token).verdict(), AUDIENCE);
    }
    let other = remembering(&service, json!({"client_id": "app-2"}));
    accepted_before(&other, &token);
    assert_eq!(client.verify_token(&token).verdict(), AUDIENCE);
}

#[test]
fn a_transaction_is_no_login_and_confirms_only_its_payload() {
    let service = Signer::new("k");
    let client = remembering(&service, json!({}));
    let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"Pay 10n1s1");
    let confirmed = json!({"tx_hash": encode(hash), "nonce": "n1", "server_nonce": "s1"});
    let token = service.token(&with(&login_claims(CLIENT_ID), confirmed));
    let confirm = |payload: &str, nonce| client.verify_transaction(&token, payload, nonce);
    for _ in 0..3 {
        assert_eq!(confirm("Pay 10", Some("n1")).verdict(), GOOD);
        assert_eq!(client.verify_token(&token).verdict(), KIND);
        let other = confirm("Pay 1000", Some("n1"));
        assert_eq!(other.code(), "transaction_hash_mismatch");
        let other = confirm("Pay 10", Some("n2"));
        assert_eq!(other.code(), "nonce_mismatch");
    }
    let login = service.token(&login_claims(CLIENT_ID));
    accepted_before(&client, &login);
    let login = client.verify_transaction(&login, "Pay 10", None);
    assert_eq!(login.code(), "transaction_hash_missing");
}

/// A key that is due every second, and served under the same id.
#[test]
fn a_token_of_a_replaced_key_is_refused() {
    let (old, new) = (Signer::new("k"), Signer::new("k"));
    let emulator = Emulator::start();
    serve_key(&emulator, old.pem());
    let further = json!({"verified_tokens": 16, "key_cache_ttl_s": 1});
    let client = Client::new(&with(&online(&emulator), further));
    let token = old.token(&login_claims(CLIENT_ID));
    accepted_before(&client, &token);
    serve_key(&emulator, new.pem());
    until("the new key serves", || {
        client.verify_token(&token).verdict() == SIGNATURE
    });
    accepted_before(&client, &new.token(&login_claims(CLIENT_ID)));
    assert_eq!(client.verify_token(&token).verdict(), SIGNATURE);
}

/// More tokens than there is room for, so that threads replace what others read.
#[test]
fn threads_that_verify_good_and_forged_tokens_get_the_right_verdicts() {
    const THREADS: usize = 8;
    let (service, forger) = (Signer::new("k"), Signer::new("k"));
    let client = remembering(&service, json!({"verified_tokens": 1}));
    let claims = |number: usize| with(&login_claims(CLIENT_ID), json!({"number": number}));
    let tokens: Vec<_> = (0..40)
        .map(|number| {
            (
                service.token(&claims(number)),
                forger.token(&claims(number)),
            )
        })
        .collect();
    let calls = AtomicUsize::new(0);
    let rounds = times(10, 1_000);
    thread::scope(|scope| {
        for thread in 0..THREADS {
            let (client, tokens, calls) = (&client, &tokens, &calls);
            scope.spawn(move || {
                for number in 0..rounds * tokens.len() {
                    let at = (number + thread) % tokens.len();
                    let (good, forged) = &tokens[at];
                    let outcome = client.verify_token(good);
                    assert_eq!(outcome.json()["claims"]["number"], at, "{}", outcome.text);
                    assert_eq!(client.verify_token(forged).verdict(), SIGNATURE);
                    calls.fetch_add(2, Ordering::Relaxed);
                }
            });
        }
    });
    let calls = calls.into_inner();
    assert_eq!(calls, THREADS * rounds * tokens.len() * 2);
    println!("{calls} verifications by {THREADS} threads");
}
