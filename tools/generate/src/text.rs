//! Texts: wrapping documentation, and names in the style of a language.

/// `possible_authentication` as `PossibleAuthentication`.
pub fn camel(name: &str) -> String {
    let words = name.split('_');
    words
        .map(|word| word[..1].to_uppercase() + &word[1..])
        .collect()
}

/// `PossibleAuthentication` as `possible_authentication`.
pub fn snake(name: &str) -> String {
    let mut snake = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !snake.is_empty() {
            snake.push('_');
        }
        snake.extend(character.to_lowercase());
    }
    snake
}

/// Paragraphs as comment lines of at most `width` characters. An example in backticks that is
/// too long for a line goes on after a comma in the next one.
pub fn comment(text: &str, prefix: &str, width: usize) -> String {
    let mut lines = Vec::new();
    for paragraph in text.split("\n\n") {
        if !lines.is_empty() {
            lines.push(prefix.to_owned());
        }
        let mut line = String::new();
        for (piece, space) in pieces(paragraph) {
            let separator = if space && !line.is_empty() { " " } else { "" };
            let length = prefix.len() + 1 + (line.clone() + separator + &piece).chars().count();
            if length > width && !line.is_empty() {
                lines.push(format!("{prefix} {line}"));
                line = piece;
            } else {
                line = line + separator + &piece;
            }
        }
        lines.push(format!("{prefix} {line}"));
    }
    lines.join("\n")
}

/// The pieces that stay in one line, each with whether a space is before it.
fn pieces(paragraph: &str) -> Vec<(String, bool)> {
    let mut pieces = Vec::new();
    let mut in_code = false;
    for word in paragraph.split_whitespace() {
        let mut space = true;
        let mut piece = String::new();
        for character in word.chars() {
            piece.push(character);
            if character == '`' {
                in_code = !in_code;
            }
            if in_code && character == ',' {
                pieces.push((std::mem::take(&mut piece), space));
                space = false;
            }
        }
        if !piece.is_empty() {
            pieces.push((piece, space));
        }
    }
    pieces
}

/// A list in one line, or from the next line on in lines that are filled.
pub fn wrapped(indent: usize, width: usize, begin: &str, items: &[String], end: &str) -> String {
    let space = " ".repeat(indent);
    let line = format!("{space}{begin}{}{end}", items.join(", "));
    if line.len() <= width {
        return line;
    }
    let mut lines = vec![format!("{space}{begin}")];
    let mut line = format!("{space}    ");
    for (at, item) in items.iter().enumerate() {
        let last = at + 1 == items.len();
        let piece = format!("{item}{}", if last { end } else { "," });
        let is_begun = !line.trim().is_empty();
        if is_begun && line.len() + 1 + piece.len() > width {
            lines.push(line);
            line = format!("{space}    {piece}");
        } else {
            line += if is_begun { " " } else { "" };
            line += &piece;
        }
    }
    lines.push(line);
    lines.join("\n")
}

/// Markdown as a man page has it. Code may be broken after a comma.
pub fn roff(text: &str) -> String {
    let mut roff = String::new();
    let mut in_code = false;
    for character in text.chars() {
        match character {
            '`' => {
                in_code = !in_code;
                roff += if in_code { "\\fI" } else { "\\fR" };
            }
            ',' if in_code => roff += ",\\:",
            '-' => roff += "\\-",
            '\\' => roff += "\\e",
            '…' => roff += "...",
            other => roff.push(other),
        }
    }
    roff
}

/// Documentation of the C interface in the words of the Rust one.
pub fn for_rust(text: &str) -> String {
    let text = text.replace("NULL", "`None`");
    let mut words = Vec::new();
    for word in text.split(' ') {
        let name = word.split_once("`lid_").and_then(|(before, rest)| {
            let (name, after) = rest.split_once('`')?;
            Some(format!("{before}[`Client::{name}`]{after}"))
        });
        words.push(name.unwrap_or_else(|| word.to_owned()));
    }
    words.join(" ")
}

/// The statuses of C as the classes of a language: with "Error", `LID_ERROR_CLAIM_MISMATCH` is
/// `ClaimMismatchError`.
pub fn with_classes(text: &str, suffix: &str) -> String {
    let mut pieces = text.split("LID_ERROR_");
    let mut all = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let end = piece.find(|any: char| !any.is_ascii_uppercase() && any != '_');
        let (status, after) = piece.split_at(end.unwrap_or(piece.len()));
        all += &format!("{}{suffix}{after}", camel(&status.to_lowercase()));
    }
    all
}

/// Text of the description, in which line ends are spaces and empty lines end paragraphs.
pub fn paragraphs(text: &str) -> Vec<String> {
    text.split("\n\n")
        .map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" "))
        .filter(|paragraph| !paragraph.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_are_wrapped_at_spaces_and_within_examples_at_commas() {
        let text = "One two.\n\nThree: `{\"a\":1,\"b\":2}` four.";
        let expected = "// One two.\n//\n// Three:\n// `{\"a\":1,\n// \"b\":2}` four.";
        assert_eq!(comment(text, "//", 16), expected);
    }

    #[test]
    fn a_long_list_is_filled_from_the_next_line_on() {
        let short = ["a".to_owned(), "b".to_owned()];
        assert_eq!(wrapped(4, 96, "f(", &short, ");"), "    f(a, b);");
        let long = ["a".repeat(60), "b".repeat(20), "c".repeat(20)];
        let expected = format!(
            "    f(\n        {}, {},\n        {});",
            long[0], long[1], long[2]
        );
        assert_eq!(wrapped(4, 96, "f(", &long, ");"), expected);
    }

    #[test]
    fn a_man_page_has_code_in_italics() {
        let text = "a one-time `{\"a\":1,\"b\":…}`, once";
        let expected = "a one\\-time \\fI{\"a\":1,\\:\"b\":...}\\fR, once";
        assert_eq!(roff(text), expected);
    }

    #[test]
    fn names_of_c_become_those_of_rust() {
        let text = "as from `lid_get_user`, or NULL";
        assert_eq!(for_rust(text), "as from [`Client::get_user`], or `None`");
        assert_eq!(camel("possible_authentication"), "PossibleAuthentication");
        assert_eq!(snake("PossibleAuthentication"), "possible_authentication");
    }
}
