//! Decoding the literals of JSON strings.

use zeroize::Zeroizing;

/// The most of a literal that is decoded out of an answer. Decoded it is at least
/// 64 KiB long; no string that we look at comes near.
const MAX_PREFIX: usize = 6 * 64 * 1024;

/// The text of a JSON string literal. It may be a private key, so it is built
/// in one piece of memory that is wiped; serde_json would leave copies behind.
pub(crate) fn secret_text(literal: &str) -> Option<Zeroizing<String>> {
    let mut text = Zeroizing::new(String::with_capacity(literal.len()));
    decode_literal(literal, &mut text)?;
    Some(text)
}

/// Appends the text of a JSON string literal. It is never longer than the literal.
pub(super) fn decode_literal(literal: &str, text: &mut String) -> Option<()> {
    decode(inner(literal)?, text)
}

/// The text of a JSON string literal, cut off if it is very long. `None` if it is not a
/// string or has an invalid escape.
pub(crate) fn string_prefix(literal: &str) -> Option<String> {
    let whole = inner(literal)?;
    let inner = &whole[..whole.floor_char_boundary(MAX_PREFIX)];
    let mut text = String::with_capacity(inner.len());
    // An escape that was cut in two ends the text before it.
    match decode(inner, &mut text) {
        None if inner.len() == whole.len() => None,
        _ => Some(text),
    }
}

/// Whether a JSON string literal is this text, however it is escaped.
pub(super) fn string_equals(literal: &str, text: &str) -> bool {
    let Some(inner) = inner(literal) else {
        return false;
    };
    if !inner.contains('\\') {
        return inner == text;
    }
    // `\u0061` is the longest way to write a byte.
    if inner.len() > 6 * text.len() {
        return false;
    }
    let mut decoded = String::with_capacity(inner.len());
    decode(inner, &mut decoded).is_some() && decoded == text
}

/// The part between the quotes.
fn inner(literal: &str) -> Option<&str> {
    literal.strip_prefix('"')?.strip_suffix('"')
}

/// Appends the decoded inside of a literal, up to an invalid escape. The text never
/// grows longer than the literal.
fn decode(inner: &str, text: &mut String) -> Option<()> {
    let mut rest = inner;
    while let Some(at) = rest.find('\\') {
        text.push_str(&rest[..at]);
        let escape = *rest.as_bytes().get(at + 1)?;
        rest = &rest[at + 2..];
        text.push(match escape {
            b'"' | b'\\' | b'/' => char::from(escape),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let (unit, after) = code_unit(rest)?;
                rest = after;
                match unit {
                    0xd800..0xdc00 => {
                        let (low, after) = code_unit(rest.strip_prefix("\\u")?)?;
                        rest = after;
                        let low = low.checked_sub(0xdc00).filter(|low| *low < 0x400)?;
                        char::from_u32(0x10000 + ((unit - 0xd800) << 10) + low)?
                    }
                    unit => char::from_u32(unit)?,
                }
            }
            _ => return None,
        });
    }
    text.push_str(rest);
    Some(())
}

/// The four hexadecimal digits of a `\u` escape, and what follows them.
fn code_unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let unit = u32::from_str_radix(digits, 16).ok().filter(|_| hex)?;
    Some((unit, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_texts_are_read_as_serde_json_reads_them() {
        for literal in [
            r#""""#,
            r#""plain é 😀""#,
            r#""\"\\\/\b\f\n\r\t\u0041\u00e9\ud83d\ude00""#,
            r#""-----BEGIN\nabc\\nd""#,
            r#""\ud800""#,
            r#""\ud800\u0041""#,
            r#""\ude00""#,
            r#""\u+041""#,
            r#""\x""#,
            r#""\""#,
            r#""\u00""#,
        ] {
            let expected: Option<String> = serde_json::from_str(literal).ok();
            let text = secret_text(literal);
            assert_eq!(text.as_deref(), expected.as_ref(), "{literal}");
            assert_eq!(string_prefix(literal), expected, "{literal}");
        }
    }

    #[test]
    fn a_very_long_text_is_cut_off_but_not_within_an_escape() {
        for (spelling, character) in [("x", "x"), ("é", "é"), (r"\ud83d\ude00", "😀")] {
            for shift in 0..12 {
                let literal = format!("\"{}{}\"", "y".repeat(shift), spelling.repeat(400_000));
                let text = string_prefix(&literal).expect("a string");
                assert!(text.len() >= 64 * 1024, "{spelling}: {}", text.len());
                assert!(text.len() <= MAX_PREFIX);
                let after = text.trim_start_matches('y');
                assert_eq!(after.replace(character, ""), "", "{spelling}, {shift}");
            }
        }
        assert_eq!(string_prefix(r#""a\ud800""#), None);
        assert_eq!(string_prefix("7"), None);
    }
}
