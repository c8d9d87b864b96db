//! Random numbers from aws-lc's generator. It detects forks, with the help of `fork.rs`.

use aws_lc_rs::rand::{SecureRandom, SystemRandom};

use crate::error::{Error, Result};
use crate::fork;
use crate::sys;

const ALPHANUMERIC: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The length of a nonce in characters, the same as in the official SDKs.
const NONCE_LENGTH: usize = 16;

/// Checks that the kernel provides random numbers. aws-lc reseeds its generator at any time,
/// and aborts the process if that fails, for example in a sandbox without `getrandom`. So
/// every use of the generator calls this first: it requests zero bytes, in a tenth of a
/// microsecond.
pub(crate) fn check_available() -> Result<()> {
    sys::check_random().map_err(|error| {
        Error::internal(format!(
            "the system provides no random numbers: getrandom failed: {error}; allow it in the sandbox"
        ))
    })
}

pub(crate) fn fill(bytes: &mut [u8]) -> Result<()> {
    check_available()?;
    fork::without_fork(|| SystemRandom::new().fill(bytes))?
        .map_err(|_| Error::internal("the system provided no random numbers"))
}

/// 16 alphanumeric characters, each equally likely.
pub(crate) fn nonce() -> Result<String> {
    let mut nonce = String::with_capacity(NONCE_LENGTH);
    let mut bytes = [0; 2 * NONCE_LENGTH];
    while nonce.len() < NONCE_LENGTH {
        fill(&mut bytes)?;
        // 248 is the largest multiple of 62 in a byte: larger bytes would make the
        // first characters of the alphabet more likely.
        let unbiased = bytes.iter().filter(|byte| **byte < 248);
        let missing = NONCE_LENGTH - nonce.len();
        nonce.extend(
            unbiased
                .take(missing)
                .map(|byte| char::from(ALPHANUMERIC[usize::from(*byte % 62)])),
        );
    }
    Ok(nonce)
}

/// A random UUID (version 4), for `Request-ID`, as ASCII.
pub(crate) fn uuid() -> Result<[u8; 36]> {
    let mut bytes = [0; 16];
    fill(&mut bytes)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let mut text = [b'-'; 36];
    // The groups have 8, 4, 4, 4 and 12 digits.
    let is_digit = |(at, _): &(usize, &mut u8)| !matches!(at, 8 | 13 | 18 | 23);
    let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 0x0f]);
    for ((_, digit), nibble) in text.iter_mut().enumerate().filter(is_digit).zip(nibbles) {
        *digit = if nibble < 10 {
            b'0' + nibble
        } else {
            b'a' + nibble - 10
        };
    }
    Ok(text)
}

/// A number from 0 up to, not including, `limit`, for spreading retries.
pub(crate) fn below(limit: u64) -> Result<u64> {
    let mut bytes = [0; 8];
    fill(&mut bytes)?;
    Ok(u64::from_be_bytes(bytes).checked_rem(limit).unwrap_or(0))
}

/// The nonce that the caller gave, or a new one.
pub(crate) fn given_or_nonce(given: Option<&str>) -> Result<String> {
    match given {
        Some(nonce) => Ok(nonce.to_owned()),
        None => nonce(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nonces_are_sixteen_alphanumerics_and_differ() {
        let first = nonce().unwrap();
        assert_eq!(first.len(), 16);
        assert!(first.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        assert_ne!(first, nonce().unwrap());
    }

    #[test]
    fn uuids_are_version_four() {
        let uuid = uuid().unwrap();
        let uuid = std::str::from_utf8(&uuid).unwrap();
        let groups: Vec<_> = uuid.split('-').collect();
        assert_eq!(
            groups.iter().map(|group| group.len()).collect::<Vec<_>>(),
            [8, 4, 4, 4, 12]
        );
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        assert!(groups.concat().bytes().all(is_digit), "{uuid}");
        assert!(groups[2].starts_with('4'), "{uuid}");
        assert!(groups[3].starts_with(['8', '9', 'a', 'b']), "{uuid}");
    }
}
