//! The Go binding: the methods of the client, the types of results, and the calls that the
//! binding's test of requests makes.
//!
//! It is written as gofmt would write it, which `make test-go` checks: neither `make generate`
//! nor the tests of Rust need Go.

use std::collections::BTreeMap;

use minijinja::context;
use minijinja::value::Serde;
use serde::{Deserialize, Serialize};

use crate::description::{Argument, Description, Member, Operation, Type};
use crate::mistake::{self, refuse, require};
use crate::template::Templates;
use crate::text;

/// The columns of a line of comment, and of a signature that stays in one line.
const WIDTH: usize = 90;
const SIGNATURE_WIDTH: usize = 99;

/// The generated files of Go: paths below the project's folder, and texts.
pub fn files(description: &Description, exceptions: &str) -> Vec<(String, String)> {
    let go = Go {
        description,
        exceptions: Exceptions::read(exceptions, description),
    };
    let templates = Templates::new(&[
        ("methods", include_str!("../templates/go_methods.go.j2")),
        ("results", include_str!("../templates/go_results.go.j2")),
        ("wire", include_str!("../templates/go_wire_calls.go.j2")),
    ]);
    let types = description.types.iter().filter_map(|one| go.structure(one));
    let types: Vec<_> = types.collect();
    let mut files = vec![(
        "bindings/go/results.go".to_owned(),
        templates.render("results", context! { types => Serde(&types) }),
    )];
    for group in description.groups() {
        let operations = description.operations.iter();
        let operations = operations.filter(|one| one.group == group);
        let methods: Vec<_> = operations.flat_map(|one| go.methods(one)).collect();
        files.push((
            format!("bindings/go/{group}.go"),
            templates.render("methods", context! { methods => Serde(&methods) }),
        ));
    }
    let sending = description.operations.iter().filter(|one| !one.is_local());
    let calls: Vec<_> = sending.flat_map(|one| go.wire_calls(one)).collect();
    files.push((
        "bindings/go/wire_calls_test.go".to_owned(),
        templates.render("wire", context! { calls => Serde(&calls) }) + "\n",
    ));
    files
}

/// `spec/go.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Exceptions {
    words: BTreeMap<String, String>,
    types: BTreeMap<String, TypeExceptions>,
    operations: BTreeMap<String, OperationExceptions>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct TypeExceptions {
    #[serde(default)]
    by_hand: bool,
    #[serde(default)]
    members: BTreeMap<String, String>,
    #[serde(default)]
    absent: Vec<String>,
    within: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperationExceptions {
    #[serde(default)]
    by_hand: bool,
    details: Option<String>,
    result: Option<String>,
    #[serde(default)]
    methods: Vec<Variant>,
}

/// One of the methods of an operation.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Variant {
    name: String,
    summary: String,
    #[serde(default)]
    omits: Vec<String>,
    #[serde(default)]
    requires: Vec<String>,
}

impl Exceptions {
    /// The exceptions, and what follows the rules: every operation has its methods.
    fn read(text: &str, description: &Description) -> Exceptions {
        let mut exceptions: Exceptions = mistake::parsed("spec/go.toml", text);
        for operation in &description.operations {
            let name = exceptions.name(&operation.name);
            let of = exceptions.operations.entry(operation.name.clone());
            let of = of.or_default();
            if of.methods.is_empty() {
                of.methods.push(Variant {
                    name,
                    summary: operation.summary(),
                    omits: Vec::new(),
                    requires: Vec::new(),
                });
            }
        }
        for one in &description.types {
            exceptions.types.entry(one.name.clone()).or_default();
        }
        exceptions.check(description);
        exceptions
    }

    /// Refuses what is not described.
    fn check(&self, description: &Description) {
        let file = "spec/go.toml";
        description.check_names(self.operations.keys(), file);
        for operation in &description.operations {
            for variant in &self.operations[&operation.name].methods {
                for name in variant.omits.iter().chain(&variant.requires) {
                    let argument = operation.argument(name);
                    require!(
                        argument.is_some_and(Argument::is_optional),
                        "{file}: {} names {name}, which is no optional argument of {}",
                        variant.name,
                        operation.name
                    );
                }
            }
        }
        for (name, exceptions) in &self.types {
            let described = description.types.iter().find(|one| one.name == *name);
            let Some(described) = described else {
                refuse(format!("{file}: no type {name}"))
            };
            if let Some(wider) = &exceptions.within {
                let wider = description.types.iter().find(|one| one.name == *wider);
                let has =
                    |member: &String| wider.is_some_and(|one| one.members.contains_key(member));
                require!(
                    described.members.keys().all(has),
                    "{file}: {name} is not within {}",
                    exceptions.within.as_deref().unwrap_or_default()
                );
            }
            for member in exceptions.members.keys().chain(&exceptions.absent) {
                let known = described.members.contains_key(member);
                require!(known, "{file}: {name} has no member {member}");
            }
        }
    }

