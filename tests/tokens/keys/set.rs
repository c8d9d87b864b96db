//! The key set of the current service: what serves as one, through the C interface.
//! `src/token/key_set.rs` tests the reading of single keys, `src/token/keys/tests/whole_set.rs`
//! what only the clock decides.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use super::{GOOD, INVALID_KEY, UNKNOWN, token, token_of, until};
use crate::capi::V2Client;
use crate::forged::SIGNATURE;
use crate::support::Version::V2;
use crate::support::emulator;
use crate::support::service::{Signer, encode, with};

const LIMIT: usize = 64 * 1024;

fn client(emulator: &Emulator, further: Value) -> V2Client {
    V2Client::new(&with(&V2.online(emulator), further))
}

fn verdict(client: &V2Client, token: impl AsRef<[u8]>) -> String {
    client.verify_token(token, None).verdict()
}

/// Keys that must not verify anything: the service's own key with a change that another
/// program may overlook.
fn unusable(key: &Signer) -> Vec<(String, Value)> {
    let good = key.jwk();
    let (x, y) = key.point()[1..].split_at(32);
    let off_curve = |coordinate: &[u8]| {
        let mut bytes = coordinate.to_vec();
        bytes[31] ^= 1;
        encode(bytes)
    };
    let longer = encode([&[0], x].concat());
    let mut keys: Vec<_> = [
        json!({"kty": "RSA"}),
        json!({"kty": "OKP"}),
        json!({"kty": "ec"}),
        json!({"kty": "oct", "k": encode(key.point())}),
        json!({"kty": null}),
        json!({"kty": ["EC"]}),
        json!({"crv": "P-384"}),
        json!({"crv": "secp256k1"}),
        json!({"crv": "p-256"}),
        json!({"crv": null}),
        json!({"alg": "RS256"}),
        json!({"alg": "ES384"}),
        json!({"alg": "HS256"}),
        json!({"alg": "none"}),
        json!({"alg": ""}),
        json!({"alg": 256}),
        json!({"use": "enc"}),
        json!({"use": "SIG"}),
        json!({"use": ["sig"]}),
        json!({"key_ops": ["sign"]}),
        json!({"key_ops": []}),
        json!({"key_ops": "verify"}),
        json!({"d": encode([1; 32])}),
        json!({"d": ""}),
        json!({"x": off_curve(x)}),
        json!({"y": off_curve(y)}),
        json!({"x": encode(y), "y": encode(x)}),
        json!({"x": encode([0; 32]), "y": encode([0; 32])}),
        json!({"x": encode([0xff; 32])}),
        json!({"x": longer}),
        json!({"x": encode(&x[1..])}),
        json!({"x": format!("{}=", encode(x))}),
        json!({"x": x.to_vec()}),
        json!({"y": null}),
        json!({"kid": ""}),
        json!({"kid": 7}),
        json!({"kid": ["k"]}),
    ]
    .into_iter()
    .map(|change| (change.to_string(), with(&good, change)))
    .collect();
    for other in [json!(null), json!([]), json!("key"), json!([good])] {
        keys.push((format!("{other}"), other));
    }
    keys
}

#[test]
fn a_key_that_cannot_be_right_is_skipped_and_alone_it_is_no_set() {
    let emulator = emulator();
    let (key, other) = (Signer::new("k"), Signer::new("other"));
    let claims = V2.claims_at(&emulator);
    let (token, of_other) = (key.token(&claims), other.token(&claims));
    for (name, unusable) in unusable(&key) {
        V2.serve(&emulator, json!({"keys": [unusable]}).to_string());
        let found = verdict(&client(&emulator, json!({})), &token);
        assert_eq!(found, INVALID_KEY, "{name}");
        let both = json!({"keys": [unusable, other.jwk()]});
        V2.serve(&emulator, both.to_string());
        let client = client(&emulator, json!({}));
        assert_eq!(verdict(&client, &of_other), GOOD, "{name}");
        assert_eq!(verdict(&client, &token), UNKNOWN, "{name}");
    }
}

