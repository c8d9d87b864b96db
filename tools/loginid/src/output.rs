//! Writing results, without a panic if the reader is gone.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::fd::AsFd;
use std::os::unix::fs::{FileTypeExt, MetadataExt};

use serde_json::Value;

use crate::failure::Failure;

/// Whether standard output is the null device. It is that too if it is closed: Rust opens the device
/// in its place, so that writing succeeds.
pub fn is_discarded() -> bool {
    let device = |metadata: Metadata| {
        metadata
            .file_type()
            .is_char_device()
            .then(|| metadata.rdev())
    };
    let out = io::stdout().as_fd().try_clone_to_owned().map(File::from);
    let out = out.and_then(|out| out.metadata()).ok().and_then(device);
    out.is_some() && out == fs::metadata("/dev/null").ok().and_then(device)
}

/// A text as it is.
pub fn text(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    let written = out.write_all(text.as_bytes()).and_then(|()| out.flush());
    written.map_err(Failure::Output)
}

/// One line, whatever is in the text: no control character reaches a terminal.
pub fn line(line: &str) -> Result<(), Failure> {
    text(&format!("{}\n", plain(line)))
}

/// One JSON document.
pub fn json(document: &Value) -> Result<(), Failure> {
    text(&format!("{}\n", escaped(&document.to_string())))
}

/// One line on standard error.
pub fn complain(message: &str) -> io::Result<()> {
    writeln!(io::stderr(), "loginid: {}", plain(message))
}

/// The text with characters that control a terminal replaced.
fn plain(text: &str) -> String {
    let shown = |character| if controls(character) { ' ' } else { character };
    text.chars().map(shown).collect()
}

/// The JSON text with such characters as escapes: they are in strings only.
fn escaped(json: &str) -> String {
    let mut text = String::with_capacity(json.len());
    for character in json.chars() {
        if controls(character) {
            text.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            text.push(character);
        }
    }
    text
}

/// Whether it is a control character, a line break, or one that reorders a line.
fn controls(character: char) -> bool {
    let is_layout = matches!(character, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    character.is_control() || is_layout
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_control_a_terminal_is_replaced() {
        assert_eq!(plain("a\x1b[2Jb\u{202e}c\u{9b}é\r\u{2028}"), "a [2Jb c é  ");
    }

    #[test]
    fn json_keeps_its_meaning_and_controls_no_terminal() {
        let document = Value::from("a\x1b\u{9b}b\u{202e}é\u{7f}");
        let text = escaped(&document.to_string());
        assert!(!text.chars().any(controls), "{text:?}");
        assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), document);
    }
}
