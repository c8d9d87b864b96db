//! The documents: tables of calls, the reference and the man pages.

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use crate::constants::{self, Constants};
use crate::description::{Argument, Authorization, Description, Member, Operation, Values};
use crate::part;
use crate::template::Templates;
use crate::text;

fn templates() -> Templates {
    Templates::new(&[
        ("calls.md", include_str!("../templates/calls.md.j2")),
        ("calls.3", include_str!("../templates/calls.3.j2")),
        ("parity.md", include_str!("../templates/parity.md.j2")),
        ("reference.md", include_str!("../templates/reference.md.j2")),
        ("function.3", include_str!("../templates/function.3.j2")),
    ])
}

/// The documents: paths below the project's folder and texts. Of some a part is generated.
pub fn files(
    description: &Description,
    constants: &Constants,
    read: impl Fn(&str) -> String,
) -> Vec<(String, String)> {
    let templates = templates();
    let v1 = groups(&description.of_service("v1"));
    let groups = groups(description);
    let documents = [
        // The official SDKs have the calls of v1 only.
        ("docs/parity.md", "parity.md", &v1),
        ("README.md", "calls.md", &groups),
        ("docs/reference.md", "reference.md", &groups),
        ("man/loginid.3", "calls.3", &groups),
    ];
    let with_part = |(path, template, groups): (&str, &str, &Vec<Group>)| {
        let part = templates.render(template, context! { groups => Serde(groups) });
        let text = part::replaced(&read(path), "calls", &part);
        (path.to_owned(), text)
    };
    let mut files = documents.map(with_part).to_vec();
    for (path, text) in &mut files {
        if path == "docs/reference.md" {
            *text = part::replaced(text, "constants", &constants::reference(constants));
        }
    }
    for call in groups.iter().flat_map(|group| &group.calls) {
        let path = format!("man/man3/lid_{}.3", call.name);
        let page = templates.render("function.3", context! { call => Serde(call) });
        files.push((path, page + "\n"));
    }
    files
}

#[derive(Serialize)]
struct Group {
    title: String,
    calls: Vec<Call>,
}

/// A call, as the documents show it.
#[derive(Serialize)]
struct Call {
    name: String,
    /// What it does, in a few words.
    short: String,
    /// Method and path.
    request: Option<String>,
    needs_key: bool,
    /// Its names in the SDKs for Python, Node, Java and Go.
    sdk: Vec<String>,
    tested_by: String,
    /// What it does, in paragraphs.
    about: Vec<String>,
    parameters: Vec<Parameter>,
    declaration: String,
    arguments: Vec<Described>,
    result: String,
    /// Pointers to the members of the result, with their types.
    members: Vec<(String, String)>,
    errors: Vec<String>,
    /// The version of the library that has it first.
    since: String,
    example: String,
}

/// A parameter of the C function: `kind` is all that is before its name.
#[derive(Serialize)]
struct Parameter {
    kind: &'static str,
    name: String,
}

/// An argument and what is to know about it.
#[derive(Serialize)]
struct Described {
    name: String,
    about: String,
}

fn groups(description: &Description) -> Vec<Group> {
    let groups = description.services().into_iter().flat_map(|service| {
        let groups = description.groups_of(service).into_iter();
        groups.map(move |group| (service, group))
    });
    groups
        .map(|(service, group)| {
            let operations = description.operations.iter();
            let operations = operations.filter(|one| one.service() == service);
            let operations = operations.filter(|one| one.group == group);
            let title = match service {
                "v1" => text::camel(group),
                _ => format!("{} (current service)", text::camel(group)),
            };
            Group {
                title,
                calls: operations.map(|one| Call::of(one, description)).collect(),
            }
        })
        .collect()
}

impl Call {
    fn of(operation: &Operation, description: &Description) -> Call {
        let summary = operation.summary();
        let short = summary.split(": ").next().unwrap_or_default();
        let request = operation.request();
        let mut about = vec![summary.clone()];
        about.extend(operation.details());
        about.extend(operation.rules().into_iter().map(str::to_owned));
        about.extend(operation.verified().map(str::to_owned));
        let mut members = Vec::new();
        if let Some(name) = operation.returns() {
            add_members("", name, false, description, &mut members);
        }
        Call {
            name: operation.name.clone(),
            short: decapitalized(short.trim_end_matches('.')),
            request: request.map(|(method, path)| format!("{method} {path}")),
            needs_key: needs_key(operation),
            sdk: ["python", "node", "java", "go"]
                .map(|sdk| names(operation, sdk))
                .to_vec(),
            tested_by: operation.tested_by.clone(),
            about,
            parameters: parameters(operation),
            declaration: declaration(operation),
            arguments: operation
                .arguments
                .iter()
                .map(|argument| Described {
                    name: argument.c_name(),
                    about: about_argument(argument, operation, description),
                })
                .collect(),
            result: capitalized(&operation.result()),
            members,
            errors: errors(operation, description),
            since: operation.since().to_owned(),
            example: example(operation, description),
        }
    }
}

