//! Base64url, SHA-256, random values and PEM.

use aws_lc_rs::{digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// Base64url without padding.
pub fn base64url(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Decodes base64url; padding, other alphabets and non-zero trailing bits are refused.
pub fn from_base64url(text: impl AsRef<[u8]>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

/// SHA-256 of the concatenated parts.
pub fn sha256(parts: &[&[u8]]) -> [u8; 32] {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    hash
}

/// `N` random bytes.
pub fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the system's random generator works");
    bytes
}

/// A uniformly random number below `limit`.
pub fn random_below(limit: u32) -> u32 {
    // A plain remainder favours small numbers: values above the last whole multiple are rejected.
    let last = u32::MAX - u32::MAX % limit;
    loop {
        let value = u32::from_le_bytes(random());
        if value < last {
            return value % limit;
        }
    }
}

/// Random letters and digits.
pub fn random_text(length: usize) -> String {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    (0..length)
        .map(|_| char::from(LETTERS[random_below(62) as usize]))
        .collect()
}

/// Whether LoginID's browser SDKs decode these 32 bytes from base64url: they drop a zero among the last two.
pub fn decodable_by_browser_sdks(bytes: &[u8; 32]) -> bool {
    !bytes[30..].contains(&0)
}

/// A new random UUID.
pub fn uuid() -> String {
    uuid::Uuid::new_v4().to_string()
}

/// PEM with `\n` line ends.
pub fn to_pem(label: &str, der: &[u8]) -> String {
    let config = pem::EncodeConfig::new().set_line_ending(pem::LineEnding::LF);
    pem::encode_config(&pem::Pem::new(label, der), config)
}
