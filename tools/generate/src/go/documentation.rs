//! The documentation of methods, made of that of the C functions.

use super::exceptions::Variant;
use super::{Go, WIDTH, uncapitalized};
use crate::description::Operation;
use crate::mistake::refuse;
use crate::text;

impl Go<'_> {
    pub fn documentation(&self, operation: &Operation, variant: &Variant) -> String {
        let exceptions = &self.exceptions.operations[&operation.name];
        let details = exceptions.details.clone();
        let details = details.unwrap_or_else(|| operation.details().join("\n\n"));
        let result = exceptions.result.clone();
        let result = result.unwrap_or_else(|| operation.result());
        let result = match operation.returns() {
            Some(_) => format!("Result: {result}"),
            None => result.replace("`{}`.", "Errors:"),
        };
        let about = format!("{} {details}", variant.summary);
        let mut paragraphs = vec![self.sentence(operation, variant, &about)];
        // A call without a result may have nothing to say about errors.
        if result != "Errors:" {
            paragraphs.push(self.in_go(&result, None));
        }
        let notes = operation.notes();
        paragraphs.extend(notes.map(|text| self.in_go(&text, Some(operation))));
        text::comment(&paragraphs.join("\n\n"), "//", WIDTH).replace('`', "")
    }

    /// What begins with the name of the method.
    pub fn sentence(&self, operation: &Operation, variant: &Variant, text: &str) -> String {
        let about = format!("{} {}", variant.name, uncapitalized(text.trim()));
        self.in_go(&about, Some(operation))
    }

    /// Documentation of the C interface in the words of Go, with the arguments of a call. JSON
    /// stays in backticks, so that it can be wrapped.
    fn in_go(&self, text: &str, operation: Option<&Operation>) -> String {
        let pieces = text.split('`').enumerate().map(|(at, piece)| {
            if at % 2 == 0 {
                return piece.replace("NULL", "empty");
            }
            if piece.starts_with('{') {
                format!("`{piece}`")
            } else if let Some(name) = piece.strip_prefix("lid_") {
                let exceptions = self.exceptions.operations.get(name);
                let method = exceptions.and_then(|one| one.methods.first());
                let method = method
                    .unwrap_or_else(|| refuse(format!("spec/go.toml: no operation lid_{name}")));
                format!("[Client.{}]", method.name)
            } else if let Some(name) = piece.strip_prefix("LID_ERROR_") {
                format!("[Status{}]", self.exceptions.name(&name.to_lowercase()))
            } else {
                let argument = operation.and_then(|one| self.argument(one, piece));
                argument.unwrap_or_else(|| piece.to_owned())
            }
        });
        pieces.collect()
    }

    /// An argument of C in Go.
    fn argument(&self, operation: &Operation, name: &str) -> Option<String> {
        let mut arguments = operation.arguments.iter();
        let argument = arguments.find(|one| one.name == name || one.c_name() == name)?;
        let field = self.exceptions.who(operation, &argument.name);
        let field = field.map(|field| format!("who.{field}"));
        Some(field.unwrap_or_else(|| self.exceptions.local_name(&argument.name)))
    }
}
