//! Grows a buffer that may contain secrets: `Vec` may leave a copy in freed memory.

use zeroize::Zeroize;

/// Reserves space for `more` bytes. If the buffer moves, the old memory is wiped.
pub(crate) fn reserve_bytes(bytes: &mut Vec<u8>, more: usize) {
    if bytes.capacity() - bytes.len() < more {
        let mut grown = Vec::with_capacity((bytes.len() + more).max(2 * bytes.capacity()));
        grown.extend_from_slice(bytes);
        std::mem::replace(bytes, grown).zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_buffer_grows_and_keeps_its_content() {
        let mut bytes = Vec::new();
        for round in 1..100 {
            reserve_bytes(&mut bytes, 7);
            let capacity = bytes.capacity();
            bytes.extend_from_slice(b"1234567");
            assert_eq!(bytes.capacity(), capacity);
            assert_eq!(bytes, "1234567".repeat(round).as_bytes());
        }
    }
}
