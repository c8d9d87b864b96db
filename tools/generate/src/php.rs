//! The PHP of the described operations: the methods, with the types of their results as array
//! shapes.

use std::collections::BTreeMap;

use minijinja::context;
use minijinja::value::{Serde, Value};
use serde::{Deserialize, Serialize};

use crate::description::{Argument, ByService, Description, Flags, Member, Operation};
use crate::mistake;
use crate::template::Templates;
use crate::text;

/// The longest line of PHP.
const WIDTH: usize = 120;

/// `spec/php.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Overrides {
    false_if_left_out: Flags,
    groups: ByService<BTreeMap<String, String>>,
    documentation: BTreeMap<String, String>,
}

/// A service, as PHP has it.
struct Service {
    name: &'static str,
    /// The namespace of its client.
    namespace: &'static str,
    /// Its folder.
    folder: &'static str,
    summary: &'static str,
}

const SERVICES: [Service; 2] = [
    Service {
        name: "v1",
        namespace: "Loginid",
        folder: "bindings/php/src",
        summary: "The calls of a Client, for programs that take another one in their tests.",
    },
    Service {
        name: "v2",
        namespace: "Loginid\\V2",
        folder: "bindings/php/src/V2",
        summary: "The calls of a V2\\Client, for programs that take another one in their tests.",
    },
];

/// The generated files of PHP: paths below the project's folder, and texts.
pub fn files(description: &Description, overrides: &str) -> Vec<(String, String)> {
    let overrides: Overrides = mistake::parsed("spec/php.toml", overrides);
    description.check_names(overrides.documentation.keys(), "spec/php.toml");
    overrides.false_if_left_out.check("spec/php.toml");
    let templates = Templates::new(&[
        ("methods", include_str!("../templates/php_methods.php.j2")),
        (
            "interface",
            include_str!("../templates/php_interface.php.j2"),
        ),
        ("kinds", include_str!("../templates/php_kinds.php.j2")),
    ]);
    let render = |template: &str, context: Value| templates.render(template, context) + "\n";
    let mut files = Vec::new();
    for service in &SERVICES {
        let described = description.of_service(service.name);
        let about = overrides.groups.of(service.name);
        described.check_groups(about, "spec/php.toml");
        let (namespace, folder) = (service.namespace, service.folder);
        let mut all = Vec::new();
        for group in described.groups() {
            let operations = described.operations.iter();
            let operations: Vec<_> = operations.filter(|one| one.group == group).collect();
            let methods = operations.iter();
            let methods: Vec<_> = methods
                .map(|one| Method::of(one, &described, &overrides))
                .collect();
            let about = text::paragraphs(&about[group]).join("\n\n");
            let name = text::camel(group);
            let context = context! {
                namespace, name => name.clone(), about, uses_cancel => use_cancel(&operations),
                methods => Serde(&methods)
            };
            files.push((
                format!("{folder}/Api/{name}.php"),
                render("methods", context),
            ));
            all.extend(methods);
        }
        let operations: Vec<_> = described.operations.iter().collect();
        let context = context! {
            namespace, summary => service.summary, is_outer => namespace == "Loginid",
            uses_cancel => use_cancel(&operations), methods => Serde(&all)
        };
        files.push((
            format!("{folder}/ClientInterface.php"),
            render("interface", context),
        ));
    }
    let named = |kinds: &[&str]| -> Vec<String> {
        let names = description.argument_names(kinds).into_iter();
        names.map(|name| variable(&name)).collect()
    };
    let context = context! { booleans => named(&["bool"]), json => named(&["json", "options"]) };
    files.push((
        "bindings/php/src/Api/Kinds.php".to_owned(),
        render("kinds", context),
    ));
    files
}

fn use_cancel(operations: &[&Operation]) -> bool {
    let mut arguments = operations.iter().flat_map(|one| &one.arguments);
    arguments.any(|one| one.kind() == "cancel")
}

#[derive(Serialize)]
struct Method {
    documentation: String,
    /// The lines of @param, @return and @throws.
    tags: Vec<String>,
    head: String,
    /// In an interface.
    declaration: String,
    body: String,
}

