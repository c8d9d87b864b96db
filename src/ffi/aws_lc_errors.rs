//! aws-lc's list of errors, which each thread has: making the first one takes a lock, which a fork
//! could leave held in the child. It is read here because that is unsafe.

use std::thread;

use crate::generate_key_pair;
use crate::key::VerifyingKey;

/// aws-lc tries two forms of a key, so that reading one always makes an error.
#[test]
fn a_public_key_is_made_without_aws_lc() {
    let pair = generate_key_pair().unwrap();
    let pair: serde_json::Value = serde_json::from_str(&pair).unwrap();
    let pem = pair["public_key"].as_str().unwrap();
    let error = thread::scope(|scope| {
        let made = scope.spawn(|| {
            VerifyingKey::from_pem(pem).unwrap();
            // SAFETY: reads a value of this thread.
            unsafe { aws_lc_sys::ERR_peek_error() }
        });
        made.join().unwrap()
    });
    assert_eq!(error, 0);
}
