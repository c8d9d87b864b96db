//! The Rust of the described operations: the rows, the methods and the C entry points.

use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::Serialize;

use crate::description::{
    Answer, Argument, Authorization, Description, Form, Operation, Source, Values,
};
use crate::mistake::{refuse, require};
use crate::template::{self, Templates};
use crate::text;

/// The generated files of Rust: paths below the project's folder, and texts.
pub fn files(description: &Description) -> Vec<(String, String)> {
    let templates = Templates::new(&[
        ("operations", include_str!("../templates/operations.rs.j2")),
        ("forms", include_str!("../templates/forms.rs.j2")),
        ("methods", include_str!("../templates/methods.rs.j2")),
        (
            "entry_points",
            include_str!("../templates/entry_points.rs.j2"),
        ),
        ("groups", include_str!("../templates/groups.rs.j2")),
        ("panics", include_str!("../templates/panics.rs.j2")),
        ("described", include_str!("../templates/described.rs.j2")),
    ]);
    let render = |name: &str, context: Value| formatted(&templates.render(name, context));
    let mut files = Vec::new();
    for service in description.services() {
        let operations = description.operations.iter();
        let operations = operations.filter(|one| one.service() == service);
        let rows: Vec<_> = operations.clone().filter_map(Row::of).collect();
        let arguments = operations.flat_map(|one| &one.arguments);
        let used: Vec<_> = arguments.filter_map(Argument::form_name).collect();
        let forms = description.forms.iter();
        let forms = forms.filter(|(name, _)| used.contains(&name.as_str()));
        let forms: Vec<_> = forms
            .map(|(name, form)| FormConstant::of(name, form))
            .collect();
        let values: Vec<_> = description.values_of(service).map(Choice::of).collect();
        files.push((
            format!("src/{service}/forms.rs"),
            render("forms", context! { forms => Serde(&forms) }),
        ));
        files.push((
            format!("src/{service}/operations.rs"),
            render(
                "operations",
                context! { rows => Serde(&rows), values => Serde(&values) },
            ),
        ));
        files.push((
            format!("src/ffi/{service}.rs"),
            render(
                "groups",
                context! { groups => Serde(&description.groups_of(service)) },
            ),
        ));
    }
    let names = description.operations.iter().map(|one| one.name.clone());
    let names: Vec<_> = names.collect();
    files.push((
        "src/ffi/panics/calls.rs".to_owned(),
        render("panics", context! { names => Serde(&names) }),
    ));
    files.push((
        "tests/support/described.rs".to_owned(),
        render("described", described(&description.operations)),
    ));
    for service in description.services() {
        for group in description.groups_of(service) {
            let operations = description.operations.iter();
            let operations = operations.filter(|one| one.service() == service);
            let operations: Vec<_> = operations.filter(|one| one.group == group).collect();
            files.extend(group_files(service, group, &operations, &render));
        }
    }
    files
}

/// The C functions of a group, and the methods that are not by hand.
fn group_files(
    service: &str,
    group: &str,
    operations: &[&Operation],
    render: &dyn Fn(&str, Value) -> String,
) -> Vec<(String, String)> {
    let entry_points = operations.iter().map(|one| EntryPoint::of(one));
    let entry_points: Vec<_> = entry_points.collect();
    let handle = operations[0].handle();
    let functions = render(
        "entry_points",
        context! { group, handle, entry_points => Serde(&entry_points) },
    );
    let mut files = vec![(format!("src/ffi/{service}/{group}.rs"), functions)];
    let methods = operations.iter().filter(|one| !one.is_by_hand());
    let methods: Vec<_> = methods.map(|one| Method::of(one)).collect();
    if !methods.is_empty() {
        let uses = |text: &str| methods.iter().any(|one| one.body.contains(text));
        let context = context! {
            group,
            methods => Serde(&methods),
            uses_writer => uses("ObjectWriter::"),
            uses_call => uses("Call::new("),
            uses_forms => uses("forms::"),
            uses_codes => uses("Code::"),
        };
        files.push((
            format!("src/{service}/{group}.rs"),
            render("methods", context),
        ));
    }
    files
}

/// The functions and arguments that are listed in tests.
fn described(operations: &[Operation]) -> Value {
    let functions = |is_listed: fn(&Operation) -> bool| -> Vec<String> {
        let listed = operations.iter().filter(|one| is_listed(one));
        listed.map(|one| format!("lid_{}", one.name)).collect()
    };
    let optional = operations.iter().flat_map(|one| {
        let arguments = one.arguments.iter().filter(|one| one.is_optional());
        arguments.map(|argument| format!("lid_{}.{}", one.name, argument.c_name()))
    });
    context! {
        optional => optional.collect::<Vec<_>>(),
        safe => functions(Operation::is_safe),
        local => functions(Operation::is_local),
        keys => functions(Operation::fetches_key),
        codes => functions(Operation::carries_one_time_code),
    }
}

