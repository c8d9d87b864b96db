//! The functions of the C library, which `internal/native` calls.

use serde::Serialize;

use super::Go;
use crate::description::Operation;

/// A function that takes a client.
#[derive(Serialize)]
pub struct Function {
    name: String,
    operation: String,
    /// What it is given between the client and `out`.
    arguments: Vec<String>,
    handle: String,
}

impl Go<'_> {
    pub fn function(&self, operation: &Operation) -> Function {
        let mut inputs = 0;
        let arguments = operation.arguments.iter().map(|argument| {
            // Its time and its end are those of the context.
            match argument.kind() {
                "ms" => return "0".to_owned(),
                "cancel" => return "nil".to_owned(),
                _ => inputs += 1,
            }
            let member = match argument.kind() {
                "bool" => "flag",
                _ => "text",
            };
            format!("in[{}].{member}", inputs - 1)
        });
        Function {
            arguments: arguments.collect(),
            name: self.exceptions.name(&operation.name),
            operation: operation.name.clone(),
            handle: operation.handle(),
        }
    }
}
