//! Reading the tokens that the library makes, and the parts that must never repeat.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// New in each token: the claim `nonce`, and the first half of the signature, `r`. It
/// corresponds to the signature's secret nonce: from two signatures with the same `r`
/// anybody can compute the private key.
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    nonce: [u8; 16],
    r: [u8; 32],
}

impl Marks {
    /// Belongs to no token. Not zeros, which would not be resident memory yet.
    pub const NONE: Marks = Marks {
        nonce: [1; 16],
        r: [1; 32],
    };
}

pub struct Token {
    pub claims: Value,
    pub marks: Marks,
}

/// # Panics
/// If it does not have the form of a service token.
pub fn read(token: &str) -> Token {
    let parts: Vec<Vec<u8>> = token
        .split('.')
        .map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64url"))
        .collect();
    let [_, claims, signature] = &parts[..] else {
        panic!("{} parts", parts.len());
    };
    let claims: Value = serde_json::from_slice(claims).expect("JSON");
    let nonce = claims["nonce"].as_str().expect("a nonce").as_bytes();
    let marks = Marks {
        nonce: nonce.try_into().expect("16 characters"),
        r: signature[..32].try_into().expect("r of 32 bytes"),
    };
    assert_eq!(signature.len(), 64);
    Token { claims, marks }
}

/// The marks of many tokens, all different.
#[derive(Default)]
pub struct Distinct {
    nonces: HashSet<[u8; 16]>,
    rs: HashSet<[u8; 32]>,
}

impl Distinct {
    #[track_caller]
    pub fn add(&mut self, marks: &Marks) {
        assert!(self.nonces.insert(marks.nonce), "{marks:?}: nonce again");
        assert!(self.rs.insert(marks.r), "{marks:?}: r again");
    }

    pub fn len(&self) -> usize {
        self.rs.len()
    }
}
