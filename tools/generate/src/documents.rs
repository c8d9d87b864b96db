//! The documents: tables of calls, the reference and the man pages.

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use crate::description::{Description, Operation};
use crate::part;
use crate::template::Templates;
use crate::text;

fn templates() -> Templates {
    Templates::new(&[
        ("calls.md", include_str!("../templates/calls.md.j2")),
        ("calls.3", include_str!("../templates/calls.3.j2")),
        ("parity.md", include_str!("../templates/parity.md.j2")),
    ])
}

/// The documents of which a part is generated: paths below the project's folder and texts.
pub fn files(description: &Description, read: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let templates = templates();
    let groups = groups(description);
    let documents = [
        ("README.md", "calls.md"),
        ("docs/parity.md", "parity.md"),
        ("man/loginid.3", "calls.3"),
    ];
    let with_part = |(path, template): (&str, &str)| {
        let part = templates.render(template, context! { groups => Serde(&groups) });
        let text = part::replaced(&read(path), "calls", &part);
        (path.to_owned(), text)
    };
    documents.map(with_part).to_vec()
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
    management: bool,
    /// Its names in the SDKs for Python, Node, Java and Go.
    sdk: Vec<String>,
    tested_by: String,
}

fn groups(description: &Description) -> Vec<Group> {
    let groups = description.groups().into_iter();
    groups
        .map(|group| {
            let operations = description.operations.iter();
            let operations = operations.filter(|one| one.group == group);
            Group {
                title: text::camel(group),
                calls: operations.map(Call::of).collect(),
            }
        })
        .collect()
}

impl Call {
    fn of(operation: &Operation) -> Call {
        let summary = operation.summary();
        let short = summary.split(": ").next().unwrap_or_default();
        let request = operation.request();
        Call {
            name: operation.name.clone(),
            short: decapitalized(short.trim_end_matches('.')),
            request: request.map(|(method, path)| format!("{method} {path}")),
            management: operation.is_management(),
            sdk: ["python", "node", "java", "go"]
                .map(|sdk| names(operation, sdk))
                .to_vec(),
            tested_by: operation.tested_by.clone(),
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
