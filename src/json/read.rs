//! Reading tokens, configurations and callers' arguments: every duplicate is refused.
//! `select.rs` reads the answers of the service.

use std::borrow::Cow;
use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Number, Value};

/// A JSON value, which borrows its strings from the text unless they have escapes.
#[derive(Debug)]
pub(crate) enum Node<'a> {
    Null,
    Bool(bool),
    Number(Number),
    String(Cow<'a, str>),
    Array(Vec<Node<'a>>),
    Object(Object<'a>),
}

/// The members of an object, sorted by name. No name is there twice.
#[derive(Debug)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Node<'a>)>);

impl<'a> Object<'a> {
    pub(crate) fn get(&self, name: &str) -> Option<&Node<'a>> {
        let at = self.0.binary_search_by(|(member, _)| (**member).cmp(name));
        self.0.get(at.ok()?).map(|(_, value)| value)
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.get(name).is_some()
    }
}

impl From<Object<'_>> for Map<String, Value> {
    fn from(object: Object<'_>) -> Map<String, Value> {
        let members = object.0.into_iter();
        members
            .map(|(name, value)| (name.into_owned(), value.into()))
            .collect()
    }
}

impl From<Node<'_>> for Value {
    fn from(node: Node<'_>) -> Value {
        match node {
            Node::Null => Value::Null,
            Node::Bool(value) => value.into(),
            Node::Number(value) => value.into(),
            Node::String(text) => text.into_owned().into(),
            Node::Array(items) => items.into_iter().map(Value::from).collect(),
            Node::Object(object) => Value::Object(object.into()),
        }
    }
}

/// Parses an object, refusing duplicate members at any depth, nesting deeper
/// than `max_depth` and anything after the object.
pub(crate) fn parse_object(
    text: &str,
    max_depth: usize,
) -> std::result::Result<Object<'_>, String> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let value = Strict { depth: max_depth }
        .deserialize(&mut deserializer)
        .map_err(|error| error.to_string())?;
    deserializer.end().map_err(|error| error.to_string())?;
    match value {
        Node::Object(object) => Ok(object),
        _ => Err("not a JSON object".to_owned()),
    }
}

/// Members of an object, in order, their values as they were written.
pub(crate) type Members<'a> = Vec<(String, &'a RawValue)>;

/// Why a text is refused as an object.
#[derive(Debug)]
pub(crate) enum Malformed {
    /// It has this member twice.
    Duplicate(String),
    /// It is nested deeper than [`super::select_members`] reads.
    TooDeep,
    /// It is not one JSON object. The parser's words may quote the text.
    NotAnObject(String),
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Malformed::Duplicate(name) => {
                let name = shown_name(name);
                write!(
                    f,
                    "it has the member {name} twice, and duplicates are refused"
                )
            }
            Malformed::TooDeep => f.write_str("it is nested too deeply"),
            Malformed::NotAnObject(why) => f.write_str(why),
        }
    }
}

impl From<serde_json::Error> for Malformed {
    fn from(error: serde_json::Error) -> Malformed {
        Malformed::NotAnObject(error.to_string())
    }
}

/// The members of an object with their values as they were written. Duplicate
/// member names at this level are refused.
pub(crate) fn members(text: &str) -> std::result::Result<Members<'_>, Malformed> {
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
            Ok(members)
        }
    }
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let members = deserializer.deserialize_map(Reader)?;
    deserializer.end()?;
    match duplicate(&members) {
        Some(name) => Err(Malformed::Duplicate(name.to_owned())),
        None => Ok(members),
    }
}

/// A member's name as errors show it. One that is longer than names are may be a value in
/// the wrong place, for example a key.
pub(crate) fn shown_name(name: &str) -> String {
    if name.len() > 40 || name.contains("-----") {
        return format!("with a name of {} bytes", name.len());
    }
    format!("'{name}'")
}

/// Sorted rather than compared each with each: an argument that is passed on from
/// elsewhere may have a hundred thousand members.
fn duplicate<'a>(members: &'a Members<'_>) -> Option<&'a str> {
    let mut names: Vec<&str> = members.iter().map(|(name, _)| name.as_str()).collect();
    names.sort_unstable();
    let mut pairs = names.windows(2);
    pairs.find(|pair| pair[0] == pair[1]).map(|pair| pair[0])
}

/// The string value of a member, `None` when it is absent or not a string.
pub(crate) fn text_member(members: &[(String, &RawValue)], name: &str) -> Option<String> {
    let (_, raw) = members.iter().find(|(member, _)| member == name)?;
    serde_json::from_str(raw.get()).ok()
}

/// Deserializes a [`Node`] while counting depth and refusing duplicates.
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
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> std::result::Result<Node<'de>, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> std::result::Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> std::result::Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> std::result::Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> std::result::Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> std::result::Result<Node<'de>, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("not a finite number"))?;
        Ok(Node::Number(number))
    }

    fn visit_borrowed_str<E>(self, value: &'de str) -> std::result::Result<Node<'de>, E> {
        Ok(Node::String(Cow::Borrowed(value)))
    }

    fn visit_str<E>(self, value: &str) -> std::result::Result<Node<'de>, E> {
        Ok(Node::String(Cow::Owned(value.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> std::result::Result<Node<'de>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(self.deeper()?)? {
            items.push(item);
        }
        Ok(Node::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> std::result::Result<Node<'de>, A::Error> {
        // Before the first member: an empty object counts as much as another.
        self.deeper()?;
        let mut members = Vec::new();
        while let Some(name) = map.next_key_seed(Name)? {
            if members.is_empty() {
                // As many as a token has.
                members.reserve(16);
            }
            members.push((name, map.next_value_seed(self.deeper()?)?));
        }
        members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        let mut pairs = members.windows(2);
        if pairs.any(|pair| pair[0].0 == pair[1].0) {
            return Err(de::Error::custom("duplicate member"));
        }
        Ok(Node::Object(Object(members)))
    }
}

/// The name of a member. serde's own `Cow` is always a copy here.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> std::result::Result<Cow<'de, str>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_borrowed_str<E>(self, name: &'de str) -> std::result::Result<Cow<'de, str>, E> {
        Ok(Cow::Borrowed(name))
    }

    fn visit_str<E>(self, name: &str) -> std::result::Result<Cow<'de, str>, E> {
        Ok(Cow::Owned(name.to_owned()))
    }
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
    fn values_are_read_and_refused_as_serde_json_does() {
        for value in [
            r#"["a","\u0061\n","é",true,false,null,[],{},{"b":[1]}]"#,
            "[0,-0,-1,1.5,1e3,9007199254740993,18446744073709551615,18446744073709551616,1e308]",
            "1e999",
            "-1e999",
            r#""\ud800""#,
            r#""\x""#,
            "\"\u{1}\"",
            "01",
            "NaN",
            "",
        ] {
            let text = format!(r#"{{"z":1,"\u0061":{value}}}"#);
            let read = parse_object(&text, 32).map(Map::from);
            let expected: Option<Map<String, Value>> = serde_json::from_str(&text).ok();
            assert_eq!(read.ok(), expected, "{text}");
        }
    }

    #[test]
    fn a_member_is_found_among_many() {
        let members: Vec<String> = (0..100).map(|n| format!(r#""{n}":{n}"#)).collect();
        let text = format!("{{{}}}", members.join(","));
        let object = parse_object(&text, 1).unwrap();
        for n in 0..100_u64 {
            let found = object.get(&n.to_string());
            assert!(matches!(found, Some(Node::Number(number)) if number.as_u64() == Some(n)));
        }
        assert!(!object.contains("100") && !object.contains(""));
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
}
