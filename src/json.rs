//! Reading JSON strictly and writing it directly.
//!
//! Two things a general parser does not give are needed here: duplicate members
//! are refused (the caller's parser may pick another one than ours did), and
//! what is passed on keeps its text, so that no number loses precision.

use std::fmt::{self, Write};

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::error::{Error, Result};

/// Parses an object, refusing duplicate members at any depth, nesting deeper
/// than `max_depth` and anything after the object.
pub(crate) fn parse_object(
    text: &str,
    max_depth: usize,
) -> std::result::Result<Map<String, Value>, String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict { depth: max_depth }
        .deserialize(&mut deserializer)
        .map_err(|error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    match value {
        Value::Object(map) => Ok(map),
        _ => Err("not a JSON object".to_owned()),
    }
}

/// Members of an object, in order, their values as they were written.
pub(crate) type Members<'a> = Vec<(String, &'a RawValue)>;

/// The members of an object with their values as they were written. Duplicate
/// member names at this level are refused.
pub(crate) fn members(text: &str) -> std::result::Result<Members<'_>, String> {
    struct Reader;
    impl<'de> Visitor<'de> for Reader {
        type Value = Members<'de>;

        fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
            f.write_str("a JSON object")
        }

        fn visit_map<A: MapAccess<'de>>(
            self,
            mut map: A,
        ) -> std::result::Result<Self::Value, A::Error> {
            let mut members: Self::Value = Vec::new();
            while let Some(name) = map.next_key::<String>()? {
                members.push((name, map.next_value()?));
            }
            match has_duplicate(&members) {
                true => Err(de::Error::custom("duplicate member")),
                false => Ok(members),
            }
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let members = deserializer
        .deserialize_map(Reader)
        .map_err(|error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    Ok(members)
}

/// Sorted rather than compared each with each: an answer may have a hundred
/// thousand members, and a hostile one would hold a thread far past its deadline.
fn has_duplicate(members: &Members<'_>) -> bool {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| pair[0] == pair[1])
}

/// The string value of a member, `None` when it is absent or not a string.
pub(crate) fn text_member(members: &[(String, &RawValue)], name: &str) -> Option<String> {
    let (_, raw) = members.iter().find(|(member, _)| member == name)?;
    serde_json::from_str(raw.get()).ok()
}

/// Deserializes a [`Value`] while counting depth and refusing duplicates.
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: de::Error>(&self) -> std::result::Result<Strict, E> {
        match self.depth.checked_sub(1) {
            Some(depth) => Ok(Strict { depth }),
            None => Err(E::custom("nested too deeply")),
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> std::result::Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E>(self, value: f64) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E>(self, value: String) -> std::result::Result<Value, E> {
        Ok(value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.deeper()?)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Value, A::Error> {
        // Before the first member: an empty object counts as much as another.
        self.deeper()?;
        let mut object = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            if object.contains_key(&name) {
                return Err(de::Error::custom("duplicate member"));
            }
            let value = map.next_value_seed(self.deeper()?)?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

/// Writes one JSON object, member by member, into one string.
pub(crate) struct ObjectWriter {
    text: String,
}

impl ObjectWriter {
    pub(crate) fn new() -> ObjectWriter {
        ObjectWriter::with_capacity(256)
    }

    pub(crate) fn with_capacity(capacity: usize) -> ObjectWriter {
        let mut text = String::with_capacity(capacity);
        text.push('{');
        ObjectWriter { text }
    }

    fn name(&mut self, name: &str) {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        push_string(&mut self.text, name);
        self.text.push(':');
    }

    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.name(name);
        push_string(&mut self.text, value);
    }

    pub(crate) fn optional_text(&mut self, name: &str, value: Option<&str>) {
        match value {
            Some(value) => self.text(name, value),
            None => self.raw(name, "null"),
        }
    }

    pub(crate) fn boolean(&mut self, name: &str, value: bool) {
        self.raw(name, if value { "true" } else { "false" });
    }

    pub(crate) fn integer(&mut self, name: &str, value: u64) {
        self.name(name);
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{value}");
    }

    /// A value that is JSON already.
    pub(crate) fn raw(&mut self, name: &str, json: &str) {
        self.name(name);
        self.text.push_str(json);
    }

    pub(crate) fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }
}

/// Appends a JSON string literal, with no copy in between: it may be a secret.
fn push_string(text: &mut String, value: &str) {
    text.push('"');
    push_escaped(text, value);
    text.push('"');
}

fn push_escaped(text: &mut String, value: &str) {
    let special = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    let mut rest = value;
    while let Some(at) = rest.bytes().position(special) {
        text.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'"' => text.push_str("\\\""),
            b'\\' => text.push_str("\\\\"),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            control => text.push_str(&format!("\\u{control:04x}")),
        }
        rest = &rest[at + 1..];
    }
    text.push_str(rest);
}

/// A text as it stands between the quotes of a JSON string.
pub(crate) fn quoted(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    push_escaped(&mut text, value);
    text
}

/// The text of a JSON string literal. It may be a private key, so it is built
/// in one piece of memory that is wiped; serde_json would leave copies behind.
pub(crate) fn secret_text(literal: &str) -> Option<Zeroizing<String>> {
    let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
    let mut text = Zeroizing::new(String::with_capacity(inner.len()));
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
    Some(text)
}

/// The four hexadecimal digits of a `\u` escape, and what follows them.
fn code_unit(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let unit = u32::from_str_radix(digits, 16).ok().filter(|_| hex)?;
    Some((unit, rest))
}

/// Looks up an RFC 6901 pointer. A string comes unquoted, anything else as the
/// JSON text it was written as.
pub(crate) fn lookup(text: &str, pointer: &str) -> Result<Option<String>> {
    let mut current: &RawValue = serde_json::from_str(text).map_err(invalid_json)?;
    if !pointer.is_empty() && !pointer.starts_with('/') {
        return Err(invalid_pointer("is empty or starts with '/'"));
    }
    for token in pointer.split('/').skip(1) {
        let name = unescape(token)?;
        let next = match current.get().as_bytes().first() {
            Some(b'{') => members(current.get())
                .map_err(invalid_json)?
                .into_iter()
                .find(|(member, _)| *member == name)
                .map(|(_, value)| value),
            Some(b'[') => array_item(current.get(), &name)?,
            _ => None,
        };
        match next {
            Some(value) => current = value,
            None => return Ok(None),
        }
    }
    match current.get().as_bytes().first() {
        Some(b'"') => serde_json::from_str(current.get()).map_err(invalid_json),
        _ => Ok(Some(current.get().to_owned())),
    }
}

fn invalid_json(problem: impl fmt::Display) -> Error {
    Error::argument("invalid_json", format!("the text is not JSON: {problem}"))
}

fn invalid_pointer(rule: &str) -> Error {
    Error::argument("invalid_pointer", format!("a JSON pointer {rule}"))
}

fn array_item<'a>(text: &'a str, index: &str) -> Result<Option<&'a RawValue>> {
    let leading_zero = index.len() > 1 && index.starts_with('0');
    if leading_zero || !index.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let items: Vec<&RawValue> = serde_json::from_str(text).map_err(invalid_json)?;
    Ok(index
        .parse::<usize>()
        .ok()
        .and_then(|index| items.get(index).copied()))
}

