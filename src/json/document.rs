//! A JSON text that is parsed once and then read by pointers.

use std::ffi::CStr;

use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::literal::decode_literal;
use super::pointer::{Pointer, array_index};
use super::select::MAX_DEPTH;

/// A parsed JSON text. It may hold secrets: every text of it, also of members that a later one
/// of the same name replaced, is in one piece of memory, which is wiped when it is dropped.
pub(crate) struct Document {
    /// Names and strings, each with a NUL after it, and numbers as they were written. It has
    /// room for all of them from the start, since none is longer than in the JSON text.
    texts: Zeroizing<String>,
    /// The items of each array, and the members of each object in the order of their names.
    entries: Vec<Entry>,
    root: Value,
}

/// A value of a document.
#[derive(Clone, Copy)]
pub(crate) enum Value {
    Null,
    Bool(bool),
    Number(Text),
    String(Text),
    Array(Entries),
    Object(Entries),
}

/// A piece of the texts, without its NUL.
#[derive(Clone, Copy, Default)]
pub(crate) struct Text {
    start: usize,
    len: usize,
}

/// A piece of the entries.
#[derive(Clone, Copy)]
pub(crate) struct Entries {
    first: usize,
    pub(crate) len: usize,
}

#[derive(Clone, Copy)]
struct Entry {
    /// Empty in an array.
    name: Text,
    value: Value,
    /// In the n-th entry of an object: where among its entries the n-th member of the JSON text
    /// is.
    nth: usize,
}

impl Document {
    /// Parses any JSON value. The error does not quote the text.
    pub(crate) fn parse(json: &str) -> Result<Document, String> {
        // serde_json judges the whole text; what follows only splits it.
        let json: &RawValue = serde_json::from_str(json).map_err(|error| error.to_string())?;
        Splitter::new(json.get()).split()
    }

    /// The value at a pointer.
    pub(crate) fn at(&self, pointer: &Pointer<'_>) -> Option<Value> {
        let mut value = self.root;
        for token in pointer.tokens() {
            value = match value {
                Value::Object(members) => self.member(members, &token)?,
                Value::Array(items) => {
                    let index = array_index(&token).filter(|index| *index < items.len)?;
                    self.slice(items)[index].value
                }
                _ => return None,
            };
        }
        Some(value)
    }

    fn member(&self, members: Entries, name: &str) -> Option<Value> {
        let members = self.slice(members);
        let found = members.binary_search_by(|member| self.text(member.name).cmp(name));
        found.ok().map(|at| members[at].value)
    }

    /// The name of the n-th member of an object, in the order of the JSON text.
    pub(crate) fn name(&self, members: Entries, n: usize) -> Option<Text> {
        let members = self.slice(members);
        members.get(n).map(|entry| members[entry.nth].name)
    }

    pub(crate) fn text(&self, text: Text) -> &str {
        &self.texts[text.start..text.start + text.len]
    }

    /// A name or a string for C, `None` if it has a NUL in it.
    pub(crate) fn c_text(&self, text: Text) -> Option<&CStr> {
        let with_nul = &self.texts.as_bytes()[text.start..=text.start + text.len];
        CStr::from_bytes_with_nul(with_nul).ok()
    }

    fn slice(&self, entries: Entries) -> &[Entry] {
        &self.entries[entries.first..entries.first + entries.len]
    }
}

/// Splits a text that is known to be valid JSON, but for its escapes of surrogates.
struct Splitter<'a> {
    json: &'a str,
    texts: Zeroizing<String>,
    entries: Vec<Entry>,
    /// The arrays and objects that have begun.
    open: Vec<Open>,
    /// The entries of these, up to here.
    pending: Vec<Entry>,
}

/// An array or an object that has begun.
struct Open {
    is_object: bool,
    /// Where its pending entries begin.
    first: usize,
    /// The name of the member whose value comes next.
    name: Option<Text>,
}

