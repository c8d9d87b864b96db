//! The calls that the binding's test of requests makes.

use serde::Serialize;

use super::Go;
use super::exceptions::Variant;
use crate::description::Operation;
use crate::text;

/// A call that a test makes with the arguments of an entry of `bindings/wire.json`.
#[derive(Serialize)]
pub struct WireCall {
    /// The function, and the optional arguments that the entry must have.
    conditions: Vec<String>,
    method: String,
    arguments: Vec<String>,
    returns: bool,
}

impl Go<'_> {
    pub fn wire_calls(&self, operation: &Operation) -> Vec<WireCall> {
        let variants = self.exceptions.operations[&operation.name].methods.iter();
        let calls = variants.map(|variant| {
            let conditions = [format!("lid_{}", operation.name)];
            let conditions = conditions.iter().chain(&variant.requires);
            WireCall {
                conditions: conditions.map(|name| format!("{name:?}")).collect(),
                method: variant.name.clone(),
                arguments: self.wire_arguments(operation, variant),
                returns: operation.returns().is_some(),
            }
        });
        calls.collect()
    }

    /// What a method is given from an entry. Its time and its end are the context's.
    fn wire_arguments(&self, operation: &Operation, variant: &Variant) -> Vec<String> {
        let mut all = vec!["ctx".to_owned()];
        for argument in &operation.arguments {
            if variant.omits(argument) {
                continue;
            }
            let is_who = self.exceptions.who(operation, &argument.name).is_some();
            let options = &self.exceptions.operations[&operation.name].options;
            let value = match argument.kind() {
                "ms" | "cancel" => continue,
                "text" if is_who => "c.who()".to_owned(),
                "options" => format!(
                    "wire.Options[{}](c.Call, {:?})",
                    options.as_deref().unwrap_or_default(),
                    argument.c_name()
                ),
                "json" => format!("c.JSON({:?})", argument.c_name()),
                kind => format!("c.{}({:?})", text::camel(kind), argument.c_name()),
            };
            if !all.contains(&value) {
                all.push(value);
            }
        }
        all
    }
}
