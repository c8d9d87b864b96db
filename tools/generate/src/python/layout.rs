//! Code of Python as the formatter black lays it out.

use std::collections::BTreeSet;

use crate::text;

/// The longest line.
pub const WIDTH: usize = 96;

/// Items in brackets, at an indent: in one line, or else in a line of their own, or else each
/// in a line.
pub fn bracketed(indent: usize, open: &str, items: &[String], close: &str) -> String {
    let fits = |indent: usize, text: &str| indent + text.chars().count() <= WIDTH;
    let joined = items.join(", ");
    let line = format!("{open}{joined}{close}");
    if fits(indent, &line) {
        return line;
    }
    let outer = " ".repeat(indent);
    if fits(indent + 4, &joined) {
        return format!("{open}\n{outer}    {joined}\n{outer}{close}");
    }
    let lines = items.iter().map(|item| format!("{outer}    {item},\n"));
    format!("{open}\n{}{outer}{close}", lines.collect::<String>())
}

/// An import, in one line or each name in a line.
pub fn import(module: &str, names: &BTreeSet<String>) -> String {
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let line = format!("from {module} import {}", names.join(", "));
    if line.len() <= WIDTH {
        return line;
    }
    let lines = names.iter().map(|name| format!("    {name},\n"));
    format!("from {module} import (\n{})", lines.collect::<String>())
}

/// A docstring at an indent, which its first line lacks.
pub fn docstring(text: &str, indent: usize) -> String {
    let prefix = " ".repeat(indent - 1);
    let lines = text::comment(&format!("\"\"\"{text}"), &prefix, WIDTH);
    let lines: Vec<_> = lines.lines().map(str::trim_end).collect();
    let first = lines[0].trim_start();
    match lines[1..].join("\n") {
        rest if rest.is_empty() => format!("{first}\"\"\""),
        rest => format!("{first}\n{rest}\n{prefix} \"\"\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_laid_out_as_black_does_it() {
        let items = |length: usize| vec!["a".repeat(length), "b".to_owned()];
        assert_eq!(bracketed(4, "f(", &items(3), ")"), "f(aaa, b)");
        let (long, longer) = ("a".repeat(88), "a".repeat(89));
        assert_eq!(
            bracketed(0, "call(", &items(88), ")"),
            format!("call(\n    {long}, b\n)")
        );
        assert_eq!(
            bracketed(1, "call(", &items(89), ")"),
            format!("call(\n     {longer},\n     b,\n )")
        );
    }

    #[test]
    fn docstrings_end_in_a_line_of_their_own_if_they_have_several() {
        assert_eq!(docstring("One.", 4), "\"\"\"One.\"\"\"");
        assert_eq!(
            docstring("One.\n\nTwo.", 4),
            "\"\"\"One.\n\n    Two.\n    \"\"\""
        );
    }
}
