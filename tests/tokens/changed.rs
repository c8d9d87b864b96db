//! Every single-character change of a good token is refused.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::{Value, json};

use crate::support::service::{Signer, with};
use crate::support::{Verifier, both, emulator};
use crate::torture::times;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Good tokens that differ in length, so that each length modulo 4 occurs.
fn good_tokens(service: &Signer, claims: &Value, count: usize) -> Vec<String> {
    let claims = |number: usize| -> Value {
        let name = "x".repeat(number % 11) + &"é".repeat(number / 3 % 7);
        with(claims, json!({"udata": name, "number": number}))
    };
    (0..count)
        .map(|number| service.token(&claims(number)))
        .collect()
}

/// The verdicts that a changed token may get: malformed, another algorithm, a wrong
/// signature, or an unknown key.
const VERDICTS: [&str; 5] = [
    "LID_ERROR_TOKEN_INVALID malformed_token",
    "LID_ERROR_TOKEN_INVALID unexpected_algorithm",
    "LID_ERROR_TOKEN_INVALID invalid_signature",
    "LID_ERROR_TOKEN_INVALID unknown_key",
    "LID_ERROR_RATE_LIMITED unknown_key_throttled",
];

/// How many tokens have every character replaced by every other of the alphabet,
/// which takes some 30,000 verifications each.
fn in_full() -> usize {
    times(1, 100)
}

/// The replacements for each character: values of the alphabet that differ in the
/// lowest and in the highest bit, the other letter case, and foreign characters. At the
/// end of a part, where some bits are unused, or everywhere if `all`, all others of the
/// alphabet.
fn changes(token: &[u8], at: usize, all: bool) -> Vec<u8> {
    let old = token[at];
    let last = [None, Some(&b'.')].contains(&token.get(at + 1));
    let mut new = match ALPHABET.iter().position(|letter| *letter == old) {
        Some(_) if all || last => ALPHABET.to_vec(),
        Some(value) => vec![ALPHABET[value ^ 1], ALPHABET[value ^ 32], old ^ 0x20],
        None => b"A_,".to_vec(),
    };
    new.extend(b".=+ \n\x80");
    new.retain(|byte| *byte != old);
    new
}

#[test]
fn no_single_character_change_of_a_good_token_is_accepted() {
    both(|version| {
        let service = Signer::new("k");
        let emulator = emulator();
        // v1's is right for every key id.
        version.serve(&emulator, version.key_answer(&service));
        let config = with(&version.online(&emulator), version.knowing(&service));
        let client = version.client(&config);
        let remembering = version.client(&with(&config, json!({"verified_tokens": 100})));
        let claims = version.claims_at(&emulator);
        let tokens = good_tokens(&service, &claims, times(6, 100));
        // One at a time, because some take far longer than others.
        let next = AtomicUsize::new(0);
        let work = || {
            let mut tried = 0;
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let Some(token) = tokens.get(number) else {
                    return tried;
                };
                tried += change_all(&client, token, number < in_full());
                tried += change_all(&remembering, token, number < in_full());
            }
        };
        let tried: usize = thread::scope(|scope| {
            let threads = [scope.spawn(work), scope.spawn(work)];
            let counts = threads.map(|thread| thread.join().expect("no panic"));
            counts.iter().sum()
        });
        assert!(tried >= 4_000 * tokens.len(), "{tried}");
        println!(
            "{tried} changes of {} tokens, {} of them in full, each by a client that remembers good \
         signatures and one that does not: none accepted",
            tokens.len(),
            in_full()
        );
    });
}

/// Changes, removes and doubles each character, and cuts the token off before it.
fn change_all(client: &Verifier, token: &str, all: bool) -> usize {
    assert_eq!(client.verify_token(token).verdict(), "LID_OK");
    let good = token.as_bytes();
    let mut tried = 0;
    let mut refused = |changed: &[u8], at: usize| {
        let outcome = client.verify_token(changed);
        // A C string that is not UTF-8 is refused as an argument.
        let verdict = if changed.is_ascii() {
            VERDICTS.contains(&outcome.verdict().as_str())
        } else {
            outcome.verdict() == "LID_ERROR_INVALID_ARGUMENT invalid_utf8"
        };
        assert!(
            verdict,
            "changed at {at}: {}: {}",
            changed.escape_ascii(),
            outcome.text
        );
        tried += 1;
    };
    for at in 0..good.len() {
        for new in changes(good, at, all) {
            let mut changed = good.to_vec();
            changed[at] = new;
            refused(&changed, at);
        }
        let (before, after) = good.split_at(at);
        refused(&[before, &after[1..]].concat(), at);
        refused(&[before, &after[..1], after].concat(), at);
        if at > 0 {
            refused(before, at);
        }
    }
    assert_eq!(client.verify_token(token).verdict(), "LID_OK");
    tried
}
