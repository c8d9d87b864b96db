//! Every single-character change of a good token is refused.

use std::thread;

use serde_json::{Value, json};

use crate::support::ffi::Lid;
use crate::support::service::{Signer, login_claims, with};
use crate::support::{CLIENT_ID, full_or};

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Good tokens that differ in length, so that each length modulo 4 occurs.
fn good_tokens(service: &Signer, count: usize) -> Vec<String> {
    let claims = |number: usize| -> Value {
        let name = "é".repeat(number % 7) + &"x".repeat(number % 11);
        with(
            &login_claims(CLIENT_ID),
            json!({"udata": name, "number": number}),
        )
    };
    (0..count)
        .map(|number| service.token(&claims(number)))
        .collect()
}

/// What to put in the place of each character: another value of the alphabet,
/// differing in the lowest and in the highest bit, another letter case, and
/// what does not belong. All others of the alphabet at the end of a part, where
/// some bits are unused.
fn changes(token: &[u8], at: usize) -> Vec<u8> {
    let old = token[at];
    let mut new = match ALPHABET.iter().position(|letter| *letter == old) {
        Some(_) if [None, Some(&b'.')].contains(&token.get(at + 1)) => ALPHABET.to_vec(),
        Some(value) => vec![ALPHABET[value ^ 1], ALPHABET[value ^ 32], old ^ 0x20],
        None => b"A_,".to_vec(),
    };
    new.extend(b".=+ \n\x80");
    new.retain(|byte| *byte != old);
    new
}

#[test]
fn no_single_character_change_of_a_good_token_is_accepted() {
    let service = Signer::new("k");
    let config = json!({"client_id": CLIENT_ID, "base_url": "http://127.0.0.1:1",
        "max_retries": 0, "public_keys": {"k": service.pem(), "": service.pem()}});
    let client = Lid::new(&config);
    let tokens = good_tokens(&service, full_or(100, 10));
    let tried: Vec<usize> = thread::scope(|scope| {
        let halves = tokens.chunks(tokens.len().div_ceil(2));
        let threads: Vec<_> = halves
            .map(|half| scope.spawn(|| half.iter().map(|token| change_all(&client, token)).sum()))
            .collect();
        let counts = threads.into_iter().map(|thread| thread.join());
        counts.map(|count| count.expect("no panic")).collect()
    });
    let tried: usize = tried.iter().sum();
    println!("{tried} changes of {} tokens, none accepted", tokens.len());
}

/// Changes, removes and doubles each character, and cuts the token off before it.
fn change_all(client: &Lid, token: &str) -> usize {
    assert_eq!(client.verify(token).verdict(), "LID_OK");
    let good = token.as_bytes();
    let mut tried = 0;
    let mut refused = |changed: &[u8], at: usize| {
        let outcome = client.verify(changed);
        assert_ne!(
            outcome.status,
            0,
            "changed at {at}: {}",
            changed.escape_ascii()
        );
        tried += 1;
    };
    for at in 0..good.len() {
        for new in changes(good, at) {
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
    assert_eq!(client.verify(token).verdict(), "LID_OK");
    tried
}