impl Method {
    fn of(operation: &Operation, description: &Description, overrides: &Overrides) -> Method {
        let documentation = overrides.documentation.get(&operation.name).map_or_else(
            || operation.documentation(),
            |text| {
                let notes = operation.notes();
                let paragraphs = text::paragraphs(text).into_iter().chain(notes);
                paragraphs.collect::<Vec<_>>().join("\n\n")
            },
        );
        let flag = overrides.false_if_left_out.default(operation);
        let arguments = operation.arguments.iter();
        let arguments = arguments.map(|one| Parameter::of(one, flag));
        let (optional, required): (Vec<_>, Vec<_>) =
            arguments.partition(|one| one.default.is_some());
        let parameters: Vec<_> = required.into_iter().chain(optional).collect();
        let shape = match operation.returns() {
            Some(name) => shape(name, description),
            None => "array{}".to_owned(),
        };
        let mut tags: Vec<_> = parameters.iter().filter_map(Parameter::tag).collect();
        tags.extend(broken(&format!("@return Result<{shape}>")));
        tags.push("@throws Exception".to_owned());
        let name = variable(operation.method());
        Method {
            documentation: for_php(&documentation, operation),
            tags,
            head: head(&name, &parameters),
            declaration: declaration(&name, &parameters),
            body: body(operation),
        }
    }
}

/// A parameter of a method.
struct Parameter {
    name: String,
    kind: String,
    default: Option<&'static str>,
    is_secret: bool,
    /// What its type does not say: a type for tools, and words.
    documentation: Option<(&'static str, &'static str)>,
}

impl Parameter {
    /// `flag` is the default of a boolean, if it has one.
    fn of(argument: &Argument, flag: Option<&'static str>) -> Parameter {
        let is_optional = argument.is_optional();
        let null = is_optional.then_some("null");
        let (kind, default, documentation) = match argument.kind() {
            "bool" => (
                "mixed",
                flag,
                Some(("bool", "other types are a TypeError, also in weak mode")),
            ),
            "ms" => (
                "mixed",
                Some("null"),
                Some((
                    "int|float|null",
                    "in seconds, more than 0; the configured limit if null",
                )),
            ),
            "json" | "options" if is_optional => (
                "array|object|string|null",
                null,
                Some(("array<string, mixed>|object|string|null", "")),
            ),
            "json" | "options" => (
                "array|object|string",
                null,
                Some((
                    "array<string, mixed>|object|string",
                    "preferably JSON text, which is sent unchanged",
                )),
            ),
            "cancel" => ("?Cancel", null, None),
            _ if is_optional => ("?string", null, None),
            _ => ("string", null, None),
        };
        Parameter {
            name: variable(argument.name_without_unit()),
            kind: kind.to_owned(),
            default,
            is_secret: argument.is_secret(),
            documentation,
        }
    }

    fn declaration(&self) -> String {
        let attribute = if self.is_secret {
            "#[\\SensitiveParameter] "
        } else {
            ""
        };
        let default = self.default.map(|value| format!(" = {value}"));
        let default = default.unwrap_or_default();
        format!("{attribute}{} ${}{default}", self.kind, self.name)
    }

    fn tag(&self) -> Option<String> {
        let (kind, words) = self.documentation?;
        let tag = format!("@param {kind} ${} {words}", self.name);
        Some(tag.trim_end().to_owned())
    }
}

/// The first lines of a method, in the style of PSR-12.
fn head(name: &str, parameters: &[Parameter]) -> String {
    let declared = signature(name, parameters, "");
    let separator = if declared.contains('\n') {
        " "
    } else {
        "\n    "
    };
    format!("{declared}{separator}{{")
}

/// A method of an interface.
fn declaration(name: &str, parameters: &[Parameter]) -> String {
    signature(name, parameters, ";")
}

fn signature(name: &str, parameters: &[Parameter], end: &str) -> String {
    let declared: Vec<_> = parameters.iter().map(Parameter::declaration).collect();
    let line = format!(
        "    public function {name}({}): Result{end}",
        declared.join(", ")
    );
    if line.len() <= WIDTH {
        return line;
    }
    let lines = declared.iter().map(|one| format!("        {one},\n"));
    let lines: String = lines.collect();
    format!("    public function {name}(\n{lines}    ): Result{end}")
}