/// As `cargo fmt` would write it.
fn formatted(code: &str) -> String {
    template::formatted("rustfmt", &["--edition", "2024", "--emit", "stdout"], code)
}

/// A form in which a web page answers.
#[derive(Serialize)]
struct FormConstant {
    constant: String,
    code: String,
    members: Vec<String>,
    optional: String,
}

impl FormConstant {
    fn of(name: &str, form: &Form) -> FormConstant {
        let members = form.members.iter().map(|(member, source)| {
            let source = match source {
                Source::Added { missing } => format!("Added(Code::{missing})"),
                Source::ToJson(pointer) => match pointer.strip_prefix("/response/") {
                    None if pointer == "/id" => "Id".to_owned(),
                    Some("clientDataJSON/challenge") => "Challenge".to_owned(),
                    Some(inside) if !inside.contains('/') => format!("Response({inside:?})"),
                    _ => refuse(format!("form.{name}: {pointer} is not supported yet")),
                },
            };
            format!("({member:?}, Source::{source})")
        });
        FormConstant {
            constant: name.to_uppercase(),
            code: form.code.clone(),
            members: members.collect(),
            optional: format!("{:?}", form.optional),
        }
    }
}

/// The values of which an argument has one.
#[derive(Serialize)]
struct Choice {
    constant: String,
    of: String,
    code: String,
}

impl Choice {
    fn of((name, values): (&str, &Values)) -> Choice {
        Choice {
            constant: name.to_uppercase(),
            of: format!("{:?}", values.of()),
            code: values.code().to_owned(),
        }
    }
}

/// A row of the table of operations.
#[derive(Serialize)]
struct Row {
    constant: String,
    name: String,
    method: String,
    path: String,
    constants: String,
    authorization: String,
    answer: String,
    management: bool,
    safe: bool,
    one_time_code: bool,
}

impl Row {
    fn of(operation: &Operation) -> Option<Row> {
        let (method, path) = operation.request()?;
        let authorization = match operation.authorization() {
            None => "Authorization::None".to_owned(),
            Some(Authorization::Scope { scope }) => format!("Authorization::Scope({scope:?})"),
            Some(Authorization::User { user }) => {
                format!("Authorization::User {{ scope: {user:?} }}")
            }
            Some(Authorization::Other(name)) => format!("Authorization::{}", text::camel(name)),
        };
        let answer = match operation.answer() {
            Answer::Kind(kind) => format!("Answer::{}", text::camel(kind)),
            Answer::List { list } => format!("Answer::List {{ name: {list:?} }}"),
            Answer::Identified { id, missing } => {
                format!("Answer::Identified {{ id: {id:?}, missing: Code::{missing} }}")
            }
        };
        Some(Row {
            constant: operation.method().to_uppercase(),
            name: operation.name.clone(),
            method: text::camel(&method.to_lowercase()),
            path: path.to_owned(),
            constants: format!("{:?}", operation.constants().collect::<Vec<_>>()),
            authorization,
            answer,
            management: operation.is_management(),
            safe: operation.is_safe(),
            one_time_code: operation.carries_one_time_code(),
        })
    }
}

/// A method of the client.
#[derive(Serialize)]
struct Method {
    documentation: String,
    name: String,
    parameters: String,
    body: String,
}

impl Method {
    fn of(operation: &Operation) -> Method {
        let parameters = operation.arguments.iter().map(|argument| {
            let kind = match (argument.kind(), argument.is_optional()) {
                ("bool", _) => "bool",
                (_, true) => "Option<&str>",
                (_, false) => "&str",
            };
            format!("{}: {kind}", argument.name)
        });
        let mut documentation = text::for_rust(&operation.documentation());
        for argument in &operation.arguments {
            let name = format!("`{}`", argument.name);
            documentation = documentation.replace(&format!("`{}`", argument.c_name()), &name);
        }
        Method {
            documentation,
            name: operation.name.clone(),
            parameters: parameters.collect::<Vec<_>>().join(", "),
            body: body(operation),
        }
    }
}

