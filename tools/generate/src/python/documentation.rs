//! The docstrings, in the words of Python.

use super::Python;
use super::layout::{WIDTH, docstring};
use crate::description::{Argument, Operation};
use crate::mistake::require;
use crate::text;

impl Python<'_> {
    /// The lines of a method's docstring.
    pub(super) fn documentation(&self, operation: &Operation) -> String {
        let special = self.special(operation);
        let summary = special.summary.clone().unwrap_or(operation.summary());
        let described = operation.details().join("\n\n");
        let mut details = special.details.clone().unwrap_or(described);
        for argument in operation.arguments.iter().filter(|one| one.is_optional()) {
            // The signature says so.
            details = details.replace(&format!("`{}` may be NULL.", argument.c_name()), "");
        }
        // Not given, by name.
        details = details.replace(", and NULL for the other", "");
        let mut result = operation.result();
        if operation.returns().is_none() {
            // C has an empty object instead.
            let rest = result.strip_prefix("`{}`.").unwrap_or(&result).trim_start();
            result = match special.message {
                Some(_) => format!("Returns a message. {rest}"),
                None => rest.to_owned(),
            };
        } else {
            result = format!("Returns {result}");
        }
        let mut paragraphs = text::paragraphs(&summary);
        require!(
            paragraphs.len() == 1 && paragraphs[0].len() + 11 <= WIDTH,
            "{}: give a summary of one line in spec/python.toml",
            operation.name
        );
        paragraphs.extend(text::paragraphs(&details));
        paragraphs.extend(text::paragraphs(&result));
        paragraphs.extend(operation.notes());
        let words = self.in_python(operation, &paragraphs.join("\n\n"));
        docstring(&words, 8)
    }

    /// Documentation of the C interface in the words of Python.
    fn in_python(&self, operation: &Operation, text: &str) -> String {
        let parts = text.split('`').enumerate().map(|(at, part)| {
            if at % 2 == 0 {
                return part.replace("NULL", "``None``");
            }
            let is_named = |one: &&Argument| one.name == part || one.c_name() == part;
            let argument = operation.arguments.iter().find(is_named);
            let called = part.strip_prefix("lid_").and_then(|name| {
                let mut operations = self.description.operations.iter();
                operations.find(|one| one.name == name)
            });
            let word = match (argument, called) {
                (Some(argument), _) => self.parameter_name(operation, argument).to_owned(),
                (_, Some(called)) => self.method_name(called).to_owned(),
                _ if part.starts_with('{') => literal(part),
                _ => part.to_owned(),
            };
            format!("``{word}``")
        });
        parts.collect()
    }
}

/// An example in JSON as Python shows it.
fn literal(json: &str) -> String {
    json.replace("\":", "\": ")
        .replace(",\"", ", \"")
        .replace(",…", ", …")
        .replace("true", "True")
        .replace("false", "False")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_have_the_literals_of_python() {
        assert_eq!(
            literal(r#"{"a":true,"b":{"c":"…",…}}"#),
            r#"{"a": True, "b": {"c": "…", …}}"#
        );
    }
}
