//! `spec/constants.toml`: the values that every language has as constants, and the files that
//! have only them. Those of Go are in its packages.

use minijinja::context;
use minijinja::value::Serde;
use serde::{Deserialize, Serialize};

use crate::description::SERVICES;
use crate::mistake::{self, require};
use crate::python::layout::bracketed;
use crate::template::Templates;
use crate::text;

const FILE: &str = "spec/constants.toml";

/// What fits into a line of every language, with its comment's marks.
const LONGEST: usize = 80;

/// Statuses as the classes of languages have them, in the order of their numbers from 1.
pub const STATUSES: [&str; 14] = [
    "InvalidArgument",
    "Config",
    "PrivateKey",
    "TokenInvalid",
    "TokenExpired",
    "ClaimMismatch",
    "Api",
    "RateLimited",
    "Network",
    "Tls",
    "Timeout",
    "Cancelled",
    "Response",
    "Internal",
];

/// The lists of `spec/constants.toml`, whose head says what the members mean.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constants {
    #[serde(rename = "list")]
    pub lists: Vec<List>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct List {
    pub name: String,
    pub service: Option<String>,
    pub about: String,
    cpp: Option<String>,
    go: Option<String>,
    pub values: Vec<Constant>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Constant {
    pub value: String,
    pub about: String,
    pub status: Option<String>,
    pub service: Option<String>,
}

impl Constant {
    /// `passkey:read` as `passkey_read`, and `signIn` as `sign_in`.
    pub fn name(&self) -> String {
        text::snake(&self.value).replace(':', "_")
    }
}

impl List {
    /// The beginning of the names in Go.
    pub fn go_prefix(&self) -> String {
        self.go.clone().unwrap_or_else(|| text::camel(&self.name))
    }

    /// Whether each value is the code of an error.
    pub fn is_of_codes(&self) -> bool {
        self.values.iter().all(|one| one.status.is_some())
    }
}

impl Constants {
    pub fn read(constants: &str) -> Constants {
        let constants: Constants = mistake::parsed(FILE, constants);
        for list in &constants.lists {
            let name = &list.name;
            for constant in &list.values {
                let value = &constant.value;
                require!(
                    constant.about.ends_with('.') && constant.about.len() <= LONGEST,
                    "{FILE}: {name}: {value}: about is one sentence of at most {LONGEST} characters"
                );
                require!(
                    constant.status.is_some() == list.is_of_codes(),
                    "{FILE}: {name}: {value}: all values of a list have a status, or none"
                );
                let status = constant.status.as_deref().unwrap_or(STATUSES[0]);
                require!(
                    STATUSES.contains(&status),
                    "{FILE}: {name}: {value}: there is no status {status}"
                );
            }
            let of_values = list.values.iter().filter_map(|one| one.service.as_ref());
            for service in list.service.iter().chain(of_values) {
                require!(
                    SERVICES.contains(&service.as_str()),
                    "{FILE}: {name}: there is no service {service}"
                );
            }
        }
        constants
    }

    /// The lists that are in the namespace of the current service, or the others.
    fn of_current(&self, is_current: bool) -> Vec<Shown> {
        let lists = self.lists.iter();
        let lists = lists.filter(|list| (list.service.as_deref() == Some("v2")) == is_current);
        lists.map(Shown::of).collect()
    }
}

/// A list as the templates take it.
#[derive(Serialize)]
struct Shown {
    /// As a class.
    name: String,
    /// As a namespace of C++.
    cpp: String,
    about: String,
    /// Python's type of one of the values; of an error's code there is none, since services have
    /// more of them.
    literal: Option<String>,
    constants: Vec<ShownConstant>,
}

#[derive(Serialize)]
struct ShownConstant {
    name: String,
    cpp: String,
    value: String,
    about: String,
    service: Option<String>,
}

impl Shown {
    fn of(list: &List) -> Shown {
        let name = text::camel(&list.name);
        let values = list.values.iter().map(|one| format!("{:?}", one.value));
        let literal = (!list.is_of_codes()).then(|| {
            let values: Vec<_> = values.collect();
            bracketed(0, &format!("{name}Literal = Literal["), &values, "]")
        });
        Shown {
            cpp: list.cpp.clone().unwrap_or_else(|| list.name.clone()),
            about: list.about.clone(),
            literal,
            constants: list.values.iter().map(ShownConstant::of).collect(),
            name,
        }
    }
}

impl ShownConstant {
    fn of(constant: &Constant) -> ShownConstant {
        let name = constant.name();
        let is_keyword = ["short", "long"].contains(&name.as_str());
        ShownConstant {
            cpp: format!("{name}{}", if is_keyword { "_" } else { "" }),
            name: name.to_uppercase(),
            value: constant.value.clone(),
            about: constant.about.clone(),
            service: constant.service.clone(),
        }
    }
}

/// The generated files that have only constants: paths below the project's folder, and texts.
pub fn files(constants: &Constants) -> Vec<(String, String)> {
    let templates = Templates::new(&[
        (
            "python",
            include_str!("../templates/python_constants.py.j2"),
        ),
        ("ruby", include_str!("../templates/ruby_constants.rb.j2")),
        ("rbs", include_str!("../templates/ruby_constants.rbs.j2")),
        ("php", include_str!("../templates/php_constants.php.j2")),
    ]);
    let (shared, current) = (constants.of_current(false), constants.of_current(true));
    let both = || context! { shared => Serde(&shared), current => Serde(&current) };
    let ruby = "bindings/ruby";
    let mut files = vec![
        (
            format!("{ruby}/lib/loginid/constants.rb"),
            templates.render("ruby", both()) + "\n",
        ),
        (
            format!("{ruby}/sig/loginid/constants.rbs"),
            templates.render("rbs", both()) + "\n",
        ),
    ];
    for (lists, folder, namespace) in [(&shared, "", "Loginid"), (&current, "V2/", "Loginid\\V2")] {
        for list in lists {
            let path = format!("bindings/php/src/{folder}{}.php", list.name);
            let context = context! { namespace, list => Serde(list) };
            files.push((path, templates.render("php", context) + "\n"));
        }
    }
    for (lists, folder) in [(&shared, ""), (&current, "v2/")] {
        let path = format!("bindings/python/src/libloginid/{folder}constants.py");
        let context = context! { lists => Serde(lists) };
        files.push((path, templates.render("python", context)));
    }
    files
}

/// The part of the C++ header.
pub fn cpp(constants: &Constants) -> String {
    part(constants, include_str!("../templates/constants.hpp.j2"))
}

/// The part of `docs/reference.md`.
pub fn reference(constants: &Constants) -> String {
    part(constants, include_str!("../templates/constants.md.j2"))
}

fn part(constants: &Constants, template: &'static str) -> String {
    let (shared, current) = (constants.of_current(false), constants.of_current(true));
    let namespaces = [("", shared), ("v2", current)];
    let context = context! { namespaces => Serde(&namespaces) };
    Templates::new(&[("part", template)]).render("part", context)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mistake::check_refusals;

    #[test]
    fn mistakes_in_a_list_are_refused() {
        let changes = [
            (
                "about = \"The client was closed.\"",
                "about = \"\"",
                "error_code: client_closed: about is one sentence of at most 80 characters",
            ),
            (
                "status = \"Timeout\", ",
                "",
                "error_code: api_key_required: all values of a list have a status, or none",
            ),
            (
                "\"Timeout\"",
                "\"TimedOut\"",
                "error_code: timeout: there is no status TimedOut",
            ),
            (
                "service = \"v1\"\nabout",
                "service = \"v3\"\nabout",
                "code_type: there is no service v3",
            ),
        ];
        check_refusals(FILE, Constants::read, &changes);
    }

    #[test]
    fn names_are_made_from_values() {
        let name = |value: &str| {
            let constant = Constant {
                value: value.to_owned(),
                about: String::new(),
                status: None,
                service: None,
            };
            constant.name()
        };
        assert_eq!(name("passkey:read"), "passkey_read");
        assert_eq!(name("signIn"), "sign_in");
        assert_eq!(name("other"), "other");
    }
}
