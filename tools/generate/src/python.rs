//! The Python package: the methods of its classes, the types of their results and the
//! prototypes of the C functions, laid out as the formatter black would do it.

use std::collections::{BTreeMap, BTreeSet};

use indexmap::IndexMap as Table;
use minijinja::context;
use minijinja::value::Serde;
use serde::{Deserialize, Serialize};

use crate::description::{Answer, Argument, Description, Member, Operation, Type};
use crate::template::Templates;
use crate::text;

const PACKAGE: &str = "bindings/python/src/libloginid";

/// The longest line.
const WIDTH: usize = 96;

/// `spec/python.toml`, whose head says what the members mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Additions {
    names: BTreeMap<String, String>,
    types: BTreeMap<String, String>,
    checks: BTreeMap<String, String>,
    options: BTreeMap<String, String>,
    may_lack: BTreeMap<String, Vec<String>>,
    #[serde(rename = "type")]
    results: Vec<Type>,
    #[serde(rename = "operation")]
    operations: BTreeMap<String, Special>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Special {
    #[serde(default)]
    by_hand: bool,
    name: Option<String>,
    summary: Option<String>,
    details: Option<String>,
    #[serde(default)]
    names: BTreeMap<String, String>,
    #[serde(default)]
    parameters: Vec<String>,
    #[serde(default)]
    required: Vec<String>,
    #[serde(default)]
    strict: Vec<String>,
    message: Option<String>,
    returns: Option<String>,
}

/// The generated files: paths below the project's folder, and texts.
pub fn files(description: &Description, additions: &str) -> Vec<(String, String)> {
    let python = Python::new(description, additions);
    let templates = Templates::new(&[
        ("calls", include_str!("../templates/python_calls.py.j2")),
        ("results", include_str!("../templates/python_results.py.j2")),
        (
            "prototypes",
            include_str!("../templates/python_prototypes.py.j2"),
        ),
    ]);
    let operations = &description.operations;
    let prototypes: Vec<_> = operations.iter().map(Prototype::of).collect();
    let results: Vec<_> = python.types().map(|one| python.result(one)).collect();
    let calls = |class: &str, kind: &str, is_management: bool| {
        let groups = python.groups(is_management);
        let methods = || groups.iter().flat_map(|group| &group.methods);
        let imports = |uses: fn(&Method) -> &BTreeSet<String>, module: &str| {
            let names: BTreeSet<_> = methods().flat_map(uses).cloned().collect();
            import(module, &names)
        };
        let arguments = imports(|method| &method.arguments, "._arguments");
        let results = imports(|method| &method.results, ".results");
        let text = templates.render(
            "calls",
            context! { class, kind, arguments, results, groups => Serde(&groups) },
        );
        (format!("{PACKAGE}/_{kind}_calls.py"), text)
    };
    vec![
        (
            format!("{PACKAGE}/_prototypes.py"),
            templates.render("prototypes", context! { prototypes => Serde(&prototypes) }),
        ),
        (
            format!("{PACKAGE}/results.py"),
            templates.render("results", context! { results => Serde(&results) }),
        ),
        calls("ApplicationCalls", "application", false),
        calls("ManagementCalls", "management", true),
    ]
}

struct Python<'a> {
    description: &'a Description,
    additions: Additions,
    none: Special,
}

