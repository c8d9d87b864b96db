//! Checks whether a text from the service may repeat a secret of the call. Such a text is
//! left out as a whole: if only the secret were replaced, the gap and the rest could still
//! reveal something about it.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use ureq::http::{HeaderName, HeaderValue};
use zeroize::Zeroizing;

/// This many consecutive characters of a token or key do not match by chance.
const PART: usize = 12;

/// A shorter value of a configured header does not count as a secret: `2` or `eu` would be
/// found in half of all messages.
const MIN_HEADER_VALUE: usize = 8;

/// How many nested encodings are decoded.
const MAX_ENCODINGS: usize = 4;

/// The secrets of a call, which no error may contain.
pub(crate) struct Secrets<'a> {
    /// Passwords, codes, assertions, values of configured headers, and the credential.
    texts: Vec<&'a str>,
    /// A token or an API key, of which parts are secret too.
    credential: Option<&'a str>,
}

impl<'a> Secrets<'a> {
    pub(crate) fn new(
        named: impl Iterator<Item = &'a str>,
        credential: Option<&'a str>,
        headers: &'a [(HeaderName, HeaderValue)],
    ) -> Secrets<'a> {
        let in_headers = headers
            .iter()
            .filter_map(|(_, value)| std::str::from_utf8(value.as_bytes()).ok())
            .filter(|value| value.len() >= MIN_HEADER_VALUE);
        let texts = named.chain(in_headers).chain(credential);
        Secrets {
            texts: texts.filter(|text| !text.is_empty()).collect(),
            credential,
        }
    }

    /// Whether a code is a short lower-case name, like those of the service, and contains no
    /// secret. A secret that consists of lower-case letters and `_` is a word that codes may
    /// contain: `weak_password` does not repeat `pass`.
    pub(crate) fn allow_code(&self, code: &str) -> bool {
        let is_word = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
        let is_name = |byte: u8| is_word(byte) || byte.is_ascii_digit();
        code.len() <= 64
            && code.starts_with(|first: char| first.is_ascii_lowercase())
            && code.bytes().all(is_name)
            && !self
                .texts
                .iter()
                .any(|secret| !secret.bytes().all(is_word) && code.contains(secret))
            && !self
                .credential
                .is_some_and(|secret| share_part(code, secret))
    }

    /// Whether a text may contain a secret in any spelling or encoding, or a part of a
    /// token.
    pub(crate) fn may_appear_in(&self, text: &str) -> bool {
        if self.texts.is_empty() && self.credential.is_none() {
            return false;
        }
        let Some(texts) = decodings(text) else {
            return true;
        };
        let contains = |form: &str| texts.iter().any(|text| text.contains(form));
        let lowercase: Vec<_> = texts.iter().map(|text| folded(text)).collect();
        let contains_folded = |form: &str| lowercase.iter().any(|text| text.contains(form));
        let is_repeated = |secret: &&str| {
            let Some(plain) = decodings(secret) else {
                return true;
            };
            plain.iter().any(|form| contains_folded(&folded(form)))
                || contains_folded(&hex(secret))
                || base64(secret).iter().any(|form| contains(form))
        };
        let share_part = |token: &&str| texts.iter().any(|text| share_part(text, token));
        // A part of a key or token that the caller passed counts too.
        let mut long = self.texts.iter().filter(|secret| secret.len() >= 4 * PART);
        self.texts.iter().any(is_repeated)
            || long.any(share_part)
            || self.credential.as_ref().is_some_and(share_part)
    }
}

/// Whether two texts have [`PART`] bytes in a row in common.
fn share_part(text: &str, token: &str) -> bool {
    let parts: HashSet<&[u8]> = token.as_bytes().windows(PART).collect();
    let mut windows = text.as_bytes().windows(PART);
    windows.any(|part| parts.contains(part))
}

/// Lower case, with `+` as a space, as in HTML forms.
fn folded(text: &str) -> Zeroizing<String> {
    let mut folded = Zeroizing::new(text.replace('+', " "));
    folded.make_ascii_lowercase();
    folded
}

/// The text, and each step of decoding it: percent-encoding, JSON backslashes and HTML
/// entities, all together and each kind alone. What looks like an escape may not be one,
/// for example `%a0` before a backslash of JSON. `None` if there are more nested encodings
/// than any real program applies.
fn decodings(text: &str) -> Option<Vec<Zeroizing<String>>> {
    let mut texts = Vec::new();
    for kinds in [&['%', '\\', '&'][..], &['%'], &['\\'], &['&']] {
        texts.extend(decodings_of(kinds, text)?);
    }
    Some(texts)
}

