//! Ids of the current service.

use crate::encoding::random_below;

/// A new id of an application, user, passkey, transaction or device: 24 characters of `[0-9A-V]`, as the service
/// makes them since 2025. Such a text is valid base64url too, so that the id of a user can be the `user.id` of
/// WebAuthn options as it is.
pub fn new_id() -> String {
    const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHIJKLMNOPQRSTUV";
    let digit = |range: std::ops::Range<u32>| {
        let index = range.start + random_below(range.end - range.start);
        char::from(DIGITS[index as usize])
    };
    // A letter comes first: a browser SDK takes an id of digits for a number.
    let first = digit(10..32);
    std::iter::once(first)
        .chain((1..24).map(|_| digit(0..32)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoding::from_base64url;

    #[test]
    fn an_id_is_a_label_of_a_host_and_base64url() {
        for _ in 0..1000 {
            let id = new_id();
            assert_eq!(id.len(), 24);
            assert!(id.starts_with(|first: char| first.is_ascii_uppercase()));
            assert!(
                id.bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'A'..=b'V'))
            );
            assert_eq!(from_base64url(&id).unwrap().len(), 18);
        }
    }
}