impl Python<'_> {
    fn new<'a>(description: &'a Description, additions: &str) -> Python<'a> {
        let additions: Additions =
            toml::from_str(additions).unwrap_or_else(|error| panic!("spec/python.toml: {error}"));
        description.check_names(additions.operations.keys(), "spec/python.toml");
        let python = Python {
            description,
            additions,
            none: Special::default(),
        };
        for (name, members) in &python.additions.may_lack {
            let of_type = python.types().find(|one| one.name == *name);
            let has = |member| of_type.is_some_and(|one| one.members.contains_key(member));
            assert!(
                members.iter().all(|member| has(member.as_str())),
                "spec/python.toml: may_lack of {name}"
            );
        }
        python
    }

    /// The described types that are not replaced, and those of Python.
    fn types(&self) -> impl Iterator<Item = &Type> {
        let own = &self.additions.results;
        let described = self.description.types.iter();
        let kept = described.filter(|one| !own.iter().any(|other| other.name == one.name));
        kept.chain(own)
    }

    fn special(&self, operation: &Operation) -> &Special {
        let operations = &self.additions.operations;
        operations.get(&operation.name).unwrap_or(&self.none)
    }

    /// The name of an operation's method.
    fn method_name<'a>(&'a self, operation: &'a Operation) -> &'a str {
        let special = self.special(operation);
        special.name.as_deref().unwrap_or(&operation.name)
    }

    /// The name of an argument's parameter.
    fn parameter_name<'a>(&'a self, operation: &Operation, argument: &'a Argument) -> &'a str {
        let name = &argument.name;
        let renamed = self.special(operation).names.get(name);
        renamed
            .or_else(|| self.additions.names.get(name))
            .unwrap_or(name)
    }

    /// The methods of one of the classes, in their groups.
    fn groups(&self, is_management: bool) -> Vec<Group> {
        let groups = self.description.groups().into_iter().map(|group| Group {
            title: text::camel(group),
            methods: self
                .description
                .operations
                .iter()
                .filter(|one| one.group == group && one.is_management() == is_management)
                .filter(|one| !self.special(one).by_hand)
                .map(|one| self.method(one))
                .collect(),
        });
        groups.filter(|group| !group.methods.is_empty()).collect()
    }

    fn method(&self, operation: &Operation) -> Method {
        let returned = self.returned(operation);
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
        let definition = bracketed(
            4,
            &format!("def {}(", self.method_name(operation)),
            &self.parameters(operation),
            &format!(") -> {kind}:"),
        );
        Method {
            arguments: names_in(&format!("{definition}{}", statements.concat())),
            definition,
            documentation: self.documentation(operation),
            statements,
            results: returned.into_iter().collect(),
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
            let (parameter, value) = match self.additions.options.get(name).map(String::as_str) {
                Some("bool") => ("bool = False", format!("flag({name}, {name:?})")),
                Some("text") => ("Optional[str] = None", format!("given({name})")),
                _ => panic!("spec/python.toml: options: {name} is \"text\" or \"bool\""),
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
            if let Some(default) = argument.default() {
                parameter += &format!(" = {default:?}");
            } else if argument.is_optional() && !special.required.iter().any(|one| one == name) {
                parameter += " = None";
            }
            parameters.insert(name.to_owned(), parameter);
        }
        let options = self.options(operation).into_iter();
        parameters.extend(options.map(|one| (one.name, one.parameter)));
        let mut ordered = vec!["self".to_owned()];
        for name in &special.parameters {
            let known = parameters.shift_remove(name);
            assert!(
                known.is_some() || name == "*",
                "{}: no parameter {name}",
                operation.name
            );
            ordered.push(known.unwrap_or_else(|| name.clone()));
        }
        assert!(
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
                "text" if may_be_empty && !is_strict => format!("given({name})"),
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
            other => panic!("{name}: a parameter of the type {other} is not supported yet"),
        };
        match argument.is_optional() {
            true => format!("Optional[{kind}]"),
            false => kind.to_owned(),
        }
    }

    /// The type of the service's answer, if there is one.
    fn returned(&self, operation: &Operation) -> Option<String> {
        let special = self.special(operation).returns.as_deref();
        let name = special.or(operation.returns())?;
        let known = self.types().any(|one| one.name == name);
        assert!(known, "{}: no type {name}", operation.name);
        Some(name.to_owned())
    }

    /// The lines of a method's docstring.
    fn documentation(&self, operation: &Operation) -> String {
        let special = self.special(operation);
        let summary = special.summary.clone().unwrap_or(operation.summary());
        let described = operation.details().join("\n\n");
        let mut details = special.details.clone().unwrap_or(described);
        for argument in operation.arguments.iter().filter(|one| one.is_optional()) {
            // The signature says so.
            details = details.replace(&format!("`{}` may be NULL.", argument.c_name()), "");
        }
        let mut result = operation.result();
        if let Answer::Kind(kind) = operation.answer()
            && kind == "nothing"
        {
            let message = special.message.iter();
            let returned: String = message.map(|_| "a message. ").collect();
            result = result.replace("`{}`. ", &returned);
        }
        let is_returned = !result.starts_with("`LID_");
        let result = format!("{}{result}", if is_returned { "Returns " } else { "" });
        let mut paragraphs = text::paragraphs(&summary);
        assert!(
            paragraphs.len() == 1 && paragraphs[0].len() + 11 <= WIDTH,
            "{}: give a summary of one line in spec/python.toml",
            operation.name
        );
        paragraphs.extend(text::paragraphs(&details));
        paragraphs.extend(text::paragraphs(&result));
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

    fn result(&self, one: &Type) -> ResultType {
        let may_lack = self.additions.may_lack.get(&one.name);
        let (mut always, mut sometimes) = (Vec::new(), Vec::new());
        for (name, member) in &one.members {
            let kind = match member.type_name() {
                "string" => "str",
                "bool" => "bool",
                "number" => "float",
                "json" => "Any",
                other => other,
            };
            let line = match matches!(member, Member::List(_)) {
                true => format!("{name}: List[{kind}]"),
                false => format!("{name}: {kind}"),
            };
            match may_lack.is_some_and(|lacking| lacking.contains(name)) {
                true => sometimes.push(line),
                false => always.push(line),
            }
        }
        // The first sentence alone is the summary.
        let documentation = one.summary.replacen(". ", ".\n\n", 1).replace('`', "``");
        ResultType {
            name: one.name.clone(),
            documentation: docstring(&documentation, 4),
            always,
            sometimes,
        }
    }
}

#[derive(Serialize)]
struct Group {
    title: String,
    methods: Vec<Method>,
}

/// A method; its texts are laid out.
#[derive(Serialize)]
struct Method {
    definition: String,
    documentation: String,
    statements: Vec<String>,
    /// What it uses of the modules `_arguments` and `results`.
    arguments: BTreeSet<String>,
    results: BTreeSet<String>,
}

/// A member of options as a parameter, and as an argument of `fido2_options`.
struct OptionMember {
    name: String,
    parameter: String,
    passed: String,
}

/// The type of a result, with the members that every answer has and those that some lack.
#[derive(Serialize)]
struct ResultType {
    name: String,
    documentation: String,
    always: Vec<String>,
    sometimes: Vec<String>,
}

/// A C function of a client: the types of the arguments that are its own.
#[derive(Serialize)]
struct Prototype {
    name: String,
    arguments: Vec<&'static str>,
}

impl Prototype {
    fn of(operation: &Operation) -> Prototype {
        let arguments = operation.arguments.iter().map(|one| match one.kind() {
            "bool" => "c_bool",
            "ms" => "c_uint32",
            "cancel" => "c_void_p",
            _ => "c_char_p",
        });
        Prototype {
            name: format!("lid_{}", operation.name),
            arguments: arguments.collect(),
        }
    }
}

/// The names of the module `_arguments` in code.
fn names_in(code: &str) -> BTreeSet<String> {
    let words: BTreeSet<_> = code
        .split(|one: char| !one.is_alphanumeric() && one != '_')
        .collect();
    let names = [
        "Browser",
        "Id",
        "fido2_options",
        "flag",
        "given",
        "payload",
        "who",
    ];
    let used = names.into_iter().filter(|name| words.contains(name));
    used.map(str::to_owned).collect()
}

/// An example in JSON as Python shows it.
fn literal(json: &str) -> String {
    json.replace("\":", "\": ")
        .replace(",\"", ", \"")
        .replace(",…", ", …")
        .replace("true", "True")
        .replace("false", "False")
}

/// Items in brackets, at an indent: in one line, or else in a line of their own, or else each
/// in a line.
fn bracketed(indent: usize, open: &str, items: &[String], close: &str) -> String {
    let fits = |indent: usize, text: &str| indent + text.chars().count() <= WIDTH;
    let joined = items.join(", ");
    let line = format!("{open}{joined}{close}");
    if fits(indent, &line) {
        return line;
    }
    let outer = " ".repeat(indent);
    if fits(indent + 4, &joined) {
        return format!("{open}\n{outer}    {joined}\n{outer}{close}");
    }
    let lines = items.iter().map(|item| format!("{outer}    {item},\n"));
    format!("{open}\n{}{outer}{close}", lines.collect::<String>())
}

/// An import, in one line or each name in a line.
fn import(module: &str, names: &BTreeSet<String>) -> String {
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let line = format!("from {module} import {}", names.join(", "));
    if line.len() <= WIDTH {
        return line;
    }
    let lines = names.iter().map(|name| format!("    {name},\n"));
    format!("from {module} import (\n{})", lines.collect::<String>())
}

/// A docstring at an indent, which its first line lacks.
fn docstring(text: &str, indent: usize) -> String {
    let prefix = " ".repeat(indent - 1);
    let lines = text::comment(&format!("\"\"\"{text}"), &prefix, WIDTH);
    let lines: Vec<_> = lines.lines().map(str::trim_end).collect();
    let first = lines[0].trim_start();
    match lines[1..].join("\n") {
        rest if rest.is_empty() => format!("{first}\"\"\""),
        rest => format!("{first}\n{rest}\n{prefix} \"\"\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn brackets_are_laid_out_as_black_does_it() {
        let items = |length: usize| vec!["a".repeat(length), "b".to_owned()];
        assert_eq!(bracketed(4, "f(", &items(3), ")"), "f(aaa, b)");
        let (long, longer) = ("a".repeat(88), "a".repeat(89));
        assert_eq!(
            bracketed(0, "call(", &items(88), ")"),
            format!("call(\n    {long}, b\n)")
        );
        assert_eq!(
            bracketed(1, "call(", &items(89), ")"),
            format!("call(\n     {longer},\n     b,\n )")
        );
    }

    #[test]
    fn docstrings_end_in_a_line_of_their_own_if_they_have_several() {
        assert_eq!(docstring("One.", 4), "\"\"\"One.\"\"\"");
        assert_eq!(
            docstring("One.\n\nTwo.", 4),
            "\"\"\"One.\n\n    Two.\n    \"\"\""
        );
    }

    #[test]
    fn examples_have_the_literals_of_python() {
        assert_eq!(
            literal(r#"{"a":true,"b":{"c":"…",…}}"#),
            r#"{"a": True, "b": {"c": "…", …}}"#
        );
    }
}