/// The names of a call in an SDK, in italics if they are not in its main class.
fn names(operation: &Operation, sdk: &str) -> String {
    let is_aside = operation.sdk_aside.iter().any(|one| one == sdk);
    let italics = if is_aside { "*" } else { "" };
    let names = operation.sdk(sdk).iter();
    let names = names.map(|name| format!("{italics}`{name}`{italics}"));
    names.collect::<Vec<_>>().join(", ")
}

fn decapitalized(sentence: &str) -> String {
    sentence[..1].to_lowercase() + &sentence[1..]
}

fn capitalized(sentence: &str) -> String {
    sentence[..1].to_uppercase() + &sentence[1..]
}

fn parameters(operation: &Operation) -> Vec<Parameter> {
    let own = operation.arguments.iter().map(|argument| Parameter {
        kind: match argument.kind() {
            "bool" => "bool ",
            "ms" => "uint32_t ",
            "cancel" => "lid_cancel *",
            _ => "const char *",
        },
        name: argument.c_name(),
    });
    let parameter = |kind, name: &str| Parameter {
        kind,
        name: name.to_owned(),
    };
    let client = match operation.service() {
        "v1" => "const lid_client *",
        _ => "const lid_v2_client *",
    };
    let mut all = vec![parameter(client, "client")];
    all.extend(own);
    all.push(parameter("char **", "out"));
    all
}

fn declaration(operation: &Operation) -> String {
    let begin = format!("lid_status lid_{}(", operation.name);
    let parameters = parameters(operation);
    let parameters = parameters
        .iter()
        .map(|one| format!("{}{}", one.kind, one.name));
    let separator = format!(",\n{}", " ".repeat(begin.len()));
    format!(
        "{begin}{});",
        parameters.collect::<Vec<_>>().join(&separator)
    )
}

/// Its type, whether it is required, and its values.
fn about_argument(argument: &Argument, operation: &Operation, description: &Description) -> String {
    let kind = match argument.kind() {
        "json" => "text with a JSON object",
        "options" => "text with a JSON object",
        "ms" => "milliseconds",
        "cancel" => "`lid_cancel *`",
        other => other,
    };
    let alternatives = operation.exactly_one().map_or(&[][..], Values::of);
    let required = match (operation.one_of(), argument.is_optional()) {
        (names, _) if names.contains(&argument.name) => {
            format!("one of {} is required", listed(names, "and"))
        }
        _ if alternatives.contains(&argument.name) => {
            format!("exactly one of {} is required", listed(alternatives, "and"))
        }
        (_, true) => "optional".to_owned(),
        (_, false) => "required".to_owned(),
    };
    let mut about = format!("{kind}, {required}");
    if let Some(values) = description.values(argument) {
        about += &format!("; {}", listed(values.of(), "or"));
    }
    if let Some(default) = argument.default() {
        about += &format!("; `{default}` if it is not given");
    }
    if !argument.members().is_empty() {
        let members = listed(argument.members(), "and");
        about += &format!("; its members are {members}, all of them optional");
    }
    if argument.is_secret() {
        about += "; secret: no message and no log shows it";
    }
    about
}

/// `a`, `b` and `c`.
fn listed(names: &[String], word: &str) -> String {
    let names: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    match names.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} {word} {last}", before.join(", ")),
        None => String::new(),
    }
}

/// The members of a type, those of its objects and those of the first object of a list. A member
/// of an object that may be absent may be so too.
fn add_members(
    before: &str,
    name: &str,
    may_be_absent: bool,
    description: &Description,
    members: &mut Vec<(String, String)>,
) {
    let types = &description.types;
    let one = types.iter().find(|one| one.name == name).expect("a type");
    for (name, member) in &one.members {
        let pointer = format!("{before}/{name}");
        let kind = member.type_name();
        let may_be_absent = may_be_absent || one.may_lack(name);
        let is_simple = !types.iter().any(|one| one.name == kind);
        match member {
            Member::One(_) if is_simple => {
                let about = about_member(kind, may_be_absent, one.secret.contains(name));
                members.push((pointer, about));
            }
            Member::One(_) => add_members(&pointer, kind, may_be_absent, description, members),
            Member::List(_) if is_simple => {
                let about = about_member(kind, may_be_absent, false);
                members.push((format!("{pointer}/0"), about));
            }
            Member::List(_) => {
                let first = format!("{pointer}/0");
                add_members(&first, kind, may_be_absent, description, members);
            }
        }
    }
}

fn about_member(kind: &str, may_be_absent: bool, is_secret: bool) -> String {
    let mut notes = Vec::new();
    if may_be_absent {
        notes.push("may be absent");
    }
    if is_secret {
        notes.push("secret: keep it out of logs");
    }
    match &notes[..] {
        [] => kind.to_owned(),
        notes => format!("{kind} ({})", notes.join("; ")),
    }
}

