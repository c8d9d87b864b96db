//! The calls in the C programs that test their arguments, one of each service.

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use crate::description::{Description, Operation};
use crate::part;
use crate::template::Templates;

/// The programs with their generated parts: paths below the project's folder and texts.
pub fn programs(description: &Description, read: impl Fn(&str) -> String) -> Vec<(String, String)> {
    let templates = Templates::new(&[("calls", include_str!("../templates/arguments.c.j2"))]);
    let services = description.services().into_iter();
    services
        .map(|service| {
            let operations = description.operations.iter();
            let operations = operations.filter(|one| one.service() == service);
            let calls: Vec<_> = operations.map(Call::of).collect();
            let part = templates.render("calls", context! { calls => Serde(&calls) });
            let path = match service {
                "v1" => "tests/c/arguments.c".to_owned(),
                other => format!("tests/c/{other}_arguments.c"),
            };
            let text = part::replaced(&read(&path), "calls", &part);
            (path, text)
        })
        .collect()
}

#[derive(Serialize)]
struct Call {
    name: String,
    arguments: String,
}

impl Call {
    /// With the texts `a[0]`, `a[1]` and so on.
    fn of(operation: &Operation) -> Call {
        let mut texts = 0..;
        let arguments = operation
            .arguments
            .iter()
            .map(|argument| match argument.kind() {
                "bool" => "true".to_owned(),
                "ms" => "0".to_owned(),
                "cancel" => "NULL".to_owned(),
                _ => format!("a[{}]", texts.next().expect("numbers without end")),
            });
        let arguments = std::iter::once("c".to_owned())
            .chain(arguments)
            .chain(["o".to_owned()]);
        Call {
            name: operation.name.clone(),
            arguments: arguments.collect::<Vec<_>>().join(", "),
        }
    }
}