    /// The name of the type that a described one is in Go.
    fn type_name<'a>(&'a self, name: &'a str) -> &'a str {
        let exceptions = self.types.get(name);
        exceptions
            .and_then(|one| one.within.as_deref())
            .unwrap_or(name)
    }

    fn type_of(&self, member: &Member) -> String {
        let list = match member {
            Member::One(_) => "",
            Member::List(_) => "[]",
        };
        let name = match member.type_name() {
            "json" => "json.RawMessage",
            "number" => "json.Number",
            name => self.type_name(name),
        };
        format!("{list}{name}")
    }

    /// `tx_id` as `TxID`.
    fn name(&self, name: &str) -> String {
        name.split('_').map(|word| self.word(word)).collect()
    }

    /// `tx_id` as `txID`.
    fn local_name(&self, name: &str) -> String {
        let first = self.word(name.split('_').next().unwrap_or(name));
        // One letter, or an initialism.
        let capitals = first.chars().take_while(char::is_ascii_uppercase).count();
        let all = self.name(name);
        all[..capitals].to_lowercase() + &all[capitals..]
    }

    fn word(&self, word: &str) -> String {
        let exception = self.words.get(word).cloned();
        exception.unwrap_or_else(|| text::camel(word))
    }
}

/// A struct.
#[derive(Serialize)]
struct Structure {
    documentation: String,
    name: String,
    has_raw: bool,
    fields: Vec<String>,
}

/// A method of the client.
#[derive(Serialize)]
struct Method {
    documentation: String,
    signature: String,
    function: String,
    returns: Option<String>,
    /// What the C function is given, the client first and `out` last, and the strings among it.
    arguments: Vec<String>,
    inputs: Vec<String>,
}

/// A call that a test makes with the arguments of an entry of `bindings/wire.json`.
#[derive(Serialize)]
struct WireCall {
    /// The function, and the optional arguments that the entry must have.
    conditions: Vec<String>,
    method: String,
    arguments: Vec<String>,
    returns: bool,
}

struct Go<'a> {
    description: &'a Description,
    exceptions: Exceptions,
}