/// The errors besides those of every call.
fn errors(operation: &Operation, description: &Description) -> Vec<String> {
    let mut errors = Vec::new();
    for argument in &operation.arguments {
        if let Some(values) = description.values(argument) {
            let code = text::snake(values.code());
            errors.push(format!(
                "`LID_ERROR_INVALID_ARGUMENT` with code `{code}` if `{}` is another word.",
                argument.name
            ));
        } else if argument.segment().is_some() {
            let code = text::snake(argument.segment_code());
            errors.push(format!(
                "`LID_ERROR_INVALID_ARGUMENT` with code `{code}` if `{}` is `.` or `..`.",
                argument.name
            ));
        }
    }
    if !operation.one_of().is_empty() {
        let names = listed(operation.one_of(), "nor");
        errors.push(format!(
            "`LID_ERROR_INVALID_ARGUMENT` with code `user_required` if neither {names} is given."
        ));
    }
    if let Some(group) = operation.exactly_one() {
        let code = text::snake(group.code());
        let names = listed(group.of(), "and");
        errors.push(format!(
            "`LID_ERROR_INVALID_ARGUMENT` with code `{code}` unless exactly one of {names} is given."
        ));
    }
    if acts_for_user(operation) {
        errors.push(
            "`LID_ERROR_PRIVATE_KEY` with code `api_key_required` if no `token` is given and the \
             client has no API key."
                .to_owned(),
        );
    }
    if operation.is_management() {
        let key = match operation.service() {
            "v1" => "private key",
            _ => "API key",
        };
        errors.push(format!(
            "`LID_ERROR_PRIVATE_KEY` if the client has no {key}."
        ));
    }
    if !operation.errors().is_empty() {
        let codes = listed(operation.errors(), "or");
        errors.push(format!("`LID_ERROR_API`, among others with code {codes}."));
    }
    if operation.has_jwt() {
        errors.push(match operation.service() {
            "v1" => "Those of `lid_verify_token`, for the `jwt`.".to_owned(),
            _ => "Those of `lid_v2_verify_token`, for the `jwtAccess`.".to_owned(),
        });
    }
    if !operation.is_local() {
        errors.push("Those of every call to the service.".to_owned());
    }
    if operation.fetches_key() {
        errors.push("Those that the result names.".to_owned());
        errors.push("Those of every call to the service, if its key must be fetched.".to_owned());
    }
    errors
}

/// Whether it is made with the token of a user, or for a user by name.
/// Whether it fails without the application's key. A token that is made here is signed with it.
fn needs_key(operation: &Operation) -> bool {
    operation.is_management() || operation.is_local() && !operation.fetches_key()
}

fn acts_for_user(operation: &Operation) -> bool {
    matches!(operation.authorization(), Some(Authorization::User { .. }))
}

/// A call, and what a program does with its result.
fn example(operation: &Operation, description: &Description) -> String {
    let mut arguments = vec!["client".to_owned()];
    arguments.extend(operation.arguments.iter().map(|argument| {
        let values = description.values(argument).map(Values::of);
        let value = argument
            .example
            .as_ref()
            .or(values.and_then(<[String]>::first));
        let is_given = operation.one_of().last() == Some(&argument.name)
            || acts_for_user(operation) && argument.name == "username";
        match (value, argument.kind()) {
            (Some(value), _) => format!("{value:?}"),
            (None, "bool") => "false".to_owned(),
            (None, "ms") => "0".to_owned(),
            (None, _) if argument.is_optional() && !is_given => "NULL".to_owned(),
            (None, _) => argument.c_name(),
        }
    }));
    arguments.push("&out".to_owned());
    let begin = format!("lid_status status = lid_{}(", operation.name);
    let call = text::wrapped(0, 76, &begin, &arguments, ");");
    [
        "char *out;",
        &call,
        "if (status == LID_OK) {",
        "    /* out is the result */",
        "} else {",
        "    fprintf(stderr, \"%s\\n\", out);",
        "}",
        "lid_free_string(out);",
    ]
    .join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_members_of_a_list_of_texts_are_listed() {
        let description = Description::read(
            "values = {}\noperation = []\n[[type]]\nname = \"Tags\"\nsummary = \"Tags.\"\n\
             members = { count = \"number\", tags = [\"string\"] }\n",
        );
        let mut members = Vec::new();
        add_members("", "Tags", false, &description, &mut members);
        let expected = [("/count", "number"), ("/tags/0", "string")];
        let expected = expected.map(|(pointer, kind)| (pointer.to_owned(), kind.to_owned()));
        assert_eq!(members, expected);
    }

    #[test]
    fn members_that_may_be_absent_say_so_and_those_inside_too() {
        let description = Description::read(
            "values = {}\noperation = []\n[[type]]\nname = \"Login\"\nsummary = \"\"\n\
             members = { jwt = \"string\", id = \"string\", user = \"User\" }\n\
             secret = [\"jwt\"]\nmay_be_absent = [\"jwt\", \"user\"]\n\
             [[type]]\nname = \"User\"\nsummary = \"\"\nmembers = { name = \"string\" }\n",
        );
        let mut members = Vec::new();
        add_members("", "Login", false, &description, &mut members);
        let expected = [
            (
                "/jwt",
                "string (may be absent; secret: keep it out of logs)",
            ),
            ("/id", "string"),
            ("/user/name", "string (may be absent)"),
        ];
        let expected = expected.map(|(pointer, kind)| (pointer.to_owned(), kind.to_owned()));
        assert_eq!(members, expected);
    }
}
