//! The methods of the client, and the interface that has them.

use serde::Serialize;

use super::exceptions::Variant;
use super::{Go, WIDTH};
use crate::description::Operation;
use crate::mistake::refuse;
use crate::text;

const SIGNATURE_WIDTH: usize = 99;

/// A method of the client.
#[derive(Serialize)]
pub struct Method {
    documentation: String,
    signature: String,
    function: String,
    returns: Option<String>,
    /// What the C function is given, after the client.
    inputs: Vec<String>,
    /// Its line in the interface, and the comment above it.
    declaration: String,
    summary: String,
}

impl Go<'_> {
    pub fn methods(&self, operation: &Operation) -> Vec<Method> {
        let variants = self.exceptions.operations[&operation.name].methods.iter();
        variants.map(|one| self.method(operation, one)).collect()
    }

    fn method(&self, operation: &Operation, variant: &Variant) -> Method {
        let exceptions = &self.exceptions.operations[&operation.name];
        let options = exceptions.options.as_deref().unwrap_or_default();
        let (mut parameters, mut inputs) = (Vec::new(), Vec::new());
        for argument in &operation.arguments {
            let name = self.exceptions.local_name(&argument.name);
            let who = self.exceptions.who(operation, &argument.name);
            let is_required = !argument.is_optional() || variant.requires.contains(&argument.name);
            let input = |value: &str| {
                let input = if is_required { "Given" } else { "Maybe" };
                format!("native.{input}({:?}, {value})", argument.name)
            };
            let (parameter, kind, input) = match (argument.kind(), who) {
                // Its time and its end are those of the context.
                ("ms" | "cancel", _) => continue,
                _ if variant.omits(argument) => {
                    inputs.push("native.Absent()".to_owned());
                    continue;
                }
                ("text", Some(field)) => (
                    "who".to_owned(),
                    "Who".to_owned(),
                    input(&format!("who.{field}")),
                ),
                ("text", None) => (name.clone(), "string".to_owned(), input(&name)),
                ("json", _) => (
                    name.clone(),
                    "json.RawMessage".to_owned(),
                    input(&format!("string({name})")),
                ),
                ("options", _) => (
                    name.clone(),
                    format!("*{options}"),
                    format!("native.Object({:?}, {name})", argument.name),
                ),
                ("bool", _) => (
                    name.clone(),
                    "bool".to_owned(),
                    format!("native.Flag({name})"),
                ),
                (kind, _) => refuse(format!("{}: {kind} is not supported", operation.name)),
            };
            inputs.push(input);
            let parameter = (parameter, kind);
            if !parameters.contains(&parameter) {
                parameters.push(parameter);
            }
        }
        let returns = operation
            .returns()
            .map(|name| self.exceptions.type_name(name));
        let parameters = listed(&parameters);
        let result = returns.map_or("error".to_owned(), |name| format!("(*{name}, error)"));
        let summary = self.sentence(operation, variant, &variant.summary);
        Method {
            documentation: self.documentation(operation, variant),
            signature: signature(&variant.name, &parameters, &result),
            function: self.exceptions.name(&operation.name),
            returns: returns.map(str::to_owned),
            inputs,
            declaration: format!("{}({parameters}) {result}", variant.name),
            summary: text::comment(&summary, "//", WIDTH).replace('`', ""),
        }
    }
}

/// Parameters, in which arguments of one type have it once.
fn listed(parameters: &[(String, String)]) -> String {
    let mut all = "ctx context.Context".to_owned();
    let mut parameters = parameters.iter().peekable();
    while let Some((name, kind)) = parameters.next() {
        all += &format!(", {name}");
        if parameters.peek().is_none_or(|(_, next)| next != kind) {
            all += &format!(" {kind}");
        }
    }
    all
}

fn signature(name: &str, parameters: &str, result: &str) -> String {
    let line = format!("func (c *Client) {name}({parameters}) {result} {{");
    if line.len() <= SIGNATURE_WIDTH {
        return line;
    }
    format!("func (c *Client) {name}(\n\t{parameters},\n) {result} {{")
}
