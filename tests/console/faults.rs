//! Faults: the presets, and a form for every kind.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::page::Page;

#[test]
fn faults_are_added_and_cleared() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    page.section("faults");
    page.sees("No fault: the service answers as it should.");
    let presets = page.run(
        "return [...document.querySelectorAll('#section-faults li .action button')].map(label);",
        json!([]),
    );
    let presets = presets.as_array().expect("the presets").clone();
    assert_eq!(presets.len(), 8);
    for (index, preset) in presets.iter().enumerate() {
        page.click(preset.as_str().expect("its name"));
        assert_eq!(page.emulator.faults().len(), index + 1);
    }
    page.sees("8 faults");
    page.picture("faults");
    page.click("Clear all: faults");
    assert!(page.emulator.faults().is_empty());

    // Every kind, with what its fields begin with.
    let kinds =
        "return [...document.querySelector('[name=kind]').options].map(option => option.value);";
    let kinds = page.run(kinds, json!([]));
    let kinds = kinds.as_array().expect("the kinds").clone();
    assert_eq!(kinds.len(), 12);
    for kind in &kinds {
        page.submit("Add fault", json!({"kind": kind}));
    }
    let added = page.control("GET", "/faults", Value::Null)["faults"].clone();
    let added = added.as_array().expect("the faults");
    let names: Vec<_> = added.iter().map(|fault| &fault["fault"]["kind"]).collect();
    assert_eq!(names, kinds.iter().collect::<Vec<_>>());
    page.click("Clear all: faults");

    let fields = json!({"kind": "status", "code": "429", "body": "<b>", "content_type": "text/plain", "retry_after": "7",
        "carried_out": true, "method": "POST", "path": "/tx*", "skip": "2", "times": ""});
    page.submit("Add fault", fields);
    let added = page.control("GET", "/faults", Value::Null)["faults"][0].clone();
    let expected = json!({"match": {"method": "POST", "path": "/tx*"}, "skip": 2, "times": null,
        "fault": {"kind": "status", "code": 429, "body": "<b>", "content_type": "text/plain",
            "headers": [["Retry-After", "7"]], "carried_out": true}});
    assert_eq!(added, expected);
    page.sees("POST /tx*");
    page.sees("1 fault");
    page.click("Clear all: faults");

    // One that is used up leaves.
    page.submit(
        "Add fault",
        json!({"kind": "close_idle", "method": "", "path": "/certs", "skip": "", "times": "1"}),
    );
    page.sees("any method /certs");
    page.send("GET", "/certs", Value::Null);
    page.sees("No fault: the service answers as it should.");

    assert_eq!(page.not_clicked("faults"), []);
    assert_eq!(page.complaints(), [""; 0]);
}

/// What the control API refuses is said, and nothing is lost.
#[test]
fn a_refusal_is_shown() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    page.section("faults");
    let script = "const form = (await control('Add fault')).form;
        form.elements.path.value = 'no-slash';
        form.querySelector('button').click();
        return until('an answer', () => document.getElementById('status').textContent);";
    let said = page.run(script, json!([]));
    assert!(
        said.as_str().expect("a text").starts_with("Refused: "),
        "{said}"
    );
    page.sees("400");
    let kept = "return document.querySelector('#section-faults [name=path]').value;";
    assert_eq!(page.run(kept, json!([])), "no-slash");
    assert!(page.emulator.faults().is_empty());
}
