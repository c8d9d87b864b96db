//! Writing JSON directly into one piece of memory.

use std::io;

use serde::Serialize;
use zeroize::Zeroizing;

use crate::wipe::reserve_bytes;

/// Writes one JSON object, member by member. It may hold secrets: neither growing nor dropping it
/// leaves a copy of them behind.
pub(crate) struct ObjectWriter(Output);

impl ObjectWriter {
    pub(crate) fn new() -> ObjectWriter {
        ObjectWriter::with_capacity(256)
    }

    pub(crate) fn with_capacity(capacity: usize) -> ObjectWriter {
        let mut output = Output(Zeroizing::new(Vec::with_capacity(capacity)));
        output.push(b"{");
        ObjectWriter(output)
    }

    pub(crate) fn value(&mut self, name: &str, value: impl Serialize) {
        self.name(name);
        self.0.json(value);
    }

    /// A value that is JSON already.
    pub(crate) fn raw(&mut self, name: &str, json: &str) {
        self.name(name);
        self.0.push(json.as_bytes());
    }

    fn name(&mut self, name: &str) {
        if self.0.0.len() > 1 {
            self.0.push(b",");
        }
        self.0.json(name);
        self.0.push(b":");
    }

    pub(crate) fn finish(mut self) -> String {
        self.0.push(b"}");
        self.0.finish()
    }
}

/// The JSON string literal of a text, which may be a secret.
pub(crate) fn quoted(text: &str) -> String {
    let mut output = Output(Zeroizing::new(Vec::with_capacity(text.len() + 2)));
    output.json(text);
    output.finish()
}

struct Output(Zeroizing<Vec<u8>>);

impl Output {
    fn push(&mut self, bytes: &[u8]) {
        reserve_bytes(&mut self.0, bytes.len());
        self.0.extend_from_slice(bytes);
    }

    fn json(&mut self, value: impl Serialize) {
        // Texts, numbers and truth values can be written, and memory takes them.
        let _ = serde_json::to_writer(self, &value);
    }

    fn finish(mut self) -> String {
        // Nothing but UTF-8 was written.
        String::from_utf8(std::mem::take(&mut *self.0)).unwrap_or_default()
    }
}

impl io::Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.push(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_object_is_written_as_valid_json() {
        let odd = "quote \" back \\ line\n nul\u{0} é 😀";
        let mut object = ObjectWriter::with_capacity(1);
        object.value("a", odd);
        object.raw("b", "[1]");
        object.value("c \"", u64::MAX);
        object.value("d", false);
        object.value("e", None::<&str>);
        let written: serde_json::Value = serde_json::from_str(&object.finish()).unwrap();
        let expected = json!({"a": odd, "b": [1], "c \"": u64::MAX, "d": false, "e": null});
        assert_eq!(written, expected);
        assert_eq!(ObjectWriter::new().finish(), "{}");
    }

    #[test]
    fn a_quoted_text_is_read_as_it_was() {
        for (text, literal) in [
            ("", r#""""#),
            ("a\"b\\c/\n\t\u{8}", r#""a\"b\\c/\n\t\b""#),
            ("\u{1}\u{1f}\u{7f}", "\"\\u0001\\u001f\u{7f}\""),
            ("é 😀 \u{2028}</script>", "\"é 😀 \u{2028}</script>\""),
        ] {
            assert_eq!(quoted(text), literal);
            assert_eq!(serde_json::from_str::<String>(literal).unwrap(), text);
        }
    }
}