/// What a method does: the checks of its arguments, then the call as one chain.
fn body(operation: &Operation) -> String {
    let mut lines = Vec::new();
    for argument in &operation.arguments {
        if let Some(values) = argument.values() {
            let name = &argument.name;
            lines.push(format!(
                "check_value({name:?}, {name}, &operations::VALUES_OF_{})?;",
                values.to_uppercase()
            ));
        }
    }
    let constant = operation.name.to_uppercase();
    let mut chain = if operation.names_application() {
        format!("self.call(&operations::{constant})")
    } else {
        format!("Call::new(&operations::{constant})")
    };
    let mut written = Vec::new();
    for argument in &operation.arguments {
        let places = argument.body().iter().map(|pointer| &pointer[1..]);
        for place in places {
            let Some((object, _)) = place.split_once('/') else {
                continue;
            };
            if argument.is_secret() {
                chain += &format!(".hide({})", argument.name);
            }
            if !written.contains(&object.to_owned()) {
                written.push(object.to_owned());
                chain += &nested(object, operation, &mut lines);
            }
        }
        if !argument.body().iter().any(|place| place[1..].contains('/')) {
            chain += &step(argument, operation);
        }
    }
    if let Some(name) = operation.jwt_required_if() {
        chain += &format!(".jwt_required({name})");
    }
    lines.push(format!("self.send({chain})"));
    lines.join("\n")
}

/// An object in the body, made of the arguments that are placed in it.
fn nested(object: &str, operation: &Operation, lines: &mut Vec<String>) -> String {
    let prefix = format!("/{object}/");
    let inside = operation.arguments.iter().filter_map(|argument| {
        let member = argument
            .body()
            .iter()
            .find_map(|at| at.strip_prefix(&prefix))?;
        Some((argument, member))
    });
    let inside: Vec<_> = inside.collect();
    if let [(argument, member)] = inside[..]
        && argument.is_optional()
    {
        return format!(".optional_in({object:?}, {member:?}, {})", argument.name);
    }
    lines.push(format!("let mut {object} = ObjectWriter::new();"));
    for (argument, member) in inside {
        require!(
            !argument.is_optional(),
            "{}: an object with several members, one of them optional, is not supported yet",
            operation.name
        );
        lines.push(format!("{object}.value({member:?}, {});", argument.name));
    }
    format!(".object({object:?}, {object})")
}

/// What an argument adds to the chain.
fn step(argument: &Argument, operation: &Operation) -> String {
    let name = &argument.name;
    if operation.one_of().contains(name) {
        // The pair of them, once.
        return if operation.one_of().first() == Some(name) {
            ".user(user_id, username)?".to_owned()
        } else {
            String::new()
        };
    }
    if argument.segment().is_some() {
        return if argument.is_subject() {
            format!(".for_user_id({name})?")
        } else {
            format!(
                ".segment({name:?}, {name}, Code::{})?",
                argument.segment_code()
            )
        };
    }
    if argument.is_subject() {
        return format!(".username({name})");
    }
    let steps = argument.body().iter().enumerate().map(|(at, pointer)| {
        let member = &pointer[1..];
        match argument.kind() {
            "bool" => format!(".boolean({member:?}, {name})"),
            "json" => {
                let form = argument.form_name().unwrap_or_default().to_uppercase();
                format!(".page_answer({member:?}, {name}, &forms::{form})?")
            }
            "options" => format!(".options({member:?}, {name}, &{:?})?", argument.members()),
            _ => match argument.default() {
                Some(default) => format!(".text({member:?}, {name}.unwrap_or({default:?}))"),
                None if argument.is_secret() && at == 0 => format!(".secret({member:?}, {name})"),
                None if argument.is_optional() => format!(".optional_text({member:?}, {name})"),
                None => format!(".text({member:?}, {name})"),
            },
        }
    });
    steps.collect()
}

/// A function of the C interface.
#[derive(Serialize)]
struct EntryPoint {
    documentation: String,
    name: String,
    method: String,
    parameters: Vec<String>,
    arguments: Vec<String>,
}

impl EntryPoint {
    fn of(operation: &Operation) -> EntryPoint {
        let (mut parameters, mut arguments) = (Vec::new(), Vec::new());
        for argument in &operation.arguments {
            let (name, shown) = (argument.c_name(), &argument.name);
            let (kind, read) = match argument.kind() {
                "bool" => ("c_bool", format!("{name}.is_true()")),
                "ms" => ("u32", format!("Duration::from_millis({name}.into())")),
                "cancel" => ("*mut lid_cancel", format!("cancel_of({name})")),
                _ if argument.is_optional() => (
                    "*const c_char",
                    format!("optional_text({name}, {shown:?})?"),
                ),
                _ => ("*const c_char", format!("text({name}, {shown:?})?")),
            };
            parameters.push(format!("{name}: {kind}"));
            arguments.push(read);
        }
        EntryPoint {
            documentation: operation.c_documentation(),
            name: operation.name.clone(),
            method: operation.method().to_owned(),
            parameters,
            arguments,
        }
    }
}
