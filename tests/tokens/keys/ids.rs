//! Key ids that try to change the path of the request for keys.

use loginid_emulator::TokenPart;
use serde_json::json;

use super::{GOOD, UNKNOWN, token, token_of};
use crate::support::{Version, both, emulator};

#[test]
fn a_hostile_kid_is_percent_encoded_once() {
    both(|version| {
        let emulator = emulator();
        let longest = "x".repeat(256);
        for (kid, query) in [
            ("unknown", "kid=unknown"),
            ("../certs", "kid=..%2Fcerts"),
            ("..\\..\\", "kid=..%5C..%5C"),
            ("/etc/passwd", "kid=%2Fetc%2Fpasswd"),
            ("%2f", "kid=%252f"),
            ("%00", "kid=%2500"),
            ("\"'`", "kid=%22%27%60"),
            ("' OR 1=1 --", "kid=%27%20OR%201%3D1%20--"),
            ("a&kid=b", "kid=a%26kid%3Db"),
            ("a#b?c", "kid=a%23b%3Fc"),
            ("a+b c", "kid=a%2Bb%20c"),
            ("http://evil.example/k", "kid=http%3A%2F%2Fevil.example%2Fk"),
            ("@evil.example:80", "kid=%40evil.example%3A80"),
            ("é😀", "kid=%C3%A9%F0%9F%98%80"),
            ("\u{202e}\u{feff}", "kid=%E2%80%AE%EF%BB%BF"),
            (" ", "kid=%20"),
            (&longest, &format!("kid={longest}")),
        ] {
            // A new client: each may fetch only a few unknown keys.
            let client = version.client(&version.online(&emulator));
            emulator.clear_requests();
            let outcome = client.verify_token(token_of(version, &emulator, json!(kid)));
            assert_eq!(outcome.verdict(), UNKNOWN, "{kid:?}");
            let [request] = &emulator.requests()[..] else {
                panic!("{kid:?}: {:?}", emulator.requests());
            };
            assert_eq!(request.path, version.key_path(), "{kid:?}");
            // The current service is asked for all keys, whatever the token names.
            let query = (version == Version::V1).then_some(query);
            assert_eq!(request.query.as_deref(), query, "{kid:?}");
            assert!(request.header("authorization").is_none());
            assert_eq!(
                client.verify_token(token(version, &emulator)).verdict(),
                GOOD
            );
        }
    });
}

#[test]
fn an_impossible_kid_is_refused_without_a_request() {
    both(|version| {
        let emulator = emulator();
        let client = version.client(&version.online(&emulator));
        for kid in [
            json!(""),
            json!("a\u{0}"),
            json!("a\r\nX-Injected: 1"),
            json!("a\n"),
            json!("a\t"),
            json!("\u{7f}"),
            json!("\u{85}"),
            json!("x".repeat(257)),
            json!("é".repeat(200)),
            json!("x".repeat(1 << 20)),
            json!(1),
            json!(1.5),
            json!(true),
            json!(["k"]),
            json!({"k": 1}),
        ] {
            let outcome = client.verify_token(token_of(version, &emulator, kid.clone()));
            assert_eq!(outcome.verdict(), crate::forged::MALFORMED, "{kid}");
        }
        let null = r#"{"alg":"ES256","kid":null}"#.to_owned();
        let null = version.signed(&emulator, TokenPart::Raw(null));
        assert_eq!(
            client.verify_token(null).verdict(),
            crate::forged::MALFORMED
        );
        assert_eq!(emulator.request_count(), 0);
        assert_eq!(
            client.verify_token(token(version, &emulator)).verdict(),
            GOOD
        );
        assert_eq!(emulator.request_count(), 1);
    });
}