impl Go<'_> {
    fn structure(&self, one: &Type) -> Option<Structure> {
        let exceptions = &self.exceptions.types[&one.name];
        if exceptions.by_hand || exceptions.within.is_some() {
            return None;
        }
        let fields = one.members.iter().map(|(name, member)| {
            let field = exceptions.members.get(name).cloned();
            let pointer = if exceptions.absent.contains(name) {
                "*"
            } else {
                ""
            };
            (
                field.unwrap_or_else(|| self.exceptions.name(name)),
                format!("{pointer}{}", self.exceptions.type_of(member)),
                format!("`json:\"{name}\"`"),
            )
        });
        let fields: Vec<_> = fields.collect();
        let names = fields
            .iter()
            .map(|(name, ..)| name.len())
            .max()
            .unwrap_or(0);
        let types = fields
            .iter()
            .map(|(_, kind, _)| kind.len())
            .max()
            .unwrap_or(0);
        let fields = fields
            .iter()
            .map(|(name, kind, tag)| format!("{name:names$} {kind:types$} {tag}"));
        // Members in backticks are fields.
        let pieces = one
            .summary
            .split('`')
            .enumerate()
            .map(|(at, piece)| match at % 2 {
                0 => piece.to_owned(),
                _ => self.exceptions.name(piece),
            });
        let summary = uncapitalized(&pieces.collect::<String>());
        let mut operations = self.description.operations.iter();
        let documentation = format!("{} is {summary}{}", one.name, self.lacking(one));
        Some(Structure {
            documentation: text::comment(&documentation, "//", WIDTH),
            name: one.name.clone(),
            has_raw: operations.any(|operation| {
                let returned = operation.returns();
                returned.is_some_and(|name| self.exceptions.type_name(name) == one.name)
            }),
            fields: fields.collect(),
        })
    }

    /// The fields that some answers leave empty: those of the types within it, too.
    fn lacking(&self, one: &Type) -> String {
        let types = self.description.types.iter();
        let types = types.filter(|other| self.exceptions.type_name(&other.name) == one.name);
        let types: Vec<_> = types.collect();
        let fields = one.members.keys().filter(|member| {
            let lacks = |other: &&Type| {
                other.may_lack(member) || !other.members.contains_key(member.as_str())
            };
            types.iter().any(lacks)
        });
        let fields = fields.map(|member| {
            let named = self.exceptions.types[&one.name].members.get(member);
            named
                .cloned()
                .unwrap_or_else(|| self.exceptions.name(member))
        });
        let fields: Vec<_> = fields.collect();
        match fields.split_last() {
            None => String::new(),
            Some((last, [])) => format!(" An answer may lack {last}."),
            Some((last, before)) => {
                format!(" An answer may lack {} and {last}.", before.join(", "))
            }
        }
    }

    fn methods(&self, operation: &Operation) -> Vec<Method> {
        let exceptions = &self.exceptions.operations[&operation.name];
        if exceptions.by_hand {
            return Vec::new();
        }
        let variants = exceptions.methods.iter();
        variants.map(|one| self.method(operation, one)).collect()
    }

    fn method(&self, operation: &Operation, variant: &Variant) -> Method {
        let has_who = has_who(operation);
        let (mut parameters, mut inputs) = (Vec::new(), Vec::new());
        let mut arguments = vec!["client".to_owned()];
        for argument in &operation.arguments {
            if variant.omits.contains(&argument.name) {
                arguments.push("nil".to_owned());
                continue;
            }
            let name = self.exceptions.local_name(&argument.name);
            let (parameter, kind, value) = match (argument.kind(), argument.name.as_str()) {
                ("text", "user_id") if has_who => ("who", "Who", "who.ID".to_owned()),
                ("text", "username") if has_who => ("who", "Who", "who.Name".to_owned()),
                ("text", _) => (&*name, "string", name.clone()),
                ("json", _) => (&*name, "json.RawMessage", format!("string({name})")),
                ("options", _) => (&*name, "*FIDO2Options", format!("{name}.json()")),
                ("bool", _) => (&*name, "bool", format!("C.bool({name})")),
                (kind, _) => refuse(format!("{}: {kind} is not supported", operation.name)),
            };
            let parameter = (parameter.to_owned(), kind);
            if !parameters.contains(&parameter) {
                parameters.push(parameter);
            }
            if kind == "bool" {
                arguments.push(value);
                continue;
            }
            let is_required = !argument.is_optional() || variant.requires.contains(&argument.name);
            let input = if is_required { "given" } else { "maybe" };
            arguments.push(format!("s[{}]", inputs.len()));
            inputs.push(format!("{input}({:?}, {value})", argument.name));
        }
        arguments.push("out".to_owned());
        let returns = operation
            .returns()
            .map(|name| self.exceptions.type_name(name));
        Method {
            documentation: self.documentation(operation, variant),
            signature: signature(&variant.name, &parameters, returns),
            function: operation.name.clone(),
            returns: returns.map(str::to_owned),
            arguments,
            inputs,
        }
    }

    fn wire_calls(&self, operation: &Operation) -> Vec<WireCall> {
        let variants = self.exceptions.operations[&operation.name].methods.iter();
        let calls = variants.map(|variant| {
            let conditions = [format!("lid_{}", operation.name)];
            let conditions = conditions.iter().chain(&variant.requires);
            WireCall {
                conditions: conditions.map(|name| format!("{name:?}")).collect(),
                method: variant.name.clone(),
                arguments: wire_arguments(operation, variant),
                returns: operation.returns().is_some(),
            }
        });
        calls.collect()
    }

    fn documentation(&self, operation: &Operation, variant: &Variant) -> String {
        let exceptions = &self.exceptions.operations[&operation.name];
        let details = exceptions.details.clone();
        let details = details.unwrap_or_else(|| operation.details().join("\n\n"));
        let result = exceptions.result.clone();
        let result = result.unwrap_or_else(|| operation.result());
        let result = match operation.returns() {
            Some(_) => format!("Result: {result}"),
            None => result.replace("`{}`.", "Errors:"),
        };
        let summary = uncapitalized(&variant.summary);
        let about = format!("{} {summary} {details}", variant.name);
        let about = self.in_go(&about, &operation.arguments);
        let mut paragraphs = vec![about, self.in_go(&result, &[])];
        let notes = operation.notes();
        paragraphs.extend(notes.map(|text| self.in_go(&text, &operation.arguments)));
        text::comment(&paragraphs.join("\n\n"), "//", WIDTH).replace('`', "")
    }

    /// Documentation of the C interface, about a call with these arguments, in the words of
    /// Go. JSON stays in backticks, so that it can be wrapped.
    fn in_go(&self, text: &str, arguments: &[Argument]) -> String {
        let pieces = text.split('`').enumerate().map(|(at, piece)| {
            if at % 2 == 0 {
                return piece.replace("NULL", "empty");
            }
            let is_named = |one: &&Argument| one.name == piece || one.c_name() == piece;
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
            } else if let Some(argument) = arguments.iter().find(is_named) {
                self.exceptions.local_name(&argument.name)
            } else {
                piece.to_owned()
            }
        });
        pieces.collect()
    }
}

