//! Growing what may hold secrets: growing in place may leave a copy in freed memory.

use zeroize::Zeroize;

/// Makes room for `more` bytes. A copy that this leaves behind is wiped first.
pub(crate) fn reserve_bytes(bytes: &mut Vec<u8>, more: usize) {
    if bytes.capacity() - bytes.len() < more {
        let mut grown = Vec::with_capacity((bytes.len() + more).max(2 * bytes.capacity()));
        grown.extend_from_slice(bytes);
        std::mem::replace(bytes, grown).zeroize();
    }
}

/// As [`reserve_bytes`].
pub(crate) fn reserve_text(text: &mut String, more: usize) {
    if text.capacity() - text.len() < more {
        let mut grown = String::with_capacity((text.len() + more).max(2 * text.capacity()));
        grown.push_str(text);
        std::mem::replace(text, grown).zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_room_and_the_content_is_kept() {
        let (mut bytes, mut text) = (Vec::new(), String::new());
        for round in 1..100 {
            reserve_bytes(&mut bytes, 7);
            reserve_text(&mut text, 7);
            let capacities = (bytes.capacity(), text.capacity());
            bytes.extend_from_slice(b"1234567");
            text.push_str("1234567");
            assert_eq!((bytes.capacity(), text.capacity()), capacities);
            assert_eq!(text, "1234567".repeat(round));
            assert_eq!(bytes, text.as_bytes());
        }
    }
}