/// The text, and each step of decoding these kinds of escapes.
fn decodings_of(kinds: &[char], text: &str) -> Option<Vec<Zeroizing<String>>> {
    let mut texts = vec![Zeroizing::new(text.to_owned())];
    while texts.len() <= MAX_ENCODINGS + 1 {
        let last = texts.last()?;
        let next = decoded_once(kinds, last);
        if *next == **last {
            return Some(texts);
        }
        texts.push(next);
    }
    None
}

fn decoded_once(kinds: &[char], text: &str) -> Zeroizing<String> {
    // Never longer than the text.
    let mut bytes = Zeroizing::new(Vec::with_capacity(text.len()));
    let mut rest = text;
    while let Some(at) = rest.find(kinds) {
        let (before, escape) = rest.split_at(at);
        bytes.extend_from_slice(before.as_bytes());
        let mut buffer = [0; 4];
        let (byte, after): (&[u8], &str) = match unescape(escape) {
            Some((Escape::Byte(byte), after)) => {
                buffer[0] = byte;
                (&buffer[..1], after)
            }
            Some((Escape::Character(character), after)) => {
                (character.encode_utf8(&mut buffer).as_bytes(), after)
            }
            None => {
                let (first, after) = escape.split_at(1);
                (first.as_bytes(), after)
            }
        };
        bytes.extend_from_slice(byte);
        rest = after;
    }
    bytes.extend_from_slice(rest.as_bytes());
    Zeroizing::new(String::from_utf8_lossy(&bytes).into_owned())
}

/// A decoded escape. In percent-encoding, it is one byte of a character.
enum Escape {
    Byte(u8),
    Character(char),
}

/// Decodes the escape at the beginning of a text, and returns the rest.
fn unescape(text: &str) -> Option<(Escape, &str)> {
    if let Some(rest) = text.strip_prefix('%') {
        let (digits, rest) = rest.split_at_checked(2)?;
        return Some((Escape::Byte(number(digits)?.try_into().ok()?), rest));
    }
    let (character, rest) = match text.strip_prefix('\\') {
        Some(rest) => backslash(rest)?,
        None => entity(text)?,
    };
    Some((Escape::Character(character), rest))
}

/// A JSON escape, after its backslash.
fn backslash(text: &str) -> Option<(char, &str)> {
    let mut characters = text.chars();
    let first = characters.next()?;
    let rest = characters.as_str();
    Some(match first {
        'b' => ('\u{8}', rest),
        'f' => ('\u{c}', rest),
        'n' => ('\n', rest),
        'r' => ('\r', rest),
        't' => ('\t', rest),
        'u' => {
            let (digits, rest) = rest.split_at_checked(4)?;
            match number(digits)? {
                high @ 0xd800..0xdc00 => {
                    let (digits, rest) = rest.strip_prefix("\\u")?.split_at_checked(4)?;
                    let low = number(digits)?.checked_sub(0xdc00)?;
                    let code = 0x10000 + ((high - 0xd800) << 10) + low;
                    (char::from_u32(code)?, rest)
                }
                unit => (char::from_u32(unit)?, rest),
            }
        }
        other => (other, rest),
    })
}

/// An HTML entity.
fn entity(text: &str) -> Option<(char, &str)> {
    let (name, rest) = text.strip_prefix('&')?.split_once(';')?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        _ => {
            let code = name.strip_prefix('#')?;
            let code = match code.strip_prefix(['x', 'X']) {
                Some(digits) => number(digits)?,
                None => code.parse().ok()?,
            };
            char::from_u32(code)?
        }
    };
    Some((character, rest))
}

fn number(digits: &str) -> Option<u32> {
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    u32::from_str_radix(digits, 16).ok().filter(|_| hexadecimal)
}

fn hex(secret: &str) -> Zeroizing<String> {
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or_default();
    let mut hex = Zeroizing::new(String::with_capacity(2 * secret.len()));
    for byte in secret.bytes() {
        hex.push(digit(byte >> 4));
        hex.push(digit(byte & 15));
    }
    hex
}