/// Whether a user is named by either of two arguments, which are one in Go.
fn has_who(operation: &Operation) -> bool {
    let is_optional = |name| {
        let mut arguments = operation.arguments.iter();
        arguments.any(|one| one.name == name && one.is_optional())
    };
    is_optional("user_id") && is_optional("username")
}

/// What a method is given from an entry of `bindings/wire.json`. Its time and its end are the
/// context's.
fn wire_arguments(operation: &Operation, variant: &Variant) -> Vec<String> {
    let mut all = vec!["ctx".to_owned()];
    for argument in &operation.arguments {
        if variant.omits.contains(&argument.name) {
            continue;
        }
        let value = match (argument.kind(), argument.name.as_str()) {
            ("ms" | "cancel", _) => continue,
            ("text", "user_id" | "username") if has_who(operation) => "c.who()".to_owned(),
            (kind, _) => format!("c.{kind}({:?})", argument.c_name()),
        };
        if !all.contains(&value) {
            all.push(value);
        }
    }
    all
}

/// The signature of a method, in which arguments of one type have it once.
fn signature(name: &str, parameters: &[(String, &str)], returns: Option<&str>) -> String {
    let mut all = "ctx context.Context".to_owned();
    let mut parameters = parameters.iter().peekable();
    while let Some((name, kind)) = parameters.next() {
        all += &format!(", {name}");
        if parameters.peek().is_none_or(|(_, next)| next != kind) {
            all += &format!(" {kind}");
        }
    }
    let returns = returns.map_or("error".to_owned(), |name| format!("(*{name}, error)"));
    let line = format!("func (c *Client) {name}({all}) {returns} {{");
    if line.len() <= SIGNATURE_WIDTH {
        return line;
    }
    format!("func (c *Client) {name}(\n\t{all},\n) {returns} {{")
}

/// Text that goes on after a name.
fn uncapitalized(text: &str) -> String {
    text[..1].to_lowercase() + &text[1..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mistake::{caught, check_refusals};

    #[test]
    fn names_of_what_is_described_are_checked() {
        let generate = |exceptions: &str| files(&crate::description().of_service("v1"), exceptions);
        let changes = [
            ("[types.Claims]", "[types.Claim]", "no type Claim"),
            (
                "absent = [\"cred",
                "absent = [\"creds",
                "Authentication has no member credsential",
            ),
            (
                "[operations.wait_code]",
                "[operations.wait]",
                "no operation wait",
            ),
            (
                "omits = [\"nonce\"]",
                "omits = [\"nonces\"]",
                "VerifyTransaction names nonces, which is no optional argument of verify_transaction",
            ),
        ];
        check_refusals("spec/go.toml", generate, &changes);
    }

    #[test]
    fn a_type_within_another_has_no_structure_and_marks_what_it_lacks() {
        let description = &crate::description();
        let results = files(description, &crate::read("spec/go.toml"));
        let (_, results) = &results[0];
        assert!(!results.contains("AuthorizedCode"), "{results}");
        let lacks = "An answer may lack ID, Status,\n// CreatedAt and UpdatedAt.";
        assert!(results.contains(lacks), "{results}");
        let wrong = "[types.AuthorizedCode]\nwithin = \"User\"\n";
        let exceptions = format!("words = {{}}\noperations = {{}}\n{wrong}");
        let refused = caught(|| files(description, &exceptions)).err();
        let expected = "spec/go.toml: AuthorizedCode is not within User";
        assert_eq!(refused.as_deref(), Some(expected));
    }
}
