//! The Ruby of the described operations: the methods, what they pass to C, and the signatures
//! in RBS.

use std::collections::BTreeMap;

use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::{Deserialize, Serialize};

use crate::description::{Argument, ByService, Description, Flags, Member, Operation, Type, short};
use crate::mistake::{self, require};
use crate::template::Templates;
use crate::text;

/// The longest line of Ruby.
const WIDTH: usize = 120;

/// `spec/ruby.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Overrides {
    false_if_left_out: Flags,
    symbols: Vec<String>,
    groups: ByService<BTreeMap<String, String>>,
    documentation: BTreeMap<String, String>,
}

/// A service, as Ruby has it.
struct Service {
    name: &'static str,
    /// The modules that its interface is in, from the outermost one.
    modules: &'static [&'static str],
    /// The folder of its calls, below `lib/loginid`.
    folder: &'static str,
    signatures: &'static str,
}

const SERVICES: [Service; 2] = [
    Service {
        name: "v1",
        modules: &["Loginid"],
        folder: "api",
        signatures: "api.rbs",
    },
    Service {
        name: "v2",
        modules: &["Loginid", "V2"],
        folder: "v2/api",
        signatures: "v2/api.rbs",
    },
];

/// The generated files of Ruby: paths below the project's folder, and texts.
pub fn files(description: &Description, overrides: &str) -> Vec<(String, String)> {
    let overrides: Overrides = mistake::parsed("spec/ruby.toml", overrides);
    description.check_names(overrides.documentation.keys(), "spec/ruby.toml");
    overrides.false_if_left_out.check("spec/ruby.toml");
    for name in &overrides.symbols {
        require!(
            description.has_argument(name),
            "spec/ruby.toml: symbols names {name}, which is no argument"
        );
    }
    let templates = Templates::new(&[
        ("methods", include_str!("../templates/ruby_methods.rb.j2")),
        ("calls", include_str!("../templates/ruby_calls.rb.j2")),
        ("signatures", include_str!("../templates/ruby_api.rbs.j2")),
    ]);
    let render = |name: &str, context: Value| {
        let text = templates.render(name, context);
        text.trim_end().to_owned() + "\n"
    };
    let mut files = Vec::new();
    for service in &SERVICES {
        let described = description.of_service(service.name);
        let about = overrides.groups.of(service.name);
        described.check_groups(about, "spec/ruby.toml");
        let (modules, indent) = (service.modules.to_vec(), "  ".repeat(service.modules.len()));
        let mut groups = Vec::new();
        for name in described.groups() {
            let group = Group::of(name, &about[name], &described, &overrides, &indent);
            let context = context! { modules => modules.clone(), indent => indent.clone(), group => Serde(&group) };
            let folder = service.folder;
            files.push((
                format!("bindings/ruby/lib/loginid/{folder}/{name}.rb"),
                render("methods", context),
            ));
            groups.push(group);
        }
        let types: Vec<_> = described.types.iter().map(Record::of).collect();
        let context =
            context! { modules, indent, groups => Serde(&groups), types => Serde(&types) };
        files.push((
            format!("bindings/ruby/sig/loginid/{}", service.signatures),
            render("signatures", context),
        ));
    }
    let functions: Vec<_> = description.operations.iter().map(Function::of).collect();
    files.push((
        "bindings/ruby/lib/loginid/calls.rb".to_owned(),
        render(
            "calls",
            context! {
                functions => Serde(&functions),
                booleans => description.argument_names(&["bool"]),
                json_values => description.argument_names(&["json", "options"]),
                symbols => overrides.symbols.clone(),
            },
        ),
    ));
    files
}

/// A module of methods.
#[derive(Serialize)]
struct Group {
    name: String,
    about: String,
    methods: Vec<Method>,
}

impl Group {
    fn of(
        name: &str,
        about: &str,
        description: &Description,
        overrides: &Overrides,
        indent: &str,
    ) -> Group {
        let operations = description.operations.iter();
        let operations = operations.filter(|one| one.group == name);
        Group {
            name: text::camel(name),
            about: text::paragraphs(about).join("\n\n"),
            methods: operations
                .map(|one| Method::of(one, overrides, indent))
                .collect(),
        }
    }
}

/// A C function and the types of its arguments.
#[derive(Serialize)]
struct Function {
    name: String,
    arguments: String,
}

impl Function {
    fn of(operation: &Operation) -> Function {
        Function {
            name: operation.name.clone(),
            arguments: native(operation),
        }
    }
}

#[derive(Serialize)]
struct Method {
    documentation: String,
    /// The lines of YARD's tags.
    tags: Vec<String>,
    definition: String,
    call: String,
    signature: String,
}