fn unescape(token: &str) -> Result<String> {
    let mut name = String::with_capacity(token.len());
    let mut characters = token.chars();
    while let Some(character) = characters.next() {
        match character {
            '~' => match characters.next() {
                Some('0') => name.push('~'),
                Some('1') => name.push('/'),
                _ => return Err(invalid_pointer("spells '~' as '~0' and '/' as '~1'")),
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
    fn duplicates_are_refused_in_every_spelling_and_depth() {
        for text in [
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"\u0061":2}"#,
            r#"{"x":{"a":1,"a":2}}"#,
            r#"{"x":[{"a":1,"a":2}]}"#,
        ] {
            assert!(parse_object(text, 32).is_err(), "{text}");
        }
        assert!(members(r#"{"a":1,"\u0061":2}"#).is_err());
    }

    #[test]
    fn an_object_of_very_many_members_is_read_in_moderate_time() {
        let names: Vec<String> = (0..100_000).map(|n| format!(r#""{n:x}":0"#)).collect();
        let text = format!("{{{}}}", names.join(","));
        let started = std::time::Instant::now();
        assert_eq!(members(&text).unwrap().len(), names.len());
        // Compared each with each these take a minute.
        assert!(started.elapsed() < std::time::Duration::from_secs(5));
        let twice = text.replacen(r#""f":0"#, r#""1f":0"#, 1);
        assert!(members(&twice).is_err());
    }

    #[test]
    fn nesting_is_counted() {
        let nested = |depth: usize| {
            format!(
                "{{\"a\":{}1{}}}",
                "[".repeat(depth - 1),
                "]".repeat(depth - 1)
            )
        };
        assert!(parse_object(&nested(32), 32).is_ok());
        assert!(parse_object(&nested(33), 32).is_err());
        for innermost in ["[]", "{}"] {
            assert!(parse_object(&nested(31).replace('1', innermost), 32).is_ok());
            assert!(parse_object(&nested(32).replace('1', innermost), 32).is_err());
        }
        assert!(parse_object(&nested(100_000), 32).is_err());
    }

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
        assert!(lookup(text, "foo").is_err());
        assert!(lookup(text, "/~2").is_err());
        assert!(lookup("{", "").is_err());
    }

    #[test]
    fn written_strings_are_valid_json() {
        let mut object = ObjectWriter::new();
        let odd = "quote \" back \\ line\n nul\u{0} é 😀";
        object.text("a", odd);
        object.raw("b", "[1]");
        let text = object.finish();
        let value: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(value["a"], odd);
        assert_eq!(value["b"][0], 1);
    }

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
            if let Some(text) = text {
                let again = format!("\"{}\"", quoted(&text));
                assert_eq!(serde_json::from_str::<String>(&again).unwrap(), *text);
            }
        }
    }
}
