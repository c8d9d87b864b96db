//! Tokens that are verified again: when their signature is, and when it is not.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::*;
use crate::failpoint::{Point, arm};
use crate::token::testing::HOUR;

/// A client's state, and a service that signs with its current key.
struct Again {
    keys: KeyCache,
    verdicts: Verdicts,
    current: Current,
}

/// What a verification returned, or that it verified a signature.
#[derive(Debug, PartialEq)]
enum Seen {
    Remembered,
    SignatureVerified,
    Refused(String),
}

impl Again {
    fn new(capacity: usize) -> Again {
        Again {
            keys: cache(),
            verdicts: Verdicts::new(capacity),
            current: Current::new(),
        }
    }

    /// The code of the error.
    fn verify(&self, client_id: &str, token: &str) -> std::result::Result<(), String> {
        let service = Service::new(|_: &str, _: &Budget| Ok(self.current.public()));
        verify_for(client_id, token, &self.keys, &self.verdicts, &service)
            .map(drop)
            .map_err(|error| error.code().to_owned())
    }

    /// Stops a verification that verifies a signature.
    fn see(&self, client_id: &str, token: &str) -> Seen {
        arm(Some(Point::SignatureVerified));
        let ended = catch_unwind(AssertUnwindSafe(|| self.verify(client_id, token)));
        arm(None);
        match ended {
            Ok(Ok(())) => Seen::Remembered,
            Ok(Err(code)) => Seen::Refused(code),
            Err(_) => Seen::SignatureVerified,
        }
    }
}

#[test]
fn the_signature_of_a_token_is_verified_once() {
    let again = Again::new(10);
    let (token, other) = (again.current.sign(usual()), again.current.sign(usual()));
    assert_eq!(again.verify("app-1", &token), Ok(()));
    for _ in 0..3 {
        assert_eq!(again.see("app-1", &token), Seen::Remembered);
    }
    assert_eq!(again.see("app-1", &other), Seen::SignatureVerified);
}

#[test]
fn without_a_place_for_verdicts_it_is_verified_each_time() {
    let again = Again::new(0);
    let token = again.current.sign(usual());
    assert_eq!(again.verify("app-1", &token), Ok(()));
    assert_eq!(again.see("app-1", &token), Seen::SignatureVerified);
}

#[test]
fn a_bad_signature_is_verified_each_time() {
    let again = Again::new(10);
    let token = again.current.sign(usual());
    assert_eq!(again.verify("app-1", &token), Ok(()));
    let forged = forged(&token);
    for _ in 0..3 {
        let refused = again.verify("app-1", &forged);
        assert_eq!(refused, Err("invalid_signature".to_owned()));
        assert_eq!(again.see("app-1", &forged), Seen::SignatureVerified);
    }
}

#[test]
fn the_claims_of_a_remembered_token_are_checked_again() {
    let again = Again::new(10);
    let token = again.current.sign(usual());
    assert_eq!(again.verify("app-1", &token), Ok(()));
    let refused = Seen::Refused("audience_mismatch".to_owned());
    assert_eq!(again.see("app-2", &token), refused);
    assert_eq!(again.see("app-1", &token), Seen::Remembered);
}

#[test]
fn a_token_that_is_refused_is_not_remembered() {
    let again = Again::new(10);
    assert_eq!(again.verify("app-1", &again.current.sign(usual())), Ok(()));
    let token = again.current.sign(json!({"aud": "app-2"}));
    let refused = again.verify("app-1", &token);
    assert_eq!(refused, Err("audience_mismatch".to_owned()));
    assert_eq!(again.see("app-1", &token), Seen::SignatureVerified);
}

#[test]
fn a_verdict_counts_only_for_the_key_that_serves_now() {
    let again = Again::new(10);
    let old = again.current.sign(usual());
    assert_eq!(again.verify("app-1", &old), Ok(()));
    // The new key takes the place of the old one, under the same id.
    again.current.rotate();
    again.keys.pass(HOUR);
    let refused = again.verify("app-1", &old);
    assert_eq!(refused, Err("invalid_signature".to_owned()));
    let new = again.current.sign(usual());
    assert_eq!(again.verify("app-1", &new), Ok(()));
    assert_eq!(again.see("app-1", &new), Seen::Remembered);
    assert_eq!(again.see("app-1", &old), Seen::SignatureVerified);
}
