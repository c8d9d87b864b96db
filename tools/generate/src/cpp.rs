//! The methods of `loginid::client` and `loginid::v2::client` in `include/loginid.hpp`.

use std::collections::BTreeMap;

use minijinja::context;
use minijinja::value::Serde;
use serde::{Deserialize, Serialize};

use crate::constants::{self, Constants};
use crate::description::{Argument, Description, Operation, Values};
use crate::mistake::{self, require};
use crate::part;
use crate::template::Templates;
use crate::text::{self, wrapped};

/// What `spec/cpp.toml` says of an operation.
#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Special {
    #[serde(default)]
    by_hand: bool,
    /// Optional arguments that a program must give all the same.
    #[serde(default)]
    without_default: Vec<String>,
}

/// A client's methods: the service, and the part of the header and the test that they are in.
const SERVICES: [(&str, &str, &str); 2] = [
    ("v1", "calls", "tests/cpp/wire.cpp"),
    ("v2", "v2_calls", "tests/cpp/v2_wire.cpp"),
];

/// The header and its tests, with their generated parts: paths below the project's folder and
/// texts.
pub fn files(
    description: &Description,
    constants: &Constants,
    special: &str,
    read: impl Fn(&str) -> String,
) -> Vec<(String, String)> {
    let special: BTreeMap<String, Special> = mistake::parsed("spec/cpp.toml", special);
    description.check_names(special.keys(), "spec/cpp.toml");
    for (operation, special) in description
        .operations
        .iter()
        .filter_map(|one| Some((one, special.get(&one.name)?)))
    {
        for name in &special.without_default {
            let argument = operation.argument(name);
            require!(
                argument.is_some_and(Argument::is_optional),
                "spec/cpp.toml: {}: without_default names {name}, which is no optional argument",
                operation.name
            );
        }
    }
    let path = "include/loginid.hpp";
    let mut header = part::replaced(&read(path), "constants", &constants::cpp(constants));
    let mut files = Vec::new();
    for (service, part, test) in SERVICES {
        let (methods, rows) = parts(&description.of_service(service), &special);
        header = part::replaced(&header, part, &methods);
        files.push((test.to_owned(), part::replaced(&read(test), part, &rows)));
    }
    files.push((path.to_owned(), header));
    files
}

/// The methods of one service, and the calls of them in the test.
fn parts(description: &Description, special: &BTreeMap<String, Special>) -> (String, String) {
    let none = Special::default();
    let operations = description.operations.iter();
    let generated: Vec<_> = operations
        .map(|one| (one, special.get(&one.name).unwrap_or(&none)))
        .filter(|(_, special)| !special.by_hand)
        .collect();
    let groups = description.groups().into_iter().map(|group| Group {
        title: text::camel(group),
        methods: generated
            .iter()
            .filter(|(one, _)| one.group == group)
            .map(|(one, special)| Method::of(one, special))
            .collect(),
    });
    let templates = Templates::new(&[("methods", include_str!("../templates/methods.hpp.j2"))]);
    let groups: Vec<_> = groups.collect();
    let methods = templates.render("methods", context! { groups => Serde(&groups) });
    let sending = generated.iter().filter(|(one, _)| !one.is_local());
    let rows = sending
        .map(|(one, special)| row_of_test(one, special) + "\n")
        .collect();
    (methods, rows)
}

/// A call with the arguments `a`, by their names in C, in both forms.
fn row_of_test(operation: &Operation, special: &Special) -> String {
    let mut items = vec![operation.method().to_owned()];
    items.extend(parameters(operation, special).iter().map(|parameter| {
        let name = &parameter.name;
        match parameter.kind {
            "const user &" => "user(a)".to_owned(),
            "detail::boolean " => format!("a[{name:?}] == \"true\""),
            "optional_text " => format!("a.optional({name:?})"),
            _ => format!("a[{name:?}]"),
        }
    }));
    if items.len() == 1 {
        // A macro with `...` is given an empty argument.
        items.push(String::new());
    }
    wrapped(4, WIDTH, "BOTH(", &items, ");")
}

#[derive(Serialize)]
struct Group {
    title: String,
    methods: Vec<Method>,
}

/// Both forms of a call; each text is whole lines.
#[derive(Serialize)]
struct Method {
    comment: String,
    throwing: String,
    noexcept: String,
}

/// A parameter of C++, and what is given to C for it.
struct Parameter {
    name: String,
    kind: &'static str,
    has_default: bool,
}

impl Method {
    fn of(operation: &Operation, special: &Special) -> Method {
        let name = operation.method();
        let parameters = parameters(operation, special);
        let names: Vec<_> = parameters.iter().map(|one| one.name.clone()).collect();
        let declared: Vec<_> = parameters.iter().map(Parameter::declared).collect();
        let (kind, returns) = match operation.returns() {
            Some(_) => ("std::string", "return "),
            None => ("void", "(void)"),
        };
        Method {
            comment: comment(&for_cpp(operation)),
            throwing: function(
                &wrapped(4, WIDTH, &format!("{kind} {name}("), &declared, ") const {"),
                &value_of(returns, &format!("try_{name}("), &names.join(", ")),
            ),
            noexcept: function(
                &wrapped(
                    4,
                    WIDTH,
                    &format!("result try_{name}("),
                    &declared,
                    ") const noexcept {",
                ),
                &wrapped(8, WIDTH, "return call(", &call(operation), ");"),
            ),
        }
    }
}