impl Method {
    fn of(operation: &Operation, overrides: &Overrides, indent: &str) -> Method {
        let name = operation.method();
        let documentation = overrides.documentation.get(&operation.name).map_or_else(
            || operation.documentation(),
            |text| {
                let notes = operation.notes();
                let paragraphs = text::paragraphs(text).into_iter().chain(notes);
                paragraphs.collect::<Vec<_>>().join("\n\n")
            },
        );
        let arguments = operation.arguments.iter();
        let (keywords, positional): (Vec<_>, Vec<_>) = arguments
            .map(|one| Parameter::of(one, overrides.false_if_left_out.default(operation)))
            .partition(Parameter::is_keyword);
        let in_order = || positional.iter().chain(&keywords);
        let returns = match operation.returns() {
            Some(name) => format!("(Result & {})", snake(short(name))),
            None => "Result".to_owned(),
        };
        let mut tags: Vec<_> = in_order().map(|one| one.tag(&overrides.symbols)).collect();
        tags.push("@return [Result]".to_owned());
        tags.push("@raise [Error]".to_owned());
        Method {
            documentation: for_ruby(&documentation, operation),
            tags,
            definition: if operation.arguments.is_empty() {
                format!("{indent}    def {name}")
            } else {
                wrapped(
                    &format!("{indent}    def {name}("),
                    in_order().map(Parameter::definition),
                    ")",
                )
            },
            call: call(operation, indent),
            signature: wrapped(
                &format!("{indent}    def {name}: ("),
                in_order().map(|one| one.signature(&overrides.symbols)),
                &format!(") -> {returns}"),
            ),
        }
    }
}

/// The call of the C function. One that can be cancelled can be interrupted too.
fn call(operation: &Operation, indent: &str) -> String {
    let is_cancel = |one: &&Argument| one.kind() == "cancel";
    let cancel = operation.arguments.iter().find(is_cancel);
    let beginning = match cancel {
        Some(one) => format!("{indent}      call_interruptibly({}, ", one.name),
        None => format!("{indent}      call("),
    };
    let arguments = operation.arguments.iter().filter(|one| !is_cancel(one));
    let arguments = arguments.map(|one| {
        let name = one.name_without_unit();
        format!("{name}: {name}")
    });
    let function = format!(":lid_{}", operation.name);
    wrapped(&beginning, std::iter::once(function).chain(arguments), ")")
}

fn native(operation: &Operation) -> String {
    let arguments = operation.arguments.iter().map(|one| match one.kind() {
        "bool" => "bool",
        "ms" => "uint32",
        "cancel" => "pointer",
        _ => "string",
    });
    let all = std::iter::once("pointer")
        .chain(arguments)
        .chain(["pointer"]);
    all.collect::<Vec<_>>().join(" ")
}

/// A parameter of a method: a keyword if it has a default value, or is a boolean.
struct Parameter<'a> {
    name: &'a str,
    kind: &'a str,
    default: Option<&'static str>,
}

impl Parameter<'_> {
    /// `flag` is the default of a boolean, if it has one.
    fn of<'a>(argument: &'a Argument, flag: Option<&'static str>) -> Parameter<'a> {
        Parameter {
            name: argument.name_without_unit(),
            kind: argument.kind(),
            default: match argument.kind() {
                "bool" => flag,
                "ms" => Some("nil"),
                _ => argument.is_optional().then_some("nil"),
            },
        }
    }

    fn is_keyword(&self) -> bool {
        self.default.is_some() || self.kind == "bool"
    }

    fn definition(&self) -> String {
        match self.default {
            Some(default) => format!("{}: {default}", self.name),
            None if self.is_keyword() => format!("{}:", self.name),
            None => self.name.to_owned(),
        }
    }

    /// The tag of YARD.
    fn tag(&self, symbols: &[String]) -> String {
        let kind = match self.kind {
            "bool" => "Boolean",
            "ms" => "Numeric",
            "cancel" => "Cancel",
            "json" | "options" => "Hash, String",
            _ if symbols.iter().any(|name| name == self.name) => "String, Symbol",
            _ => "String",
        };
        let nil = if self.default == Some("nil") {
            ", nil"
        } else {
            ""
        };
        format!("@param {} [{kind}{nil}]", self.name)
    }

    fn signature(&self, symbols: &[String]) -> String {
        let kind = match self.kind {
            "bool" => "bool",
            "ms" => "Numeric",
            "cancel" => "Cancel",
            "json" | "options" => "json_object",
            _ if symbols.iter().any(|name| name == self.name) => "choice",
            _ => "String",
        };
        match self.default {
            Some("nil") => format!("?{}: {kind}?", self.name),
            Some(_) => format!("?{}: {kind}", self.name),
            None if self.is_keyword() => format!("{}: {kind}", self.name),
            None => format!("{kind} {}", self.name),
        }
    }
}