#[test]
fn a_text_that_is_no_key_set_is_refused_and_the_old_set_serves() {
    let emulator = emulator();
    let key = Signer::new("k");
    let jwk = key.jwk().to_string();
    let token = key.token(&V2.claims_at(&emulator));
    let set = format!(r#"{{"keys":[{jwk}]}}"#);
    let padded = |length: usize| {
        let filling = "x".repeat(length - set.len() - r#","x":"""#.len());
        format!(r#"{{"keys":[{jwk}],"x":"{filling}"}}"#)
    };
    let nested = |depth: usize| {
        let (open, close) = ("[".repeat(depth), "]".repeat(depth));
        format!(r#"{{"keys":[{jwk}],"x":{open}{close}}}"#)
    };
    assert_eq!(padded(LIMIT).len(), LIMIT);
    for (name, text) in [
        ("empty", String::new()),
        ("white space", " \n".to_owned()),
        (
            "HTML",
            "<!doctype html><title>Log in to the network</title>".to_owned(),
        ),
        ("PEM, as v1's", key.pem()),
        ("null", "null".to_owned()),
        ("an empty object", "{}".to_owned()),
        ("a set without keys", r#"{"keys":[]}"#.to_owned()),
        ("keys an object", format!(r#"{{"keys":{{"k":{jwk}}}}}"#)),
        ("keys a text", format!(r#"{{"keys":{:?}}}"#, jwk)),
        ("Keys", format!(r#"{{"Keys":[{jwk}]}}"#)),
        ("an array of keys", format!("[{jwk}]")),
        ("a key", jwk.clone()),
        ("a set in a set", format!(r#"{{"keys":[{set}]}}"#)),
        ("two sets", format!("{set}{set}")),
        (
            "keys twice",
            format!(r#"{{"keys":[{jwk}],"keys":[{jwk}]}}"#),
        ),
        (
            "keys twice, escaped",
            format!(r#"{{"keys":[{jwk}],"\u006beys":[]}}"#),
        ),
        (
            "a member twice",
            set.replacen(r#""kty":"EC""#, r#""kty":"EC","kty":"EC""#, 1),
        ),
        ("cut off", set[..set.len() - 1].to_owned()),
        ("a comma at the end", format!(r#"{{"keys":[{jwk},]}}"#)),
        ("a byte order mark", format!("\u{feff}{set}")),
        ("32 arrays deep", nested(32)),
        ("5000 arrays deep", nested(5000)),
        ("64 KiB and a byte", padded(LIMIT + 1)),
    ] {
        V2.serve(&emulator, text.as_str());
        let fresh = client(&emulator, json!({}));
        let outcome = fresh.verify_token(&token, None);
        assert_eq!(outcome.verdict(), INVALID_KEY, "{name}: {}", outcome.text);
        // Nothing bad is kept.
        V2.serve(&emulator, set.as_str());
        until("the set is requested again", || {
            verdict(&client(&emulator, json!({})), &token) == GOOD
        });
        assert_eq!(verdict(&fresh, &token), GOOD, "{name}");
        // Not even for a key that the old set has not.
        V2.serve(&emulator, text.as_str());
        let unknown = Signer::new("new").token(&V2.claims_at(&emulator));
        assert_eq!(verdict(&fresh, unknown), INVALID_KEY, "{name}");
        assert_eq!(verdict(&fresh, &token), GOOD, "{name}");
    }
    for (name, text) in [("64 KiB", padded(LIMIT)), ("31 arrays deep", nested(31))] {
        V2.serve(&emulator, text);
        let outcome = client(&emulator, json!({})).verify_token(&token, None);
        assert_eq!(outcome.verdict(), GOOD, "{name}: {}", outcome.text);
    }
}

#[test]
fn keys_of_one_id_are_all_tried() {
    let emulator = emulator();
    let keys = [Signer::new("k"), Signer::new("k"), Signer::new("k")];
    let set: Vec<_> = keys.iter().map(Signer::jwk).collect();
    V2.serve(&emulator, json!({ "keys": set }).to_string());
    let claims = V2.claims_at(&emulator);
    for config in [json!({}), json!({"verified_tokens": 16})] {
        let client = client(&emulator, config);
        for _ in 0..2 {
            for key in &keys {
                assert_eq!(verdict(&client, key.token(&claims)), GOOD);
            }
            assert_eq!(verdict(&client, Signer::new("k").token(&claims)), SIGNATURE);
        }
    }
}

#[test]
fn a_token_without_key_id_needs_a_set_of_one_key() {
    let emulator = emulator();
    let (key, other) = (Signer::new("k"), Signer::new("other"));
    let header = with(&key.header(), json!({"kid": null}));
    let claims = V2.claims_at(&emulator);
    let (token, foreign) = (key.sign(&header, &claims), other.sign(&header, &claims));
    let nameless = with(&key.jwk(), json!({"kid": null}));
    let of_rsa = with(&other.jwk(), json!({"kty": "RSA"}));
    for (keys, good) in [
        (json!([key.jwk()]), true),
        (json!([nameless]), true),
        // Only usable keys count.
        (json!([key.jwk(), of_rsa]), true),
        (json!([key.jwk(), other.jwk()]), false),
        (json!([nameless, other.jwk()]), false),
        (json!([nameless, nameless]), false),
    ] {
        V2.serve(&emulator, json!({ "keys": keys }).to_string());
        let client = client(&emulator, json!({}));
        emulator.clear_requests();
        for (token, of_one) in [(&token, GOOD), (&foreign, SIGNATURE)] {
            let expected = if good { of_one } else { UNKNOWN };
            assert_eq!(verdict(&client, token), expected, "{keys}");
        }
        // A set that is not known yet is requested also for such a token, and once.
        assert_eq!(emulator.requests().len(), 1, "{keys}");
    }
    // A key without an id is no key of a token that names one.
    V2.serve(&emulator, json!({"keys": [nameless]}).to_string());
    let named = key.token(&claims);
    assert_eq!(verdict(&client(&emulator, json!({})), named), UNKNOWN);
}

#[test]
fn a_pinned_key_comes_before_the_one_that_is_served_under_its_id() {
    let emulator = emulator();
    let (pinned, served, other) = (Signer::new("k"), Signer::new("k"), Signer::new("other"));
    let set = json!({"keys": [served.jwk(), other.jwk()]});
    V2.serve(&emulator, set.to_string());
    let claims = V2.claims_at(&emulator);
    let client = client(&emulator, json!({"jwks": {"keys": [pinned.jwk()]}}));
    emulator.clear_requests();
    assert_eq!(verdict(&client, pinned.token(&claims)), GOOD);
    assert_eq!(verdict(&client, served.token(&claims)), SIGNATURE);
    assert_eq!(emulator.requests().len(), 0);
    // The set is requested for another key, and the pinned one stays.
    for _ in 0..2 {
        assert_eq!(verdict(&client, other.token(&claims)), GOOD);
        assert_eq!(verdict(&client, pinned.token(&claims)), GOOD);
        assert_eq!(verdict(&client, served.token(&claims)), SIGNATURE);
    }
    assert_eq!(emulator.requests().len(), 1);
    // Two keys may have signed a token that names none: the pinned one is one of them.
    let header = with(&pinned.header(), json!({"kid": null}));
    assert_eq!(verdict(&client, pinned.sign(&header, &claims)), UNKNOWN);
    assert_eq!(emulator.requests().len(), 1);
}

#[test]
fn pinned_keys_verify_and_no_other_is_fetched() {
    let emulator = emulator();
    let (key, twin, other) = (Signer::new("k"), Signer::new("k"), Signer::new("other"));
    let claims = V2.claims_at(&emulator);
    let keys = json!({"keys": [key.jwk(), twin.jwk()]});
    for config in [
        json!({}),
        json!({"key_cache_ttl_s": 1, "verified_tokens": 16}),
    ] {
        let pinned = json!({"jwks": keys, "fetch_keys": false});
        let client = client(&emulator, with(&pinned, config));
        for key in [&key, &twin] {
            assert_eq!(verdict(&client, key.token(&claims)), GOOD);
        }
        assert_eq!(verdict(&client, Signer::new("k").token(&claims)), SIGNATURE);
        let outcome = client.verify_token(other.token(&claims), None);
        assert_eq!(outcome.verdict(), UNKNOWN);
        let message = outcome.error("message").to_string();
        assert!(message.contains("fetch_keys"), "{message}");
        assert_eq!(outcome.error("request_id"), json!(null));
        let header = with(&key.header(), json!({"kid": null}));
        assert_eq!(verdict(&client, key.sign(&header, &claims)), UNKNOWN);
    }
    assert_eq!(emulator.request_count(), 0);
}

#[test]
fn the_set_of_the_service_itself_is_read() {
    let emulator = emulator();
    let client = client(&emulator, json!({}));
    let old = token(V2, &emulator);
    V2.rotate_keys(&emulator);
    for token in [&old, &token(V2, &emulator)] {
        assert_eq!(verdict(&client, token), GOOD);
    }
    assert_eq!(emulator.request_count(), 1);
    assert_eq!(
        verdict(&client, token_of(V2, &emulator, json!("made-up"))),
        UNKNOWN
    );
}
