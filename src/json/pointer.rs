//! RFC 6901 pointers into a JSON text.

use std::fmt;

use serde::de::{Deserializer, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::literal::secret_text;
use super::select::select_at_any_depth;

/// Why nothing can be looked up.
#[derive(Debug)]
pub(crate) enum PointerError {
    InvalidJson(String),
    /// The rule that the pointer breaks.
    InvalidPointer(&'static str),
}

type Result<T> = std::result::Result<T, PointerError>;

/// Looks up an RFC 6901 pointer. A string is returned without quotes and escapes, any other
/// value as its JSON text.
pub(crate) fn lookup(text: &str, pointer: &str) -> Result<Option<String>> {
    let mut current: &RawValue = serde_json::from_str(text).map_err(invalid_json)?;
    if !pointer.is_empty() && !pointer.starts_with('/') {
        let rule = "must be empty or start with '/'";
        return Err(PointerError::InvalidPointer(rule));
    }
    for token in pointer.split('/').skip(1) {
        let name = unescape(token)?;
        let next = match current.get().as_bytes().first() {
            Some(b'{') => {
                let [value] = select_at_any_depth(current.get(), [&name]).map_err(invalid_json)?;
                value
            }
            Some(b'[') => array_item(current.get(), &name)?,
            _ => None,
        };
        match next {
            Some(value) => current = value,
            None => return Ok(None),
        }
    }
    match current.get().as_bytes().first() {
        // It may be a secret: a token, or the private key of a new pair.
        Some(b'"') => secret_text(current.get())
            .map(|mut text| Some(std::mem::take(&mut *text)))
            .ok_or_else(|| invalid_json("a string has an invalid escape")),
        _ => Ok(Some(current.get().to_owned())),
    }
}

fn invalid_json(problem: impl fmt::Display) -> PointerError {
    PointerError::InvalidJson(problem.to_string())
}

fn array_item<'a>(text: &'a str, index: &str) -> Result<Option<&'a RawValue>> {
    let leading_zero = index.len() > 1 && index.starts_with('0');
    if leading_zero || !index.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let Ok(index) = index.parse() else {
        return Ok(None);
    };
    serde_json::Deserializer::from_str(text)
        .deserialize_seq(Item(index))
        .map_err(invalid_json)
}

/// Selects one item and skips the others.
struct Item(usize);

impl<'de> Visitor<'de> for Item {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON array")
    }

    fn visit_seq<A: SeqAccess<'de>>(
        self,
        mut seq: A,
    ) -> std::result::Result<Self::Value, A::Error> {
        let mut found = None;
        let mut at = 0;
        while let Some(item) = seq.next_element()? {
            if at == self.0 {
                found = Some(item);
            }
            at += 1;
        }
        Ok(found)
    }
}

fn unescape(token: &str) -> Result<String> {
    let mut name = String::with_capacity(token.len());
    let mut characters = token.chars();
    while let Some(character) = characters.next() {
        match character {
            '~' => match characters.next() {
                Some('0') => name.push('~'),
                Some('1') => name.push('/'),
                _ => {
                    let rule = "must spell '~' as '~0' and '/' as '~1'";
                    return Err(PointerError::InvalidPointer(rule));
                }
            },
            other => name.push(other),
        }
    }
    Ok(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_their_text_when_passed_on() {
        let text = r#"{"n":123456789012345678901234567890.10}"#;
        assert_eq!(
            lookup(text, "/n").unwrap().unwrap(),
            "123456789012345678901234567890.10"
        );
        // Found by fuzzing: larger than any floating-point number.
        assert_eq!(lookup("1e544", "").unwrap().unwrap(), "1e544");
    }

    #[test]
    fn pointers_follow_rfc_6901() {
        let text = r#"{"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"k\"l":6," ":7,"s":"x\ny"}"#;
        for (pointer, expected) in [
            ("", Some(text)),
            ("/foo", Some(r#"["bar","baz"]"#)),
            ("/foo/0", Some("bar")),
            ("/foo/2", None),
            ("/foo/-", None),
            ("/foo/00", None),
            ("/", Some("0")),
            ("/a~1b", Some("1")),
            ("/m~0n", Some("8")),
            ("/k\"l", Some("6")),
            ("/ ", Some("7")),
            ("/s", Some("x\ny")),
            ("/absent", None),
            ("/s/0", None),
        ] {
            assert_eq!(
                lookup(text, pointer).unwrap().as_deref(),
                expected,
                "{pointer}"
            );
        }
        assert!(lookup(r#"{"a":1,"\u0061":2}"#, "/a").is_err());
        assert!(lookup(text, "foo").is_err());
        assert!(lookup(text, "/~2").is_err());
        assert!(lookup("{", "").is_err());
    }
}
