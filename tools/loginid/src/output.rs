//! Writing results, without a panic if the reader is gone.

use std::io::{self, Write};

use serde_json::Value;

use crate::failure::Failure;

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
    text(&format!("{document}\n"))
}

/// One line on standard error.
pub fn complain(message: &str) -> io::Result<()> {
    writeln!(io::stderr(), "loginid: {}", plain(message))
}

/// The text with control characters, and those that reorder a line, replaced.
fn plain(text: &str) -> String {
    let is_reordering = |character| matches!(character, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let shown = |character: char| match character {
        character if character.is_control() || is_reordering(character) => ' ',
        character => character,
    };
    text.chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_control_a_terminal_is_replaced() {
        assert_eq!(plain("a\x1b[2Jb\u{202e}c\u{9b}é\r"), "a [2Jb c é ");
    }
}