fn body(operation: &Operation) -> String {
    let names = operation.arguments.iter();
    let names = names.map(|one| format!("'{}'", variable(one.name_without_unit())));
    let names = names.collect::<Vec<_>>().join(", ");
    let function = format!("'lid_{}'", operation.name);
    if names.is_empty() {
        // compact() needs a name.
        return format!("        return $this->call({function}, []);");
    }
    let line = format!("        return $this->call({function}, \\compact({names}));");
    if line.len() <= WIDTH {
        return line;
    }
    format!(
        "        return $this->call(\n            {function},\n            \\compact({names}),\n        );"
    )
}

/// The array shape of a type. A result may have further members.
fn shape(name: &str, description: &Description) -> String {
    let one = description.types.iter().find(|one| one.name == name);
    let members = one
        .into_iter()
        .flat_map(|one| one.members.iter().map(move |member| (one, member)));
    let members = members.map(|(one, (name, member))| {
        let kind = match member.type_name() {
            "number" => "int|float".to_owned(),
            "json" => "mixed".to_owned(),
            simple @ ("string" | "bool") => simple.to_owned(),
            other => shape(other, description),
        };
        let optional = if one.may_lack(name) { "?" } else { "" };
        match member {
            Member::One(_) => format!("{name}{optional}: {kind}, "),
            Member::List(_) => format!("{name}{optional}: list<{kind}>, "),
        }
    });
    format!("array{{{}...}}", members.collect::<String>())
}

/// A tag in lines, broken after commas.
fn broken(tag: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in tag.split_inclusive(", ") {
        let line = lines.last_mut().expect("a line");
        if line.len() + piece.trim_end().len() > 100 {
            line.truncate(line.trim_end().len());
            lines.push(format!("    {piece}"));
        } else {
            line.push_str(piece);
        }
    }
    lines
}

/// `user_id` as `userId`.
fn variable(name: &str) -> String {
    let name = text::camel(name);
    name[..1].to_lowercase() + &name[1..]
}

/// Documentation of a call in the words of PHP. Its result keeps the names of members.
fn for_php(documentation: &str, operation: &Operation) -> String {
    let paragraphs = documentation.split("\n\n").map(|paragraph| {
        let mut paragraph = in_php(paragraph);
        if !paragraph.starts_with("Result: ") {
            for argument in &operation.arguments {
                let name = format!("`${}`", variable(argument.name_without_unit()));
                paragraph = paragraph.replace(&format!("`{}`", argument.c_name()), &name);
            }
        }
        paragraph
    });
    paragraphs.collect::<Vec<_>>().join("\n\n")
}

/// Names of C as those of PHP.
fn in_php(text: &str) -> String {
    let text = text.replace("NULL", "null").replace("`lid_v2_", "`lid_");
    let text = text::with_classes(&text, "Exception");
    let mut pieces = text.split("`lid_");
    let mut all = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, after) = piece.split_once('`').expect("the end of a name");
        all += &format!("`{}()`{after}", variable(name));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mistake::check_refusals;

    #[test]
    fn names_of_c_become_those_of_php() {
        assert_eq!(
            in_php("`lid_get_user`, NULL, `LID_ERROR_CLAIM_MISMATCH`"),
            "`getUser()`, null, `ClaimMismatchException`"
        );
        assert_eq!(variable("tx_payload"), "txPayload");
    }

    #[test]
    fn long_tags_are_broken_after_commas() {
        let (a, b) = ("a".repeat(60), "b".repeat(60));
        assert_eq!(broken("@return T<a, b>"), ["@return T<a, b>"]);
        assert_eq!(
            broken(&format!("{a}, {b}")),
            [format!("{a},"), format!("    {b}")]
        );
    }

    #[test]
    fn groups_are_those_of_the_description() {
        let generate = |overrides: &str| files(&crate::description(), overrides);
        let changes = [
            (
                "tokens =",
                "token =",
                "groups does not say what tokens is about",
            ),
            ("tokens =", "token = \"\"\ntokens =", "no group token"),
            (
                "grants =",
                "grant =",
                "groups does not say what grants is about",
            ),
            (
                "[\"v1\"]",
                "[\"v3\"]",
                "false_if_left_out names v3, which is no service",
            ),
        ];
        check_refusals("spec/php.toml", generate, &changes);
    }

    #[test]
    fn only_members_that_may_be_absent_are_optional_in_a_shape() {
        assert_eq!(
            shape("Transaction", &crate::description()),
            "array{id: string, url?: string, nonce: string, ...}"
        );
    }
}
