//! What is generated from the description of the calls is committed as it is generated.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use loginid_generate::constants::STATUSES;

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

/// Programs in five languages use them: `bindings/constants.txt` only grows. A new constant
/// needs no line in it.
#[test]
fn the_constants_of_programs_are_still_there() {
    let constants = loginid_generate::constants();
    let values: BTreeSet<_> = constants
        .lists
        .iter()
        .flat_map(|list| {
            let service = list.service.as_deref().unwrap_or("both");
            let values = list.values.iter();
            values.map(move |one| format!("{service} {} {}", list.name, one.value))
        })
        .collect();
    let listed = read("bindings/constants.txt");
    assert!(listed.lines().count() > 40, "{listed}");
    for line in listed.lines() {
        assert!(values.contains(line), "spec/constants.toml lacks {line}");
    }
}

/// Of a code, the status too. Those of the older service are explained by the emulator's page.
#[test]
fn the_codes_that_are_constants_are_documented() {
    let statuses = documented_statuses();
    let (current, older) = (read("docs/v2/errors.md"), read("emulator/README.md"));
    let (mut of_library, mut of_services) = (0, 0);
    for list in loginid_generate::constants().lists {
        for constant in &list.values {
            let (Some(status), code) = (&constant.status, &constant.value) else {
                continue;
            };
            if let Some(number) = statuses.get(code) {
                assert_eq!(STATUSES[number - 1], status, "{code}");
                of_library += 1;
                continue;
            }
            assert_eq!(status, "Api", "{code} is not in docs/errors.md");
            let pages = match constant.service.as_deref() {
                Some("v2") => vec![&current],
                Some(_) => vec![&older],
                None => vec![&current, &older],
            };
            for page in pages {
                assert!(page.contains(&format!("`{code}`")), "{code} is in no page");
            }
            of_services += 1;
        }
    }
    assert!(
        of_library > 10 && of_services > 4,
        "{of_library} and {of_services}"
    );
}

/// The codes of the library with the numbers of their statuses, from docs/errors.md.
fn documented_statuses() -> BTreeMap<String, usize> {
    let page = read("docs/errors.md");
    let rows = page.lines().filter_map(|line| {
        let mut columns = line.split('|').map(str::trim).skip(1);
        let code = columns.next()?.strip_prefix('`')?.strip_suffix('`')?;
        Some((code.to_owned(), columns.next()?.parse().ok()?))
    });
    rows.collect()
}

fn read(path: &str) -> String {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    fs::read_to_string(root.join(path)).expect(path)
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
