//! The Python package: the methods of its classes, the types of their results and the
//! prototypes of the C functions.

mod documentation;
pub mod layout;
mod methods;

use std::collections::{BTreeMap, BTreeSet};

use minijinja::context;
use minijinja::value::Serde;
use serde::{Deserialize, Serialize};

use layout::{docstring, import};
use methods::Method;

use crate::description::{Argument, Description, Member, Operation, Type, short};
use crate::mistake::{self, require};
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
}

/// A class of generated methods.
struct Class {
    /// Its module, below the package.
    module: &'static str,
    name: &'static str,
    /// The client that it is a part of, for its documentation.
    client: &'static str,
    /// Its base class, and the module that has it.
    base: (&'static str, &'static str),
    service: &'static str,
    is_management: Option<bool>,
}

const CLASSES: [Class; 3] = [
    Class {
        module: "_application_calls",
        name: "ApplicationCalls",
        client: "the application client",
        base: ("Client", "._client"),
        service: "v1",
        is_management: Some(false),
    },
    Class {
        module: "_management_calls",
        name: "ManagementCalls",
        client: "the management client",
        base: ("Client", "._client"),
        service: "v1",
        is_management: Some(true),
    },
    Class {
        module: "v2/_calls",
        name: "Calls",
        client: "the v2 client",
        base: ("BaseClient", ".._base"),
        service: "v2",
        is_management: None,
    },
];

impl Class {
    /// How its module names the package that has the modules of all classes.
    fn package(&self) -> &'static str {
        match self.module.contains('/') {
            true => "..",
            false => ".",
        }
    }
}

/// The generated files: paths below the project's folder, and texts.
pub fn files(description: &Description, additions: &str) -> Vec<(String, String)> {
    let python = Python::new(description, additions);
    let templates = Templates::new(&[
        ("calls", include_str!("../templates/python_calls.py.j2")),
        ("aio", include_str!("../templates/python_aio.py.j2")),
        ("results", include_str!("../templates/python_results.py.j2")),
        (
            "prototypes",
            include_str!("../templates/python_prototypes.py.j2"),
        ),
    ]);
    let prototypes: Vec<_> = description.operations.iter().map(Prototype::of).collect();
    let results = |service: &str, module: &str, checked: &str| {
        let types = description.of_service(service).types;
        let results: Vec<_> = types.iter().map(ResultType::of).collect();
        let text = templates.render("results", context! { results => Serde(&results), checked });
        (format!("{PACKAGE}/{module}.py"), text)
    };
    let calls = |class: &Class| {
        let groups = python.groups(class);
        let methods = || groups.iter().flat_map(|group| &group.methods);
        let imports = |uses: fn(&Method) -> &BTreeSet<String>, module: &str| {
            let names: BTreeSet<_> = methods().flat_map(uses).cloned().collect();
            (!names.is_empty()).then(|| import(module, &names))
        };
        let module = format!("{}_arguments", class.package());
        let arguments = imports(|method| &method.arguments, &module);
        let constants = imports(|method| &method.constants, ".constants");
        let results = imports(|method| &method.results, ".results");
        let (base, base_module) = class.base;
        let (name, client) = (class.name, class.client);
        let text = templates.render(
            "calls",
            context! { name, client, base, base_module, arguments, constants, results, groups => Serde(&groups) },
        );
        (format!("{PACKAGE}/{}.py", class.module), text)
    };
    let awaited = |class: &Class| {
        let groups = python.groups(class);
        let (name, client) = (class.name, class.client);
        let package = class.package();
        let blocking = format!("{package}.{}", class.module.replace('/', "."));
        let text = templates.render(
            "aio",
            context! { name, client, blocking, package, groups => Serde(&groups) },
        );
        (format!("{PACKAGE}/aio/{}.py", class.module), text)
    };
    let mut files = vec![
        (
            format!("{PACKAGE}/_prototypes.py"),
            templates.render("prototypes", context! { prototypes => Serde(&prototypes) }),
        ),
        results(
            "v1",
            "results",
            "``jwt`` and the ``id`` or ``tx_id`` of a transaction",
        ),
        results("v2", "v2/results", "``jwtAccess`` and ``token``"),
    ];
    files.extend(CLASSES.iter().map(calls));
    files.extend(CLASSES.iter().map(awaited));
    files
}

struct Python<'a> {
    description: &'a Description,
    additions: Additions,
    none: Special,
}