impl<'a> Splitter<'a> {
    fn new(json: &'a str) -> Splitter<'a> {
        Splitter {
            json,
            texts: Zeroizing::new(String::with_capacity(json.len())),
            entries: Vec::new(),
            open: Vec::new(),
            pending: Vec::new(),
        }
    }

    fn split(mut self) -> Result<Document, String> {
        let mut at = 0;
        while let Some(byte) = self.json.as_bytes().get(at) {
            let end = match byte {
                b'"' => string_end(self.json, at),
                b'-' | b'0'..=b'9' | b'a'..=b'z' => word_end(self.json, at),
                _ => at + 1,
            };
            let token = &self.json[at..end];
            match byte {
                b'{' | b'[' => self.begin(*byte == b'{')?,
                b'}' | b']' => self.end(),
                b'"' => self.string(token)?,
                b'n' => self.add(Value::Null),
                b't' => self.add(Value::Bool(true)),
                b'f' => self.add(Value::Bool(false)),
                b'-' | b'0'..=b'9' => self.number(token),
                // White space, commas and colons.
                _ => {}
            }
            at = end;
        }
        // The only entry that is in no array and no object.
        let root = self.pending.pop().ok_or("it is empty")?;
        Ok(Document {
            texts: self.texts,
            entries: self.entries,
            root: root.value,
        })
    }

    fn begin(&mut self, is_object: bool) -> Result<(), String> {
        if self.open.len() == MAX_DEPTH {
            return Err("it is nested too deeply".to_owned());
        }
        self.open.push(Open {
            is_object,
            first: self.pending.len(),
            name: None,
        });
        Ok(())
    }

    fn end(&mut self) {
        let Some(open) = self.open.pop() else { return };
        if open.is_object {
            self.sort_members(open.first);
        }
        let entries = Entries {
            first: self.entries.len(),
            len: self.pending.len() - open.first,
        };
        self.entries.extend(self.pending.drain(open.first..));
        self.add(if open.is_object {
            Value::Object(entries)
        } else {
            Value::Array(entries)
        });
    }

    /// Sorts the pending entries from `first` by name, and keeps the last of each name, in the
    /// place of the first.
    fn sort_members(&mut self, first: usize) {
        let texts = &self.texts;
        let name = |entry: &Entry| &texts[entry.name.start..entry.name.start + entry.name.len];
        let members = &mut self.pending[first..];
        for (place, member) in members.iter_mut().enumerate() {
            member.nth = place;
        }
        members.sort_unstable_by(|a, b| name(a).cmp(name(b)).then(a.nth.cmp(&b.nth)));
        let mut sorted = members.to_vec();
        sorted.dedup_by(|later, kept| {
            let same = name(later) == name(kept);
            if same {
                kept.value = later.value;
            }
            same
        });
        let mut order: Vec<usize> = (0..sorted.len()).collect();
        order.sort_unstable_by_key(|at| sorted[*at].nth);
        for (member, at) in sorted.iter_mut().zip(order) {
            member.nth = at;
        }
        self.pending.truncate(first);
        self.pending.append(&mut sorted);
    }

    fn string(&mut self, literal: &str) -> Result<(), String> {
        let start = self.texts.len();
        decode_literal(literal, &mut self.texts).ok_or("a string has an invalid escape")?;
        let text = self.text_from(start);
        self.texts.push('\0');
        match self.open.last_mut() {
            Some(open) if open.is_object && open.name.is_none() => open.name = Some(text),
            _ => self.add(Value::String(text)),
        }
        Ok(())
    }

    fn number(&mut self, number: &str) {
        let start = self.texts.len();
        self.texts.push_str(number);
        let text = self.text_from(start);
        self.add(Value::Number(text));
    }

    fn text_from(&self, start: usize) -> Text {
        let len = self.texts.len() - start;
        Text { start, len }
    }

    /// Adds a value to the array or object that it is in.
    fn add(&mut self, value: Value) {
        let name = self.open.last_mut().and_then(|open| open.name.take());
        self.pending.push(Entry {
            name: name.unwrap_or_default(),
            value,
            nth: 0,
        });
    }
}

/// The end of the string literal that begins at `start`.
fn string_end(json: &str, start: usize) -> usize {
    let mut bytes = json.bytes().enumerate().skip(start + 1);
    while let Some((at, byte)) = bytes.next() {
        match byte {
            b'"' => return at + 1,
            b'\\' => drop(bytes.next()),
            _ => {}
        }
    }
    json.len()
}

/// The end of the number, `true`, `false` or `null` that begins at `start`.
fn word_end(json: &str, start: usize) -> usize {
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
    let word = &json.as_bytes()[start..];
    start + word.iter().take_while(|byte| is_part(byte)).count()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;
    use crate::json::lookup;

    fn found(document: &Document, pointer: &str) -> Option<Value> {
        document.at(&Pointer::new(pointer).expect("a pointer"))
    }

    fn names(document: &Document, members: Entries) -> Vec<&str> {
        (0..members.len)
            .map(|n| document.text(document.name(members, n).expect("a name")))
            .collect()
    }

    #[test]
    fn the_last_of_members_with_the_same_name_counts_in_the_place_of_the_first() {
        let text = r#"{"b":1,"a":{"x":1},"c":2,"\u0061":{"y":3,"y":4},"b":5}"#;
        let document = Document::parse(text).unwrap();
        let Some(Value::Object(members)) = found(&document, "") else {
            panic!("no object");
        };
        assert_eq!(names(&document, members), ["b", "a", "c"]);
        assert!(document.name(members, 3).is_none());
        for (pointer, expected) in [("/b", "5"), ("/a/y", "4"), ("/c", "2")] {
            let Some(Value::Number(number)) = found(&document, pointer) else {
                panic!("no number at {pointer}");
            };
            assert_eq!(document.text(number), expected, "{pointer}");
        }
        assert!(found(&document, "/a/x").is_none());
    }

    #[test]
    fn documents_are_128_levels_deep_at_most() {
        for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
            let nested = |depth: usize| format!("{}1{}", open.repeat(depth), close.repeat(depth));
            assert!(Document::parse(&nested(128)).is_ok());
            let error = Document::parse(&nested(129)).err();
            assert_eq!(error.as_deref(), Some("it is nested too deeply"));
            assert!(Document::parse(&nested(100_000)).is_err());
        }
        assert!(Document::parse(&"[],".repeat(1000)).is_err());
        assert!(Document::parse(&format!("[{}[]]", "[],".repeat(1000))).is_ok());
    }

