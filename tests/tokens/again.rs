//! Tokens that are verified again by a client that remembers good signatures
//! (`verified_tokens`): all but the signature is checked again, with the same result as
//! without it. `src/token/verify/tests/again.rs` tests when a signature is verified.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::forged::{AUDIENCE, EXPIRED, GOOD, KIND, SIGNATURE, TOO_OLD, USERNAME};
use crate::keys::until;
use crate::support::service::{Signer, encode, now, with};
use crate::support::{Verifier, Version, both, emulator};
use crate::torture::times;

/// Of the test with threads.
const THREADS: usize = 8;

/// A client that knows the signer's key and remembers good signatures.
fn remembering(version: Version, service: &Signer, further: Value) -> Verifier {
    let config = with(&version.pinned(service), json!({"verified_tokens": 16}));
    version.client(&with(&config, further))
}

/// The verdict of a token that was accepted several times before.
fn accepted_before(client: &Verifier, token: &str) {
    for _ in 0..3 {
        assert_eq!(client.verify_token(token).verdict(), GOOD);
    }
}

#[test]
fn an_expired_token_is_refused() {
    both(|version| {
        let service = Signer::new("k");
        let client = remembering(version, &service, json!({"leeway_s": 0}));
        let claims = with(&version.claims(), json!({"exp": now() + 3}));
        let token = service.token(&claims);
        accepted_before(&client, &token);
        until("it has expired", || {
            let outcome = client.verify_token(&token);
            assert!([GOOD, EXPIRED].contains(&outcome.verdict().as_str()));
            outcome.verdict() == EXPIRED
        });
        assert!(now() >= claims["exp"].as_u64().expect("a time"));
    });
}

#[test]
fn a_token_that_became_too_old_is_refused() {
    both(|version| {
        let service = Signer::new("k");
        let client = remembering(version, &service, json!({"max_token_age_s": 3}));
        let token = service.token(&version.claims());
        accepted_before(&client, &token);
        until("it is too old", || {
            client.verify_token(&token).verdict() == TOO_OLD
        });
    });
}

#[test]
fn another_user_is_refused() {
    both(|version| {
        let service = Signer::new("k");
        let client = remembering(version, &service, json!({}));
        let token = service.token(&version.claims());
        accepted_before(&client, &token);
        for _ in 0..3 {
            let other = client.verify_token_for(&token, Some("bob@example.com"));
            assert_eq!(other.verdict(), USERNAME);
            let own = client.verify_token_for(&token, Some("alice@example.com"));
            assert_eq!(own.verdict(), GOOD);
        }
    });
}

#[test]
fn the_same_claims_for_another_application_are_refused() {
    both(|version| {
        let service = Signer::new("k");
        let client = remembering(version, &service, json!({}));
        accepted_before(&client, &service.token(&version.claims()));
        let token = service.token(&with(&version.claims(), json!({"aud": "app-2"})));
        for _ in 0..3 {
            assert_eq!(client.verify_token(&token).verdict(), AUDIENCE);
        }
        let other = match version {
            Version::V1 => json!({"client_id": "app-2"}),
            Version::V2 => json!({"application_id": "app-2"}),
        };
        let other = remembering(version, &service, other);
        accepted_before(&other, &token);
        assert_eq!(client.verify_token(&token).verdict(), AUDIENCE);
    });
}

#[test]
fn a_transaction_is_no_login_and_confirms_only_its_payload() {
    both(|version| {
        let service = Signer::new("k");
        let client = remembering(version, &service, json!({}));
        let hash = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, b"Pay 10n1s1");
        let confirmed = match version {
            Version::V1 => json!({"tx_hash": encode(hash), "nonce": "n1", "server_nonce": "s1"}),
            Version::V2 => json!({"txHash": encode(hash), "nonce": "n1", "lNonce": "s1"}),
        };
        let token = service.token(&with(&version.claims(), confirmed));
        let confirm = |payload: &str, nonce| client.verify_transaction(&token, payload, nonce);
        for _ in 0..3 {
            assert_eq!(confirm("Pay 10", Some("n1")).verdict(), GOOD);
            assert_eq!(client.verify_token(&token).verdict(), KIND);
            let other = confirm("Pay 1000", Some("n1"));
            assert_eq!(other.code(), "transaction_hash_mismatch");
            let other = confirm("Pay 10", Some("n2"));
            assert_eq!(other.code(), "nonce_mismatch");
        }
        let login = service.token(&version.claims());
        accepted_before(&client, &login);
        let login = client.verify_transaction(&login, "Pay 10", Some("n1"));
        assert_eq!(login.code(), "transaction_hash_missing");
    });
}

/// A key that is due every second, and served under the same id.
#[test]
fn a_token_of_a_replaced_key_is_refused() {
    both(|version| {
        let (old, new) = (Signer::new("k"), Signer::new("k"));
        let emulator = emulator();
        version.serve(&emulator, version.key_answer(&old));
        let further = json!({"verified_tokens": 16, "key_cache_ttl_s": 1});
        let client = version.client(&with(&version.online(&emulator), further));
        let claims = version.claims_at(&emulator);
        let token = old.token(&claims);
        accepted_before(&client, &token);
        version.serve(&emulator, version.key_answer(&new));
        until("the new key serves", || {
            client.verify_token(&token).verdict() == SIGNATURE
        });
        accepted_before(&client, &new.token(&claims));
        assert_eq!(client.verify_token(&token).verdict(), SIGNATURE);
    });
}

/// More tokens than there is room for, so that threads replace what others read.
#[test]
fn threads_that_verify_good_and_forged_tokens_get_the_right_verdicts() {
    both(|version| {
        let (service, forger) = (Signer::new("k"), Signer::new("k"));
        let client = remembering(version, &service, json!({"verified_tokens": 1}));
        let claims = |number: usize| with(&version.claims(), json!({"number": number}));
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
    });
}
