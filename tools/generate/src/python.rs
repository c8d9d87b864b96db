//! The Python package: the methods of its classes, the types of their results and the
//! prototypes of the C functions.

mod documentation;
mod layout;
mod methods;

use std::collections::{BTreeMap, BTreeSet};

use minijinja::context;
use minijinja::value::Serde;
use serde::{Deserialize, Serialize};

use layout::{docstring, import};
use methods::Method;

use crate::description::{Argument, Description, Member, Operation, Type};
use crate::template::Templates;
use crate::text;

const PACKAGE: &str = "bindings/python/src/libloginid";

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
