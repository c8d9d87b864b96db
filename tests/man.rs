//! The man pages name every function and status, and are valid man pages.

mod common;

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use common::root;

fn page(name: &str) -> String {
    fs::read_to_string(root().join("man").join(name))
        .expect(name)
        .replace("\\-", "-")
}

#[test]
fn the_librarys_page_names_every_function_and_status() {
    let page = page("loginid.3");
    let symbols = fs::read_to_string(root().join("include/loginid.symbols")).unwrap();
    let (mut functions, mut statuses) = (0, 0);
    for line in symbols.lines() {
        if let Some((name, value)) = line
            .strip_prefix("lid_status LID_")
            .and_then(|rest| rest.trim_end_matches(';').split_once(" = "))
        {
            let entry = format!(".BR LID_{name} \" ({value})\"\n");
            assert!(page.contains(&entry), "it lacks LID_{name}");
            statuses += 1;
        } else if let Some((before, _)) = line.split_once('(') {
            let name = before.rsplit([' ', '*']).next().unwrap();
            let entry = format!("{name} \"()");
            assert!(name.is_empty() || page.contains(&entry), "it lacks {name}");
            functions += usize::from(!name.is_empty());
        }
    }
    assert!(functions > 50 && statuses > 14, "{functions}, {statuses}");
}

/// The pages of single functions.
fn functions() -> Vec<String> {
    let pages = fs::read_dir(root().join("man/man3")).expect("man/man3");
    pages
        .map(|page| page.expect("a page").file_name())
        .map(|name| name.into_string().expect("a name"))
        .collect()
}

#[test]
fn every_function_that_takes_a_client_and_returns_a_text_has_a_page() {
    let symbols = fs::read_to_string(root().join("include/loginid.symbols")).unwrap();
    let calls = symbols.lines().filter_map(|line| {
        let (name, parameters) = line.strip_prefix("lid_status ")?.split_once('(')?;
        let handles = ["const lid_client *", "const lid_v2_client *"];
        let takes_client = handles.iter().any(|handle| parameters.starts_with(handle));
        takes_client.then_some(name)
    });
    let expected: BTreeSet<_> = calls.map(|name| format!("{name}.3")).collect();
    assert!(expected.len() > 30, "{expected:?}");
    assert_eq!(functions().into_iter().collect::<BTreeSet<_>>(), expected);
}

#[test]
fn groff_has_no_warnings() {
    let mut names = ["loginid.3", "loginid.1", "loginid-emulator.1"]
        .map(str::to_owned)
        .to_vec();
    names.extend(functions().iter().map(|name| format!("man3/{name}")));
    for name in names {
        let output = Command::new("groff")
            .args(["-man", "-ww", "-z", "-Tutf8"])
            .arg(root().join("man").join(&name))
            .output()
            .expect("groff");
        let warnings = String::from_utf8_lossy(&output.stderr);
        assert!(
            output.status.success() && warnings.is_empty(),
            "{name}: {warnings}"
        );
    }
}