/// The part of a secret in base64 that does not depend on the surrounding text, for each
/// of the three positions in a group of bytes, in both alphabets. Empty for a secret that
/// is so short that it would match by chance.
fn base64(secret: &str) -> Vec<Zeroizing<String>> {
    const MIN_LENGTH: usize = 4;
    if secret.len() < MIN_LENGTH {
        return Vec::new();
    }
    let forms = [STANDARD, URL_SAFE].map(|alphabet| {
        [0, 1, 2].map(|before| {
            let mut bytes = Zeroizing::new(vec![0; before + secret.len()]);
            bytes[before..].copy_from_slice(secret.as_bytes());
            // Characters that contain bits of the surrounding bytes are left out.
            let whole = bytes.len() * 8 / 6;
            let text = Zeroizing::new(alphabet.encode(&*bytes));
            let start = (before * 8).div_ceil(6);
            Zeroizing::new(text.get(start..whole).unwrap_or_default().to_owned())
        })
    });
    forms.into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::prelude::*;

    use super::*;
    use crate::calls::encode;

    const TOKEN: &str = "eyJhbGciOi.eyJjbGllbnRfaWQi.c2lnbmF0dXJlLXNpZ25hdHVyZQ";

    fn with<'a>(texts: &[&'a str], credential: Option<&'a str>) -> Secrets<'a> {
        Secrets {
            texts: texts.to_vec(),
            credential,
        }
    }

    #[test]
    fn a_code_is_a_name_without_secrets_other_than_words() {
        for (code, secret, allowed) in [
            ("user_not_found", "hunter2", true),
            ("a", "hunter2", true),
            ("fido2_failed", "hunter2", true),
            ("weak_password", "pass", true),
            ("authentication_failed", "authentication", true),
            ("weak_password", "weak_password", true),
            ("bad_hunter2", "hunter2", false),
            ("hunter2", "hunter2", false),
            ("code_123456", "123456", false),
            ("", "hunter2", false),
            ("2fa", "hunter2", false),
            ("_a", "hunter2", false),
            ("Bad", "hunter2", false),
            ("not-found", "hunter2", false),
            ("not.found", "hunter2", false),
            ("not found", "hunter2", false),
            ("é", "hunter2", false),
        ] {
            let secrets = with(&[secret], Some(TOKEN));
            assert_eq!(secrets.allow_code(code), allowed, "{code}, {secret}");
        }
        let secrets = with(&[], None);
        assert!(secrets.allow_code(&"a".repeat(64)));
        assert!(!secrets.allow_code(&"a".repeat(65)));
    }

    #[test]
    fn a_code_with_a_part_of_a_token_is_refused() {
        let token = "eyJhbGciOi.abcdefghij_0123456789.c2ln";
        assert!(!with(&[], Some(token)).allow_code("bad_abcdefghij_0123"));
        assert!(with(&[], Some(token)).allow_code("bad_abcdefghij"));
    }

    #[test]
    fn a_secret_is_found_in_every_encoding() {
        let secret = "p\"ä/ s\\%+\n<&>";
        let html = "p&quot;&#228;/ s\\%+\n&lt;&amp;&gt;";
        let twice = "p%2522%25C3%25A4%252F%2520s%255C%2525%252B%250A%253C%2526%253E";
        for spelling in [
            secret,
            r#"p\"ä/ s\\%+\n<&>"#,
            r#"p\"\u00e4\/ s\\%+\n\u003c\u0026\u003e"#,
            r#"p\\\"ä/ s\\\\%+\\n<&>"#,
            "p%22%C3%A4%2F%20s%5C%25%2B%0A%3C%26%3E",
            "p%22%c3%a4%2f%20s%5c%25%2b%0a%3c%26%3e",
            "p%22%C3%A4%2F+s%5C%25%2B%0A%3C%26%3E",
            twice,
            html,
            &html.replace("&#228;", "&#xE4;"),
            &html.replace('&', "&amp;"),
            "P\"ä/ S\\%+\n<&>",
            "7022c3a42f20735c252b0a3c263e",
            "7022C3A42F20735C252B0A3C263E",
        ] {
            for text in [spelling.to_owned(), format!("before {spelling} after")] {
                assert!(with(&[secret], None).may_appear_in(&text), "{text}");
            }
        }
        for before in ["", "a", "ab", "abc", "{\"password\":\""] {
            let text = format!("{before}{secret}\"");
            for encoded in [STANDARD.encode(&text), URL_SAFE_NO_PAD.encode(&text)] {
                assert!(with(&[secret], None).may_appear_in(&encoded), "{encoded}");
            }
        }
        for (secret, text) in [
            ("😀2", r"\ud83d\ude002"),
            ("100%", "100%25"),
            ("%41", "%2541"),
            ("%41", "x%41x"),
            ("a\\", "x a\\"),
            ("1", "code 1"),
            ("it's", "it&apos;s"),
            // Escapes of one kind next to what only looks like one of another.
            ("a0\\0", r"%a0\\0"),
            ("lt;\"", r#"&lt;\""#),
            ("lt;%", "&lt;%25"),
            // The shortest secret that is searched for in base64.
            ("abcd", "YWJjZA=="),
        ] {
            assert!(
                with(&[secret], None).may_appear_in(text),
                "{secret}, {text}"
            );
        }
    }

    #[test]
    fn a_text_with_too_many_encodings_may_contain_a_secret() {
        let encoded = |times| format!("100%{}", "25".repeat(times));
        let text = encoded(MAX_ENCODINGS + 1);
        assert!(with(&["hunter2"], None).may_appear_in(&text));
        assert!(!with(&["hunter2"], None).may_appear_in(&encoded(MAX_ENCODINGS)));
        assert!(!with(&[], None).may_appear_in(&text));
    }

    proptest! {
        #[test]
        fn a_secret_is_found_in_any_text(secret in "\\PC{1,60}", before in "\\PC*", after in "\\PC*") {
            let secrets = with(&[&secret], None);
            let text = format!("{before}{secret}{after}");
            prop_assert!(secrets.may_appear_in(&text));
            prop_assert!(secrets.may_appear_in(&serde_json::Value::from(text.as_str()).to_string()));
            prop_assert!(secrets.may_appear_in(&encode(&text)));
        }

        #[test]
        fn any_text_can_be_searched(text in "[%\\\\&#;xu0-9a-fA-F{}é😀]*") {
            with(&["hunter2"], Some(TOKEN)).may_appear_in(&text);
        }
    }

    #[test]
    fn a_text_without_a_secret_is_allowed() {
        let secrets = with(&["hunter2", "a long pass phrase"], Some(TOKEN));
        for text in [
            "",
            "User not found",
            "100 % of it, 5% or \\ and \\u12 and &nbsp; and &#xzz; and %zz",
            "an innocent-sentence that is 1+1 long",
            "eyJhbGciOi",
        ] {
            assert!(!secrets.may_appear_in(text), "{text}");
        }
    }

    #[test]
    fn a_short_secret_in_base64_or_a_part_of_a_secret_does_not_match() {
        // The last text is the secret in base64 without its end.
        for (secret, text) in [
            ("1", "code 2"),
            ("abc", "YWJj"),
            ("a long secret", "YSBsb25nIHNlY3"),
        ] {
            assert!(
                !with(&[secret], None).may_appear_in(text),
                "{secret}, {text}"
            );
        }
    }

    #[test]
    fn a_part_of_a_secret_as_long_as_a_key_is_found() {
        let (text, long) = ("no abcdefghijkl", format!("abcdefghijkl{}", ".".repeat(36)));
        assert!(with(&[&long], None).may_appear_in(text));
        assert!(!with(&[&long[..47]], None).may_appear_in(text));
    }

    #[test]
    fn a_part_of_a_token_is_found() {
        for part in [
            TOKEN,
            "c2lnbmF0dXJlLXNpZ25hdHVyZQ",
            "ZW50_x.c2lnbmF0dXJlLXN",
            "c2lnbmF0dXJl LXNpZ25hdHVyZQ",
        ] {
            let text = format!("token '{part}' of client");
            assert!(with(&[], Some(TOKEN)).may_appear_in(&text), "{part}");
            assert!(with(&[TOKEN], None).may_appear_in(&text), "{part}");
        }
    }

    #[test]
    fn short_header_values_are_not_secrets() {
        let header = |value: &'static str| {
            let name = HeaderName::from_static("x-a");
            (name, HeaderValue::from_static(value))
        };
        let headers = [header("eu"), header("key-0123456789")];
        let secrets = Secrets::new([].into_iter(), None, &headers);
        assert!(!secrets.may_appear_in("no queue in eu"));
        assert!(secrets.may_appear_in("bad key-0123456789"));
        assert!(secrets.allow_code("eu_2"));
    }
}
