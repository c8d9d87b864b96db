//! The calls in the C program that tests their arguments, `tests/c/arguments.c`.

use minijinja::context;
use minijinja::value::Serde;
use serde::Serialize;

use crate::description::{Description, Operation};
use crate::part;
use crate::template::Templates;

const PATH: &str = "tests/c/arguments.c";

/// The program with its generated part: its path below the project's folder and its text.
pub fn program(description: &Description, read: impl Fn(&str) -> String) -> (String, String) {
    let templates = Templates::new(&[("calls", include_str!("../templates/arguments.c.j2"))]);
    let calls: Vec<_> = description.operations.iter().map(Call::of).collect();
    let part = templates.render("calls", context! { calls => Serde(&calls) });
    (PATH.to_owned(), part::replaced(&read(PATH), "calls", &part))
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