    #[test]
    fn half_of_a_surrogate_pair_is_refused_wherever_it_is() {
        for text in [
            r#""\ud800""#,
            r#"{"a":["\udc00"]}"#,
            r#"{"\ud83dx":1}"#,
            r#"{"a":"\ud800","a":1}"#,
        ] {
            assert!(Document::parse(text).is_err(), "{text}");
        }
        assert!(Document::parse(r#"{"\ud83d\ude00":"\ud83d\ude00"}"#).is_ok());
    }

    /// A copy of its texts would stay behind where they grew.
    #[test]
    fn the_texts_never_move() {
        for text in [
            r#""""#,
            "7",
            r#"["a","","\n",1,{"":""}]"#,
            r#"["é😀",-1.5e3]"#,
        ] {
            let document = Document::parse(text).unwrap();
            assert!(document.texts.len() <= text.len(), "{text}");
            assert_eq!(document.texts.capacity(), text.len(), "{text}");
        }
    }

    #[test]
    fn an_object_of_very_many_members_is_looked_up_in_moderate_time() {
        let count = 100_000;
        let members: Vec<String> = (0..count).map(|n| format!(r#""{n}":{n}"#)).collect();
        let text = format!("{{{}}}", members.join(","));
        let started = std::time::Instant::now();
        let document = Document::parse(&text).unwrap();
        let Some(Value::Object(members)) = found(&document, "") else {
            panic!("no object");
        };
        for n in 0..count {
            let name = document.text(document.name(members, n).unwrap());
            assert!(found(&document, &format!("/{name}")).is_some());
        }
        // Compared each with each these take minutes.
        assert!(started.elapsed() < std::time::Duration::from_secs(10));
    }

    /// JSON texts, most of them valid: some have half of a surrogate pair.
    fn texts() -> impl Strategy<Value = String> {
        let leaves = [
            "null",
            "true",
            "false",
            "0",
            "-0.0",
            "1e400",
            "12345678901234567890.10",
            r#""""#,
            r#""x\n\u0061\"""#,
            r#""\ud83d\ude00é""#,
            r#""a\u0000b""#,
            r#""\ud800""#,
            "[]",
            "{ }",
            r#"" [{,:}] \\""#,
        ];
        let names = [
            r#""a""#,
            r#""\u0061""#,
            r#""""#,
            r#""~""#,
            r#""/""#,
            r#""0""#,
            r#""1""#,
        ];
        let space = prop::sample::select(&["", " ", "\n\t"][..]);
        let leaf = prop::sample::select(leaves.to_vec()).prop_map(str::to_owned);
        leaf.prop_recursive(4, 40, 5, move |inner| {
            let name = prop::sample::select(names.to_vec());
            let items = prop::collection::vec(inner.clone(), 0..5);
            let members = prop::collection::vec((name, inner), 0..5);
            prop_oneof![
                (items, space.clone()).prop_map(|(items, space)| {
                    format!("[{space}{}{space}]", items.join(&format!("{space},")))
                }),
                (members, space.clone()).prop_map(|(members, space)| {
                    let members = members
                        .iter()
                        .map(|(name, value)| format!("{name}{space}:{space}{value}"));
                    format!(
                        "{space}{{{}{space}}}",
                        members.collect::<Vec<_>>().join(&format!(",{space}"))
                    )
                }),
            ]
        })
    }

    fn pointers() -> Vec<String> {
        let tokens = ["a", "", "~0", "~1", "0", "1", "4", "-", "00"];
        let mut all = vec![String::new()];
        for from in 0..1 + tokens.len() + tokens.len().pow(2) {
            all.extend(tokens.map(|token| format!("{}/{token}", all[from])));
        }
        all
    }

    proptest! {
        #[test]
        fn a_document_has_what_lid_json_get_reads(text in texts()) {
            let valid = !text.contains(r#"\ud800"#);
            prop_assert_eq!(Document::parse(&text).is_ok(), valid);
            let document = Document::parse(&text);
            for pointer in pointers().iter().filter(|_| valid) {
                let document = document.as_ref().unwrap();
                let read = lookup(&text, pointer).unwrap();
                let Some(value) = found(document, pointer) else {
                    prop_assert_eq!(read, None, "{}", pointer);
                    continue;
                };
                let read = read.expect("a value");
                match value {
                    Value::Array(items) => {
                        let expected: Vec<&RawValue> = serde_json::from_str(&read).unwrap();
                        prop_assert_eq!(items.len, expected.len());
                    }
                    Value::Object(members) => {
                        let expected: BTreeMap<String, &RawValue> = serde_json::from_str(&read).unwrap();
                        let mut names = names(document, members);
                        names.sort_unstable();
                        prop_assert!(expected.keys().eq(names));
                    }
                    Value::Null => prop_assert_eq!(read, "null"),
                    Value::Bool(value) => prop_assert_eq!(read, value.to_string()),
                    Value::Number(value) | Value::String(value) => {
                        prop_assert_eq!(document.text(value), read);
                    }
                }
            }
        }

        #[test]
        fn what_is_no_json_is_no_document(text in texts(), part in any::<prop::sample::Index>()) {
            let mut cut = text;
            cut.truncate(cut.floor_char_boundary(part.index(cut.len())));
            prop_assume!(!cut.contains(r#"\ud800"#));
            let json: Result<&RawValue, _> = serde_json::from_str(&cut);
            prop_assert_eq!(Document::parse(&cut).is_ok(), json.is_ok(), "{}", cut);
        }
    }
}
