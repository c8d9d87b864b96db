//! Properties of tokens with any content, ours and the service's.

use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::pkcs8::DecodePublicKey;
use proptest::collection::{btree_map, vec};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

use crate::capi::{Client, key_pair, lid_status};
use crate::support::service::{Signer, decode, encode, now, with};
use crate::support::{CLIENT_ID, Verifier, Version, both};
use crate::torture::times;

/// Runs a property over `full` cases under `make torture`, else over `usual` cases.
fn check<S: Strategy>(
    strategy: &S,
    full: usize,
    usual: usize,
    property: impl Fn(S::Value) -> Result<(), TestCaseError>,
) {
    let cases = times(usual, full) as u32;
    let config = ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    TestRunner::new(config)
        .run(strategy, property)
        .unwrap_or_else(|failure| panic!("{failure}"));
    println!("{cases} cases");
}

/// Any text that a C caller may pass: not empty, no NUL.
fn text() -> impl Strategy<Value = String> {
    vec(
        any::<char>().prop_filter("NUL ends a C string", |c| *c != '\0'),
        1..40,
    )
    .prop_map(String::from_iter)
}

/// Header and claims of a token, after an independent implementation has verified it.
fn verified_independently(public_key: &VerifyingKey, token: &str) -> (Value, Value) {
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let signature = Signature::from_slice(&decode(signature)).expect("r and s");
    public_key
        .verify(signed.as_bytes(), &signature)
        .expect("a good signature");
    let (header, claims) = signed.split_once('.').expect("two parts");
    let part = |text| serde_json::from_slice(&decode(text)).expect("JSON");
    (part(header), part(claims))
}

#[test]
fn our_tokens_verify_with_another_library_and_have_the_given_claims() {
    let (private_key, public_key) = key_pair();
    let public_key = VerifyingKey::from_public_key_pem(&public_key).expect("a public key");
    let client = Client::with_key(CLIENT_ID, private_key).expect("a client");
    let optional = || proptest::option::of(text());
    let inputs = (text(), optional(), optional(), optional(), text());
    check(
        &inputs,
        5_000,
        100,
        |(scope, username, user_id, nonce, payload)| {
            let (username, user_id) = (username.as_deref(), user_id.as_deref());
            let before = now();
            let service = client.service_token_for(&scope, username, user_id, nonce.as_deref());
            let transaction = client.transaction_token(&payload, username, nonce.as_deref());
            for (outcome, scope, payload) in [
                (service, scope.as_str(), None),
                (transaction, "tx.create", Some(payload.as_str())),
            ] {
                prop_assert_eq!(outcome.status, lid_status::LID_OK, "{:?}", outcome);
                let token = outcome.json()["token"]
                    .as_str()
                    .expect("a token")
                    .to_owned();
                let (header, claims) = verified_independently(&public_key, &token);
                prop_assert_eq!(header, json!({"alg": "ES256", "typ": "JWT"}));
                let iat = claims["iat"].as_u64().expect("iat");
                prop_assert!((before..=now()).contains(&iat));
                let made = claims["nonce"].as_str().expect("a nonce").to_owned();
                if nonce.is_none() {
                    prop_assert!(
                        made.len() == 16 && made.bytes().all(|b| b.is_ascii_alphanumeric())
                    );
                }
                let mut expected = json!({"client_id": CLIENT_ID, "type": scope, "scope": scope,
                "iat": iat, "nonce": nonce.as_ref().unwrap_or(&made)});
                match (username, user_id) {
                    (Some(username), _) => expected["username"] = username.into(),
                    (None, Some(user_id)) if payload.is_none() => {
                        expected["user_id"] = user_id.into()
                    }
                    _ => {}
                }
                if let Some(payload) = payload {
                    let hash =
                        aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, payload.as_bytes());
                    expected["payload_hash"] = encode(hash).into();
                }
                prop_assert_eq!(claims, expected);
            }
            Ok(())
        },
    );
}

/// Any JSON value a service might put into a claim.
fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        vec(any::<char>(), 0..20).prop_map(|text| String::from_iter(text).into()),
    ];
    leaf.prop_recursive(5, 40, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::Array),
            btree_map(any::<String>(), inner, 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The claims that the library itself reads; all others are the caller's.
const READ: [&str; 12] = [
    "aud",
    "exp",
    "nbf",
    "iat",
    "iss",
    "sub",
    "jti",
    "udata",
    "username",
    "tx_hash",
    "txHash",
    "tokenType",
];

fn service_and_client(version: Version) -> (Signer, Verifier) {
    let service = Signer::new("k");
    let client = version.client(&version.pinned(&service));
    (service, client)
}

#[test]
fn tokens_of_the_service_verify_with_any_other_claims() {
    both(|version| {
        let (service, client) = service_and_client(version);
        let others = btree_map(any::<String>(), json_value(), 0..8);
        check(&(others, text()), 5_000, 200, |(others, username)| {
            let mut claims = with(&version.claims(), json!({version.user(): username}));
            let members = claims.as_object_mut().expect("an object");
            let others = others.into_iter();
            members.extend(others.filter(|(name, _)| !READ.contains(&name.as_str())));
            let outcome = client.verify_token_for(service.token(&claims), Some(&username));
            prop_assert_eq!(outcome.status, lid_status::LID_OK, "{:?}", outcome);
            let answer = outcome.json();
            // Passed on unchanged, and parsed by the same parser as here.
            let sent: Value = serde_json::from_str(&claims.to_string()).expect("JSON");
            prop_assert_eq!(&answer["claims"], &sent);
            prop_assert_eq!(&answer["valid"], true);
            Ok(())
        });
    });
}

/// Texts that look more and more like a token, none of them signed.
fn unsigned() -> impl Strategy<Value = Vec<u8>> {
    let part = || {
        prop_oneof![
            vec(any::<u8>(), 0..60).prop_map(encode),
            json_value().prop_map(|value| encode(value.to_string())),
            Just(encode(r#"{"alg":"ES256","typ":"JWT","kid":"k"}"#)),
            Just(encode(r#"{"alg":"ES256"}"#)),
            Just(encode(format!(r#"{{"aud":"{CLIENT_ID}"}}"#))),
            vec(any::<u8>(), 64..=64).prop_map(encode),
            "[A-Za-z0-9_.=+/-]{0,40}",
        ]
    };
    prop_oneof![
        vec(any::<u8>(), 0..200),
        vec(any::<char>(), 0..80).prop_map(|text| String::from_iter(text).into_bytes()),
        (part(), part(), part()).prop_map(|(a, b, c)| format!("{a}.{b}.{c}").into_bytes()),
        vec(part(), 0..6).prop_map(|parts| parts.join(".").into_bytes()),
    ]
}

#[test]
fn what_the_service_did_not_sign_is_refused_without_an_internal_error() {
    both(|version| {
        let (_, client) = service_and_client(version);
        check(&unsigned(), 100_000, 3_000, |token| {
            for outcome in [
                client.verify_token(&token),
                client.verify_transaction(&token, "pay", Some("n")),
            ] {
                prop_assert_ne!(outcome.status, lid_status::LID_OK, "accepted");
                prop_assert_ne!(
                    outcome.status,
                    lid_status::LID_ERROR_INTERNAL,
                    "{:?}",
                    outcome
                );
            }
            Ok(())
        });
    });
}