impl Parameter {
    fn declared(&self) -> String {
        let default = if self.has_default { " = {}" } else { "" };
        format!("{}{}{default}", self.kind, self.name)
    }
}

/// The parameters in the order of C++: those with a default are last, and a user who can be
/// given in two ways is one parameter, in the place of the first.
fn parameters(operation: &Operation, special: &Special) -> Vec<Parameter> {
    let mut all = Vec::new();
    let who = who(operation);
    for argument in &operation.arguments {
        if who.contains(&argument.name) {
            if who.first() == Some(&argument.name) {
                all.push(Parameter {
                    name: "who".to_owned(),
                    kind: "const user &",
                    has_default: false,
                });
            }
            continue;
        }
        let kind = match (argument.kind(), argument.is_optional()) {
            ("bool", _) => "detail::boolean ",
            (_, true) => "optional_text ",
            (_, false) => "required_text ",
        };
        all.push(Parameter {
            name: argument.c_name(),
            kind,
            has_default: argument.is_optional()
                && !special.without_default.contains(&argument.name),
        });
    }
    all.sort_by_key(|one| one.has_default);
    all
}

/// The arguments that say who the user is, which are members of the parameter `who`: an id and a
/// name; or in v2 a name and a token, of which a call takes one.
fn who(operation: &Operation) -> &[String] {
    match operation.exactly_one().map(Values::of) {
        Some(choice) if choice == ["username", "token"] => choice,
        _ => operation.one_of(),
    }
}

/// The arguments of `call`: the function, the names of its arguments, and the arguments.
fn call(operation: &Operation) -> Vec<String> {
    let names = operation.arguments.iter().map(|one| one.name.as_str());
    let names: Vec<_> = std::iter::once("client").chain(names).collect();
    let mut all = vec![
        format!("::lid_{}", operation.name),
        format!("\"{}\"", names.join(" ")),
    ];
    all.extend(
        operation
            .arguments
            .iter()
            .map(|argument| match argument.kind() {
                "bool" => format!("{}.value()", argument.name),
                _ if who(operation).contains(&argument.name) => {
                    format!("who.{}", member_of_user(operation, &argument.name))
                }
                _ => argument.c_name(),
            }),
    );
    all
}

/// A function, in one line if that is short enough, as clang-format lays it out.
fn function(declaration: &str, body: &str) -> String {
    let one_line = format!("{declaration} {} }}", body.trim_start());
    if one_line.len() <= WIDTH && !one_line.contains('\n') {
        return one_line;
    }
    format!("{declaration}\n{body}\n    }}")
}

/// The statement that takes the value of a call, laid out as clang-format does it.
fn value_of(returns: &str, call: &str, arguments: &str) -> String {
    let line = format!("        {returns}{call}{arguments})");
    if line.len() + ".value();".len() <= WIDTH {
        return format!("{line}.value();");
    }
    if line.len() <= WIDTH {
        return format!("{line}\n            .value();");
    }
    // Arguments are indented from the call, which is behind `return`.
    let indent = match returns {
        "return " => " ".repeat(19),
        _ => " ".repeat(12),
    };
    format!("        {returns}{call}\n{indent}{arguments})\n            .value();")
}

/// The member of `user` for an argument, which has its name except in v1.
fn member_of_user<'a>(operation: &Operation, argument: &'a str) -> &'a str {
    match (operation.service(), argument) {
        ("v1", "user_id") => "id",
        ("v1", "username") => "name",
        _ => argument,
    }
}

/// Documentation of the C interface in the words of C++.
fn for_cpp(operation: &Operation) -> String {
    let mut text = operation.documentation();
    if let (Some(choice), [_, _]) = (operation.choice(), who(operation)) {
        text = text
            .replace(
                &choice,
                "`who` is `user::by_name(…)` or `user::by_token(…)`.",
            )
            .replace("With `username` a grant", "With a name, a grant");
    }
    text.replace("`lid_v2_", "`")
        .replace("`lid_", "`")
        .replace("may be NULL", "may be left out")
        .replace("NULL", "null")
}

/// A comment of one line, or of several.
fn comment(documentation: &str) -> String {
    let one_line = format!("    /** {documentation} */");
    if one_line.chars().count() <= WIDTH && !documentation.contains('\n') {
        return one_line;
    }
    let lines = text::comment(documentation, "     *", WIDTH);
    format!("    /**\n{lines}\n     */")
}

const WIDTH: usize = 96;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mistake::caught;

    #[test]
    fn the_value_of_a_long_call_is_taken_in_a_line_of_its_own() {
        let taken = |length: usize| value_of("return ", "f(", &"a".repeat(length));
        assert_eq!(taken(1), "        return f(a).value();");
        let (long, longer) = ("a".repeat(70), "a".repeat(80));
        assert_eq!(
            taken(70),
            format!("        return f({long})\n            .value();")
        );
        assert_eq!(
            taken(80),
            format!("        return f(\n                   {longer})\n            .value();")
        );
    }

    #[test]
    fn arguments_without_a_default_are_optional_ones() {
        let refused = |name: &str| {
            let special = format!("[init_tx]\nwithout_default = [{name:?}]\n");
            caught(|| {
                files(
                    &crate::description(),
                    &crate::constants(),
                    &special,
                    crate::read,
                )
            })
            .err()
        };
        assert_eq!(refused("tx_id"), None);
        for name in ["tx_ids", "username"] {
            let wrong = refused(name).unwrap();
            assert!(
                wrong.starts_with("spec/cpp.toml: init_tx: without_default names"),
                "{wrong}"
            );
        }
    }
}
