//! Keys that cannot be used although their private number is intact. They are made
//! without leaving a copy of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

use super::search::{MASK, Masked, der_of};
use crate::signer::Signer;

pub fn keys(good: &Masked) -> Vec<(&'static str, Masked)> {
    let mut mismatched = der_of(good);
    let other = Signer::new("other");
    // The public point is the last 65 bytes.
    let at = mismatched.len() - 65;
    mismatched[at..].copy_from_slice(other.point());
    let mut off_curve = der_of(good);
    *off_curve.last_mut().expect("a key") ^= 1;
    let mut trailing = der_of(good);
    trailing.extend(b"garbage");
    let mut cut_off = der_of(good);
    cut_off.truncate(at + 10);
    let mut of_another_curve = der_of(good);
    let name = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
    let curve = of_another_curve
        .windows(name.len())
        .position(|bytes| bytes == name);
    of_another_curve[curve.expect("P-256") + name.len() - 1] = 6;

    let text = good.reveal();
    let end = text.find("-----END").expect("an end");
    vec![
        ("another key's public part", pem(&mismatched)),
        ("a public part off the curve", pem(&off_curve)),
        ("trailing bytes", pem(&trailing)),
        ("a cut-off public part", pem(&cut_off)),
        ("the name of another curve", pem(&of_another_curve)),
        ("no last line", Masked::new(text[..end].bytes())),
        (
            "trailing characters",
            Masked::new(
                text[..end]
                    .bytes()
                    .chain(*b"!\n")
                    .chain(text[end..].bytes()),
            ),
        ),
        ("a passphrase, as it says", labelled(good, "ENCRYPTED ")),
        ("the label of an RSA key", labelled(good, "RSA ")),
    ]
}

/// PEM as OpenSSL writes it.
fn pem(der: &[u8]) -> Masked {
    let mut digits = Zeroizing::new(String::with_capacity(512));
    STANDARD.encode_string(der, &mut digits);
    let lines = digits
        .as_bytes()
        .chunks(64)
        .flat_map(|line| line.iter().copied().chain([b'\n']));
    let begin = b"-----BEGIN PRIVATE KEY-----\n";
    let end = b"-----END PRIVATE KEY-----\n";
    Masked::new(begin.iter().copied().chain(lines).chain(*end))
}

/// The key with a word before the "PRIVATE" of its first and last line.
fn labelled(good: &Masked, word: &str) -> Masked {
    let is_label = |masked: &[u8]| {
        let plain = masked.iter().map(|byte| byte ^ MASK);
        plain.eq(b"PRIVATE KEY".iter().copied())
    };
    let mut labelled = Vec::with_capacity(good.0.len() + 2 * word.len());
    for (at, byte) in good.0.iter().enumerate() {
        if good.0.get(at..at + 11).is_some_and(is_label) {
            labelled.extend(word.bytes().map(|byte| byte ^ MASK));
        }
        labelled.push(*byte);
    }
    Masked(labelled)
}
