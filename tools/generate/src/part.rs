//! Generated parts of files that are otherwise written by hand.

/// The file's text with another part between the lines that contain "begin generated: NAME"
/// and "end generated: NAME".
pub fn replaced(file: &str, name: &str, part: &str) -> String {
    let end_of_line = |mark: &str| {
        let at = file.find(mark).unwrap_or_else(|| panic!("no \"{mark}\""));
        at + file[at..].find('\n').expect("a whole line") + 1
    };
    let begin = end_of_line(&format!("begin generated: {name} "));
    let end = end_of_line(&format!("end generated: {name} "));
    let last_line = file[..end - 1].rfind('\n').expect("a line before") + 1;
    [&file[..begin], part, &file[last_line..]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_named_part_is_replaced() {
        let file = "a\n  // begin generated: calls (x)\nold\n  // end generated: calls (x)\nb\n";
        let expected = file.replace("old", "new\nlines");
        assert_eq!(replaced(file, "calls", "new\nlines\n"), expected);
        assert_eq!(replaced(&expected, "calls", "old\n"), file);
    }
}