/// A record type.
#[derive(Serialize)]
struct Record {
    summary: String,
    name: String,
    members: Vec<String>,
}

impl Record {
    fn of(one: &Type) -> Record {
        let members = one.members.iter().map(|(name, member)| {
            let kind = match member.type_name() {
                "string" => "String".to_owned(),
                "bool" => "bool".to_owned(),
                "number" => "Numeric".to_owned(),
                "json" => "untyped".to_owned(),
                other => snake(short(other)),
            };
            let kind = match member {
                Member::One(_) => kind,
                Member::List(_) => format!("Array[{kind}]"),
            };
            let nil = if one.may_lack(name) { "?" } else { "" };
            format!("{name:?} => {kind}{nil}")
        });
        Record {
            summary: one.summary.clone(),
            name: snake(short(&one.name)),
            members: members.collect(),
        }
    }
}

/// `VerifiedToken` as `verified_token`.
fn snake(name: &str) -> String {
    let mut all = String::new();
    for character in name.chars() {
        if character.is_uppercase() && !all.is_empty() {
            all.push('_');
        }
        all.push(character.to_ascii_lowercase());
    }
    all
}

/// A list in brackets, in as many lines as it needs.
fn wrapped(beginning: &str, items: impl Iterator<Item = String>, end: &str) -> String {
    let items: Vec<_> = items.collect();
    if items.is_empty() {
        return format!("{beginning}{end}");
    }
    let mut lines = vec![];
    let mut line = beginning.to_owned();
    for (at, item) in items.iter().enumerate() {
        let item = item.clone() + if at + 1 < items.len() { "," } else { end };
        let separator = if line.ends_with(['(', ' ']) { "" } else { " " };
        if line.len() + separator.len() + item.len() > WIDTH {
            lines.push(line.trim_end().to_owned());
            line = " ".repeat(beginning.find('(').expect("a bracket") + 1) + &item;
        } else {
            line = line + separator + &item;
        }
    }
    lines.push(line);
    lines.join("\n")
}

/// Documentation of a call in the words of Ruby, where JSON is no text.
fn for_ruby(documentation: &str, operation: &Operation) -> String {
    let mut all = in_ruby(documentation);
    for argument in &operation.arguments {
        all = all.replace(&argument.c_name(), &argument.name);
    }
    all
}

/// Names of C as those of Ruby, and JSON as Ruby prints it.
fn in_ruby(text: &str) -> String {
    let text = text.replace("NULL", "nil");
    let text = text.replace("`lid_v2_", "`").replace("`lid_", "`");
    let text = text
        .replace("\":", "\"=>")
        .replace(",\"", ", \"")
        .replace(",…", ", …");
    text::with_classes(&text, "Error")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mistake::check_refusals;

    #[test]
    fn lists_are_broken_below_their_bracket() {
        let items = || ["a".repeat(60), "b".repeat(60)].into_iter();
        let expected = format!("  call({},\n       {})", "a".repeat(60), "b".repeat(60));
        assert_eq!(wrapped("  call(", items(), ")"), expected);
    }

    #[test]
    fn statuses_become_classes_and_examples_are_as_ruby_prints_them() {
        assert_eq!(
            in_ruby("`lid_get_user`, NULL, `LID_ERROR_CLAIM_MISMATCH`: `{\"a\":1,\"b\":[…]}`"),
            "`get_user`, nil, `ClaimMismatchError`: `{\"a\"=>1, \"b\"=>[…]}`"
        );
        assert_eq!(snake("VerifiedToken"), "verified_token");
    }

    #[test]
    fn symbols_are_arguments() {
        let generate = |overrides: &str| files(&crate::description(), overrides);
        let expected = "symbols names purpos, which is no argument";
        let changes = [("\"purpose\"", "\"purpos\"", expected)];
        check_refusals("spec/ruby.toml", generate, &changes);
    }

    #[test]
    fn members_that_may_be_absent_may_be_nil() {
        let description = crate::description();
        let mut types = description.types.iter();
        let record = Record::of(types.find(|one| one.name == "Attestation").expect("a type"));
        let members = [
            "\"attestation_payload\" => untyped",
            "\"register_session\" => untyped?",
        ];
        assert_eq!(record.members, members);
    }
}
