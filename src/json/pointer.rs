//! RFC 6901 pointers into a JSON text.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::literal::{secret_text, string_equals};

/// Why nothing can be looked up.
#[derive(Debug)]
pub(crate) enum PointerError {
    InvalidJson(String),
    /// The rule that the pointer breaks.
    InvalidPointer(&'static str),
}

/// A pointer of valid form.
pub(crate) struct Pointer<'a>(&'a str);

impl<'a> Pointer<'a> {
    pub(crate) fn new(text: &'a str) -> Result<Pointer<'a>, PointerError> {
        if !text.is_empty() && !text.starts_with('/') {
            let rule = "must be empty or start with '/'";
            return Err(PointerError::InvalidPointer(rule));
        }
        let mut after_tildes = text.split('~').skip(1);
        if !after_tildes.all(|rest| rest.starts_with(['0', '1'])) {
            let rule = "must spell '~' as '~0' and '/' as '~1'";
            return Err(PointerError::InvalidPointer(rule));
        }
        Ok(Pointer(text))
    }

    /// The names and indexes on the way to the value.
    pub(crate) fn tokens(&self) -> impl Iterator<Item = Cow<'a, str>> {
        self.0.split('/').skip(1).map(|token| match token {
            token if token.contains('~') => {
                // In this order: "~01" is "~1".
                Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
            }
            token => Cow::Borrowed(token),
        })
    }
}

/// The index of an array's item, in RFC 6901's only spelling of it.
pub(super) fn array_index(token: &str) -> Option<usize> {
    let leading_zero = token.len() > 1 && token.starts_with('0');
    if leading_zero || !token.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    token.parse().ok()
}

/// Looks up an RFC 6901 pointer. A string is returned without quotes and escapes, any other
/// value as its JSON text. The last of members with the same name counts.
pub(crate) fn lookup(text: &str, pointer: &str) -> Result<Option<String>, PointerError> {
    let mut current: &RawValue = serde_json::from_str(text).map_err(invalid_json)?;
    for token in Pointer::new(pointer)?.tokens() {
        let mut deserializer = serde_json::Deserializer::from_str(current.get());
        let next = match current.get().as_bytes().first() {
            Some(b'{') => deserializer.deserialize_map(Member(&token)),
            Some(b'[') => match array_index(&token) {
                Some(index) => deserializer.deserialize_seq(Item(index)),
                None => Ok(None),
            },
            _ => Ok(None),
        };
        match next.map_err(invalid_json)? {
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

/// Selects the last member of a name and skips the others.
struct Member<'n>(&'n str);

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            if string_equals(name.get(), self.0) {
                found = Some(value);
            }
        }
        Ok(found)
    }
}

/// Selects one item and skips the others.
struct Item(usize);

impl<'de> Visitor<'de> for Item {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
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
        let twice = lookup(r#"{"a":{"b":1},"\u0061":{"c":2,"c":3}}"#, "/a/c");
        assert_eq!(twice.unwrap().as_deref(), Some("3"));
        assert!(lookup(text, "foo").is_err());
        for pointer in ["/~2", "/~", "/absent/~", "/~~0", "/~0~"] {
            assert!(lookup(text, pointer).is_err(), "{pointer}");
        }
        let tildes = r#"{"~1":1,"~/":2,"/~":3}"#;
        for (pointer, expected) in [("/~01", "1"), ("/~0~1", "2"), ("/~1~0", "3")] {
            assert_eq!(lookup(tildes, pointer).unwrap().unwrap(), expected);
        }
        assert!(lookup("{", "").is_err());
    }
}
