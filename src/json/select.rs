//! Reading answers of the service: selected members are read, and nothing is kept of
//! the others, so that a hundred thousand members cost no memory.

use std::fmt;

use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::literal::string_equals;
use super::read::Malformed;

/// The deepest nesting of an answer or a document; most parsers read no deeper.
pub(super) const MAX_DEPTH: usize = 128;

/// The members of an answer with these names, as they were written. The answer must be
/// one JSON object that has none of them twice, however they are escaped. Its other
/// members are not checked.
pub(crate) fn select_members<'a, const N: usize>(
    answer: &'a str,
    names: [&str; N],
) -> Result<[Option<&'a RawValue>; N], Malformed> {
    if is_deep(answer) {
        return Err(Malformed::TooDeep);
    }
    let mut deserializer = serde_json::Deserializer::from_str(answer);
    let selected = deserializer.deserialize_map(Selector(names))?;
    deserializer.end()?;
    match selected.twice {
        Some(name) => Err(Malformed::Duplicate(name.to_owned())),
        None => Ok(selected.found),
    }
}

struct Selector<'n, const N: usize>([&'n str; N]);

struct Selected<'n, 'de, const N: usize> {
    found: [Option<&'de RawValue>; N],
    /// A selected name that is there twice.
    twice: Option<&'n str>,
}

impl<'n, 'de, const N: usize> Visitor<'de> for Selector<'n, N> {
    type Value = Selected<'n, 'de, N>;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut selected = Selected {
            found: [None; N],
            twice: None,
        };
        // Names are not decoded either: one may take as much memory as the answer.
        while let Some((name, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            let Some(at) = self
                .0
                .iter()
                .position(|selected| string_equals(name.get(), selected))
            else {
                continue;
            };
            if selected.found[at].replace(value).is_some() {
                selected.twice = Some(self.0[at]);
            }
        }
        Ok(selected)
    }
}

/// The parser is not recursive, but its stack has an entry for each open bracket.
fn is_deep(text: &str) -> bool {
    let bytes = text.as_bytes();
    let opens = |byte: u8| byte == b'{' || byte == b'[';
    // The fast path: few answers have so many brackets.
    if bytes.iter().filter(|byte| opens(**byte)).count() <= MAX_DEPTH {
        return false;
    }
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for &byte in bytes {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            byte if opens(byte) => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_are_selected_as_they_were_written() {
        let text = r#" {"a" : 1.10, "\u0062": "x\ny", "c":{"a":2}, "\ud800":0} "#;
        let found = select_members(text, ["a", "b", "absent"]).unwrap();
        let found = found.map(|value| value.map(RawValue::get));
        assert_eq!(found, [Some("1.10"), Some(r#""x\ny""#), None]);
    }

    #[test]
    fn a_selected_member_given_twice_is_refused_however_it_is_escaped() {
        for text in [
            r#"{"jwt":1,"jwt":1}"#,
            r#"{"jwt":1,"\u006awt":2}"#,
            r#"{"\u006a\u0077\u0074":null,"b":1,"jwt":2}"#,
        ] {
            let error = select_members(text, ["b", "jwt"]).unwrap_err();
            let message = error.to_string();
            assert!(
                message.contains("the member 'jwt' twice"),
                "{text}: {message}"
            );
        }
        let others = r#"{"jwt":1,"a":1,"a":2,"j\wt":2}"#.replace(r"\w", r"\u0057");
        assert!(select_members(&others, ["jwt"]).is_ok());
    }

    #[test]
    fn anything_but_one_object_is_refused() {
        for text in [
            "",
            "[]",
            "7",
            "{}{}",
            "{",
            r#"{"a":}"#,
            r#"{"a":1,}"#,
            r#"{a:1}"#,
            r#"{"a":01}"#,
            "{\"\u{1}\":1}",
        ] {
            assert!(select_members(text, []).is_err(), "{text}");
        }
        assert!(select_members("{}", []).is_ok());
    }

    #[test]
    fn depth_is_counted_outside_of_strings_only() {
        let nested = |depth: usize| {
            let open = "[".repeat(depth - 1);
            format!("{{\"a\":{open}{}}}", "]".repeat(depth - 1))
        };
        assert!(select_members(&nested(MAX_DEPTH), []).is_ok());
        assert!(select_members(&nested(MAX_DEPTH + 1), []).is_err());
        let flat = format!("{{\"a\":[{}{{}}]}}", "[],{},".repeat(1000));
        assert!(select_members(&flat, []).is_ok());
        let text = format!(r#"{{"a":"\"\\\"{}"}}"#, "[{".repeat(1000));
        assert!(select_members(&text, []).is_ok());
    }
}