impl Python<'_> {
    fn new<'a>(description: &'a Description, additions: &str) -> Python<'a> {
        let additions: Additions = mistake::parsed("spec/python.toml", additions);
        description.check_names(additions.operations.keys(), "spec/python.toml");
        let python = Python {
            description,
            additions,
            none: Special::default(),
        };
        python.check_names();
        python
    }

    /// Refuses names of arguments and parameters that there are not.
    fn check_names(&self) {
        let file = "spec/python.toml";
        for name in self.additions.names.keys() {
            let known = self.description.has_argument(name);
            require!(known, "{file}: names has {name}, which is no argument");
        }
        let operations = || self.description.operations.iter();
        let parameters: BTreeSet<_> = operations()
            .flat_map(|one| self.parameter_names(one))
            .collect();
        for (table, names) in [
            ("types", &self.additions.types),
            ("checks", &self.additions.checks),
        ] {
            for name in names.keys() {
                let known = parameters.contains(name.as_str());
                require!(known, "{file}: {table} has {name}, which is no parameter");
            }
        }
        let members: BTreeSet<_> = operations()
            .flat_map(|one| one.arguments.iter().flat_map(Argument::members))
            .collect();
        for name in self.additions.options.keys() {
            let known = members.contains(name);
            require!(
                known,
                "{file}: options has {name}, which is no member of options"
            );
        }
        for operation in operations() {
            let (name, special) = (&operation.name, self.special(operation));
            for argument in special.names.keys() {
                let known = operation.argument(argument).is_some();
                require!(
                    known,
                    "{file}: {name}: names has {argument}, which is no argument"
                );
            }
            let parameters = self.parameter_names(operation);
            for parameter in special.required.iter().chain(&special.strict) {
                let known = parameters.contains(parameter.as_str());
                require!(known, "{file}: {name}: there is no parameter {parameter}");
            }
        }
    }

    /// The names of the parameters that its arguments are.
    fn parameter_names<'a>(&'a self, operation: &'a Operation) -> BTreeSet<&'a str> {
        let arguments = operation.arguments.iter();
        arguments
            .map(|one| self.parameter_name(operation, one))
            .collect()
    }

    fn special(&self, operation: &Operation) -> &Special {
        let operations = &self.additions.operations;
        operations.get(&operation.name).unwrap_or(&self.none)
    }

    /// The name of an operation's method.
    fn method_name<'a>(&'a self, operation: &'a Operation) -> &'a str {
        let special = self.special(operation);
        special.name.as_deref().unwrap_or(operation.method())
    }

    /// The name of an argument's parameter.
    fn parameter_name<'a>(&'a self, operation: &Operation, argument: &'a Argument) -> &'a str {
        let name = &argument.name;
        let renamed = self.special(operation).names.get(name);
        renamed
            .or_else(|| self.additions.names.get(name))
            .unwrap_or(name)
    }

    /// The methods of a class, in their groups.
    fn groups(&self, class: &Class) -> Vec<Group> {
        let is_in = |one: &&Operation| {
            let is_management = class.is_management.unwrap_or(one.is_management());
            one.service() == class.service && one.is_management() == is_management
        };
        let groups = self.description.groups_of(class.service);
        let groups = groups.into_iter().map(|group| Group {
            title: text::camel(group),
            methods: self
                .description
                .operations
                .iter()
                .filter(|one| one.group == group && !self.special(one).by_hand)
                .filter(is_in)
                .map(|one| self.method(one))
                .collect(),
        });
        groups.filter(|group| !group.methods.is_empty()).collect()
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

impl ResultType {
    fn of(one: &Type) -> ResultType {
        let (mut always, mut sometimes) = (Vec::new(), Vec::new());
        for (name, member) in &one.members {
            let kind = match member.type_name() {
                "string" => "str",
                "bool" => "bool",
                "number" => "float",
                "json" => "Any",
                other => short(other),
            };
            let line = match matches!(member, Member::List(_)) {
                true => format!("{name}: List[{kind}]"),
                false => format!("{name}: {kind}"),
            };
            match one.may_lack(name) {
                true => sometimes.push(line),
                false => always.push(line),
            }
        }
        // The first sentence alone is the summary.
        let documentation = one.summary.replacen(". ", ".\n\n", 1).replace('`', "``");
        ResultType {
            name: short(&one.name).to_owned(),
            documentation: docstring(&documentation, 4),
            always,
            sometimes,
        }
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mistake::check_refusals;

    #[test]
    fn names_of_arguments_and_parameters_are_checked() {
        let generate = |additions: &str| files(&crate::description(), additions);
        let changes = [
            (
                "purpose = \"code",
                "purpos = \"code",
                "names has purpos, which is no argument",
            ),
            (
                "tx_id = \"Id\"",
                "tx_ids = \"Id\"",
                "types has tx_ids, which is no parameter",
            ),
            (
                "code_type = \"val",
                "code_typ = \"val",
                "checks has code_typ, which is no parameter",
            ),
            (
                "{ credential_id =",
                "{ cred =",
                "rename_credential: names has cred, which is no argument",
            ),
            (
                "strict = [\"username\"]",
                "strict = [\"user\"]",
                "verify_token: there is no parameter user",
            ),
            (
                "required = [\"user_id\"]",
                "required = [\"user\"]",
                "force_fido2_credential_init: there is no parameter user",
            ),
        ];
        check_refusals("spec/python.toml", generate, &changes);
    }
}
