//! Writing JSON directly into one piece of memory.

use std::fmt::Write;

use crate::wipe::reserve_text;

/// Writes one JSON object, member by member, into one string. It may hold secrets: growing leaves
/// no copy of them behind.
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

    /// Makes room for a member whose value takes so many bytes, and writes its name.
    fn name(&mut self, name: &str, value_length: usize) {
        // A comma, two quotes, a colon, and the brace that ends the object.
        reserve_text(&mut self.text, escaped_length(name) + value_length + 5);
        if self.text.len() > 1 {
            self.text.push(',');
        }
        push_string(&mut self.text, name);
        self.text.push(':');
    }

    pub(crate) fn text(&mut self, name: &str, value: &str) {
        self.name(name, escaped_length(value) + 2);
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
        self.name(name, LONGEST_INTEGER);
        // Writing to a string cannot fail.
        let _ = write!(self.text, "{value}");
    }

    /// A value that is JSON already.
    pub(crate) fn raw(&mut self, name: &str, json: &str) {
        self.name(name, json.len());
        self.text.push_str(json);
    }

    pub(crate) fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }
}

/// Appends a JSON string literal directly: a copy in between could hold a secret.
fn push_string(text: &mut String, value: &str) {
    text.push('"');
    push_escaped(text, value);
    text.push('"');
}

/// The decimal digits of `u64::MAX`.
const LONGEST_INTEGER: usize = 20;
/// The longest escape is `\u001f`.
const LONGEST_ESCAPE: usize = 6;

fn is_escaped(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// How long a text may become between the quotes of a JSON string.
fn escaped_length(value: &str) -> usize {
    let escapes = value.bytes().filter(|byte| is_escaped(*byte)).count();
    value.len() + escapes * LONGEST_ESCAPE
}

fn push_escaped(text: &mut String, value: &str) {
    let mut rest = value;
    while let Some(at) = rest.bytes().position(is_escaped) {
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
    let mut text = String::with_capacity(escaped_length(value));
    push_escaped(&mut text, value);
    text
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

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
}
