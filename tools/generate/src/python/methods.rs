//! The methods: their parameters, and what they give to the C function.

use std::collections::BTreeSet;

use indexmap::IndexMap as Table;
use serde::Serialize;

use super::Python;
use super::layout::bracketed;
use crate::description::{Argument, Operation, short};
use crate::mistake::{refuse, require};

/// A method; its texts are laid out.
#[derive(Serialize)]
pub struct Method {
    name: String,
    definition: String,
    documentation: String,
    statements: Vec<String>,
    /// What it uses of the modules `_arguments`, `constants` and `results`.
    pub arguments: BTreeSet<String>,
    pub constants: BTreeSet<String>,
    pub results: BTreeSet<String>,
}

/// A member of options as a parameter, and as an argument of `fido2_options`.
struct OptionMember {
    name: String,
    parameter: String,
    passed: String,
}

impl Python<'_> {
    pub(super) fn method(&self, operation: &Operation) -> Method {
        let returned = operation.returns().map(short);
        let message = self.special(operation).message.as_ref();
        let mut statements = self.checks(operation);
        let options = self.options(operation);
        if !options.is_empty() {
            let options: Vec<_> = options.into_iter().map(|one| one.passed).collect();
            statements.push(bracketed(8, "options = fido2_options(", &options, ")"));
        }
        let call = match &returned {
            Some(kind) => format!("answer: {kind} = self._call("),
            None => "self._call(".to_owned(),
        };
        statements.push(bracketed(8, &call, &self.passed(operation), ")"));
        let kind = match (&returned, message) {
            (Some(kind), _) => {
                statements.push("return answer".to_owned());
                kind
            }
            (None, Some(message)) => {
                statements.push(format!("return f{message:?}"));
                "str"
            }
            (None, None) => "None",
        };
        let name = self.method_name(operation);
        let definition = bracketed(
            4,
            &format!("def {name}("),
            &self.parameters(operation),
            &format!(") -> {kind}:"),
        );
        Method {
            name: name.to_owned(),
            arguments: names_in(&format!("{definition}{}", statements.concat()), &ARGUMENTS),
            constants: names_in(&definition, &CONSTANTS),
            definition,
            documentation: self.documentation(operation),
            statements,
            results: returned.into_iter().map(str::to_owned).collect(),
        }
    }

    fn checks(&self, operation: &Operation) -> Vec<String> {
        let names = operation.arguments.iter();
        let names = names.map(|argument| self.parameter_name(operation, argument));
        let checks = names.filter_map(|name| {
            let check = self.additions.checks.get(name)?;
            Some(format!("self.{check}({name})"))
        });
        checks.collect()
    }

    /// The members of options, which are parameters.
    fn options(&self, operation: &Operation) -> Vec<OptionMember> {
        let members = operation.arguments.iter().flat_map(Argument::members);
        let options = members.map(|name| {
            let text = self.additions.types.get(name).map_or("str", String::as_str);
            let text = format!("Optional[{text}] = None");
            let (parameter, value) = match self.additions.options.get(name).map(String::as_str) {
                Some("bool") if is_lenient(operation) => {
                    ("bool = False", format!("flag({name}, {name:?})"))
                }
                Some("bool") => (
                    "Optional[bool] = None",
                    format!("given_flag({name}, {name:?})"),
                ),
                Some("text") if is_lenient(operation) => (text.as_str(), format!("given({name})")),
                Some("text") => (text.as_str(), name.clone()),
                Some("object") => (
                    "Optional[Browser] = None",
                    format!("json_object({name}, {name:?})"),
                ),
                _ => refuse(format!(
                    "spec/python.toml: options: {name} is \"text\", \"bool\" or \"object\""
                )),
            };
            OptionMember {
                name: name.clone(),
                parameter: format!("{name}: {parameter}"),
                passed: format!("{name}={value}"),
            }
        });
        options.collect()
    }

    /// The parameters of a method in their order, `self` first.
    fn parameters(&self, operation: &Operation) -> Vec<String> {
        let special = self.special(operation);
        let mut parameters = Table::new();
        for argument in operation
            .arguments
            .iter()
            .filter(|one| one.kind() != "options")
        {
            let name = self.parameter_name(operation, argument);
            let mut parameter = format!("{name}: {}", self.parameter_type(argument, name));
            // The official package has the default in its signatures.
            if let Some(default) = argument.default().filter(|_| is_lenient(operation)) {
                parameter += &format!(" = {default:?}");
            } else if argument.is_optional() && !special.required.iter().any(|one| one == name) {
                parameter += " = None";
            }
            parameters.insert(name.to_owned(), parameter);
        }
        let options = self.options(operation).into_iter();
        parameters.extend(options.map(|one| (one.name, one.parameter)));
        let mut ordered = vec!["self".to_owned()];
        if operation.service() != "v1" {
            // An official package has none of them: what is not required, and flags, are given
            // by name.
            let by_name =
                |parameter: &String| parameter.contains(" = ") || parameter.ends_with(": bool");
            let at = parameters.values().position(by_name);
            if let Some(at) = at {
                parameters.shift_insert(at, "*".to_owned(), "*".to_owned());
            }
        }
        for name in &special.parameters {
            let known = parameters.shift_remove(name);
            require!(
                known.is_some() || name == "*",
                "{}: no parameter {name}",
                operation.name
            );
            ordered.push(known.unwrap_or_else(|| name.clone()));
        }
        require!(
            special.parameters.is_empty() || parameters.is_empty(),
            "{}: parameters is not complete",
            operation.name
        );
        ordered.extend(parameters.into_values());
        ordered
    }

    /// What the C function is given: its name, then its arguments.
    fn passed(&self, operation: &Operation) -> Vec<String> {
        let special = self.special(operation);
        let one_of = operation.one_of();
        let mut passed = vec![format!("{:?}", format!("lid_{}", operation.name))];
        for argument in &operation.arguments {
            if one_of.contains(&argument.name) {
                // All of them in one, once.
                if one_of.first() == Some(&argument.name) {
                    passed.push(format!("**who({})", one_of.join(", ")));
                }
                continue;
            }
            let name = self.parameter_name(operation, argument);
            let is_strict = special.strict.iter().any(|one| one == name);
            let may_be_empty = argument.is_optional() && argument.default().is_none();
            let value = match argument.kind() {
                "bool" => format!("flag({name}, {name:?})"),
                "json" => format!("payload({name}, {name:?})"),
                "text" if may_be_empty && !is_strict && is_lenient(operation) => {
                    format!("given({name})")
                }
                _ => name.to_owned(),
            };
            passed.push(format!("{name}={value}"));
        }
        passed
    }

    fn parameter_type(&self, argument: &Argument, name: &str) -> String {
        let kind = match argument.kind() {
            "bool" => "bool",
            "json" => "Browser",
            "text" => self.additions.types.get(name).map_or("str", String::as_str),
            other => refuse(format!(
                "{name}: a parameter of the type {other} is not supported yet"
            )),
        };
        match argument.is_optional() {
            true => format!("Optional[{kind}]"),
            false => kind.to_owned(),
        }
    }
}

/// Whether empty optional texts and false flags mean "not given", and parameters have the values of
/// the description as defaults, as in the official package, which has the calls of v1 only.
fn is_lenient(operation: &Operation) -> bool {
    operation.service() == "v1"
}

/// What generated code uses of the module `_arguments`.
const ARGUMENTS: [&str; 9] = [
    "Browser",
    "Id",
    "fido2_options",
    "flag",
    "given",
    "given_flag",
    "json_object",
    "payload",
    "who",
];

/// What it uses of the module `constants`.
const CONSTANTS: [&str; 1] = ["UsernameTypeLiteral"];

/// Those of the names that are in code.
fn names_in(code: &str, names: &[&str]) -> BTreeSet<String> {
    let words: BTreeSet<_> = code
        .split(|one: char| !one.is_alphanumeric() && one != '_')
        .collect();
    let used = names.iter().filter(|name| words.contains(*name));
    used.map(|name| (*name).to_owned()).collect()
}
