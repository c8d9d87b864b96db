//! Hides what was secret in a request, should the service repeat it in an error.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use zeroize::Zeroizing;

use crate::call::encode;
use crate::json::quoted;

const HIDDEN: &str = "[redacted]";

/// The longest message of the service that is passed on, in characters.
const MAX_MESSAGE: usize = 500;

/// What is looked at, in bytes: with what is hidden taken out, far more than
/// the longest message.
const MAX_LOOKED_AT: usize = 64 * 1024;

/// As many characters of a token in a row are told from chance.
const PART: usize = 12;

/// As JavaScript's `encodeURIComponent` and HTML forms leave them.
const LENIENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'!')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// The text without the secrets, in whatever encoding they come, and without
/// any part of a token.
pub(super) fn redact(
    mut text: String,
    secrets: &[Zeroizing<String>],
    token: Option<&str>,
) -> String {
    let looked_at = text.floor_char_boundary(MAX_LOOKED_AT);
    text.truncate(looked_at);
    for secret in secrets {
        for spelling in spellings(secret) {
            if text.contains(spelling.as_str()) {
                text = text.replace(spelling.as_str(), HIDDEN);
            }
        }
        // A key or token of the caller's may be repeated in part.
        if secret.len() >= 4 * PART {
            text = without_parts(&text, secret);
        }
    }
    if let Some(token) = token {
        text = without_parts(&text, token);
    }
    if let Some((end, _)) = text.char_indices().nth(MAX_MESSAGE) {
        text.truncate(end);
        text.push('…');
    }
    text
}

/// How a secret may be written, the longest first.
fn spellings(secret: &str) -> Vec<Zeroizing<String>> {
    let mut all = vec![
        quoted(secret),
        encode(secret),
        utf8_percent_encode(secret, LENIENT).to_string(),
        utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
    ];
    let lower: Vec<String> = all[1..].iter().map(|text| lower_hex(text)).collect();
    let forms: Vec<String> = all[1..]
        .iter()
        .map(|text| text.replace("%20", "+"))
        .collect();
    all.extend(lower);
    all.extend(forms);
    // A JSON text within a JSON text.
    all.push(quoted(&all[0]));
    all.push(secret.to_owned());
    all.retain(|text| !text.is_empty());
    all.sort_unstable_by_key(|text| std::cmp::Reverse(text.len()));
    all.dedup();
    all.into_iter().map(Zeroizing::new).collect()
}

/// `%2F` as `%2f`.
fn lower_hex(text: &str) -> String {
    let mut hex = 0;
    text.chars()
        .map(|character| match (character, hex) {
            ('%', _) => {
                hex = 2;
                character
            }
            (_, 0) => character,
            _ => {
                hex -= 1;
                character.to_ascii_lowercase()
            }
        })
        .collect()
}

/// Takes out every run of characters, as tokens are made of them, that shares
/// [`PART`] characters in a row with the token.
fn without_parts(text: &str, token: &str) -> String {
    let of_token = |character: char| {
        character.is_ascii_alphanumeric() || ['-', '_', '.', '+', '/', '='].contains(&character)
    };
    let parts: std::collections::HashSet<&[u8]> = token.as_bytes().windows(PART).collect();
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, begun)) = rest.find(of_token).and_then(|at| rest.split_at_checked(at)) {
        kept.push_str(before);
        let end = begun.find(|character| !of_token(character));
        let cut = end.and_then(|end| begun.split_at_checked(end));
        let (run, after) = cut.unwrap_or((begun, ""));
        match run
            .as_bytes()
            .windows(PART)
            .any(|part| parts.contains(part))
        {
            true => kept.push_str(HIDDEN),
            false => kept.push_str(run),
        }
        rest = after;
    }
    kept.push_str(rest);
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(text: &str, secret: &str) -> String {
        redact(text.to_owned(), &[Zeroizing::new(secret.to_owned())], None)
    }

    #[test]
    fn a_secret_is_hidden_however_it_is_written() {
        let secret = "p\"ä/ s\\%+\n";
        for spelling in [
            secret,
            r#"p\"ä/ s\\%+\n"#,
            r#"p\\\"ä/ s\\\\%+\\n"#,
            "p%22%C3%A4%2F%20s%5C%25%2B%0A",
            "p%22%c3%a4%2f%20s%5c%25%2b%0a",
            "p%22%C3%A4%2F+s%5C%25%2B%0A",
        ] {
            let text = hidden(&format!("before {spelling} after"), secret);
            assert_eq!(text, "before [redacted] after", "{spelling}");
        }
    }

    #[test]
    fn a_part_of_a_token_is_hidden_and_other_words_are_kept() {
        let token = "eyJhbGciOi.eyJjbGllbnRfaWQi.c2lnbmF0dXJlLXNpZ25hdHVyZQ";
        for part in [
            token,
            "c2lnbmF0dXJlLXNpZ25hdHVyZQ",
            "ZW50_x.c2lnbmF0dXJlLXN",
        ] {
            let text = redact(format!("token '{part}' of client"), &[], Some(token));
            assert_eq!(text, "token '[redacted]' of client", "{part}");
        }
        let text = redact("an innocent-sentence".to_owned(), &[], Some(token));
        assert_eq!(text, "an innocent-sentence");
    }

    #[test]
    fn a_long_message_is_cut_after_its_secrets_are_hidden() {
        let text = format!(
            "{}é secret {}",
            "x".repeat(MAX_MESSAGE - 7),
            "é".repeat(100_000)
        );
        let text = hidden(&text, "secret");
        assert_eq!(text.chars().count(), MAX_MESSAGE + 1);
        assert!(!text.contains("secre"), "{text}");
    }
}
