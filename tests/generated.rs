//! What is generated from the description of the calls is committed as it is generated.

use std::fs;

#[test]
fn the_committed_files_are_what_the_description_generates() {
    let files = loginid_generate::described().expect("a description without mistakes");
    assert!(files.len() > 10, "{} files", files.len());
    for (path, generated) in files {
        let committed = fs::read_to_string(&path).unwrap_or_default();
        let path = path.display();
        assert!(
            committed == generated,
            "{path} is not what spec/operations.toml describes: run `make generate`"
        );
        let first_lines: Vec<_> = generated.lines().take(5).collect();
        assert!(
            first_lines.join(" ").to_lowercase().contains("generated")
                || generated.contains("begin generated: "),
            "{path} does not say that it is generated"
        );
    }
}

/// The emulator is written from the protocol, by hand: it is the witness that the description
/// names the right requests.
#[test]
fn the_emulator_answers_the_requests_that_are_described() {
    let description = loginid_generate::description();
    let older = loginid_emulator::Emulator::operations().into_iter();
    let older = older.map(|route| (route.path.to_owned(), route));
    // Their paths are below a prefix.
    let current = loginid_emulator::Emulator::v2_operations().into_iter();
    let current = current.map(|route| (format!("/fido2/v2{}", route.path), route));
    let routes: Vec<_> = older.chain(current).collect();
    let mut compared = 0;
    for operation in &description.operations {
        let Some((method, path)) = operation.request() else {
            continue;
        };
        let route = routes
            .iter()
            .find(|(_, one)| one.operation == operation.name);
        let name = &operation.name;
        let (at, route) = route.unwrap_or_else(|| panic!("the emulator has no operation {name}"));
        assert_eq!(route.method.as_str(), method, "{name}");
        assert_eq!(segments(at), segments(path), "{name}");
        compared += 1;
    }
    assert!(compared > 30, "{compared} requests");
}

/// A path with all names of its segments alike: `{type}` may be called otherwise.
fn segments(path: &str) -> Vec<&str> {
    path.split('/')
        .map(|segment| {
            if segment.starts_with('{') {
                "{}"
            } else {
                segment
            }
        })
        .collect()
}
