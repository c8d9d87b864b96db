//! Reading the tokens that the library makes, and what must never repeat in them.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::Value;

/// Drawn anew for each token: the claim `nonce`, and the first half of the
/// signature, `r`. It stands for the signature's own secret nonce: whoever sees
/// two signatures with the same `r` can compute the private key.
#[derive(Clone, Copy, Debug)]
pub struct Marks {
    nonce: [u8; 16],
    r: [u8; 32],
}

impl Marks {
    /// Of no token. Not of zeros, which would take up no memory yet.
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
/// When it is no service token in form.
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
