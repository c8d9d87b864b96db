//! What the user's phone would show: the `url` of a transaction, and the `iframe_url` of a scan.

use std::time::Duration;

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::page::Page;
use crate::todo::{create_tx, public_application};

#[test]
fn a_transaction_is_confirmed_and_denied_at_its_url() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    public_application(&page);
    page.control("POST", "/users", json!({"username": "ada"}));
    let state = |id: &str| page.control("GET", &format!("/tx/{id}"), Value::Null);
    page.size(390, 760);

    let id = create_tx(&page, "Pay 10.00 € to Grace", Some("ada"));
    page.go_to(&page.url(&format!("/_emulator/tx/{id}")));
    page.sees("Pay 10.00 € to Grace");
    page.sees("for ada");
    page.picture("transaction");
    page.click("Confirm");
    assert_eq!(state(&id)["confirmed"], true);
    page.sees("Confirmed");

    let id = create_tx(&page, "Delete everything", None);
    page.go_to(&page.url(&format!("/_emulator/tx/{id}")));
    page.sees("for any user");
    page.click("Deny");
    assert_eq!(state(&id)["denied"], true);
    page.sees("Denied");

    let id = create_tx(&page, "Change the address", None);
    page.go_to(&page.url(&format!("/_emulator/tx/{id}")));
    page.submit("Confirm", json!({"username": "ada"}));
    assert_eq!(state(&id)["confirmed"], true);
    assert_eq!(page.not_clicked(""), []);

    // It is decided elsewhere, or expires, before the eyes of the person.
    let id = create_tx(&page, "Pay 5", Some("ada"));
    page.go_to(&page.url(&format!("/_emulator/tx/{id}")));
    page.sees("Pay 5");
    page.control("POST", &format!("/tx/{id}/deny"), json!({}));
    page.sees("Denied");
    let id = create_tx(&page, "Pay 6", Some("ada"));
    page.go_to(&page.url(&format!("/_emulator/tx/{id}")));
    page.sees("Pay 6");
    page.control("POST", "/clock", json!({"advance_s": 601}));
    page.sees("Expired");
    assert_eq!(page.complaints(), [""; 0]);

    page.go_to(&page.url("/_emulator/tx/no-such"));
    page.sees("There is nothing to confirm");
}

#[test]
fn a_scan_is_passed_at_its_page() {
    let document = json!({"uuid": "scan", "type": "authid", "status": "pending", "scan": {"passed": null, "used": false}});
    let users = json!({"users": [{"username": "ada", "credentials": [document]}]});
    let Some(page) = Page::open(Emulator::builder().seed(users.to_string())) else {
        return;
    };
    let scans = page.emulator.doc_scans();
    page.size(390, 760);
    page.go_to(scans[0]["iframe_url"].as_str().expect("its page"));
    page.sees("Does the document match the user?");
    page.sees("POST /doc-scans/{credential_uuid} {\"passed\":true}");
    page.picture("scan");
    page.press("Pass");
    page.sees("Passed");
    assert_eq!(page.emulator.doc_scan("scan").expect("it")["passed"], true);
    page.emulator.advance_clock(Duration::ZERO);
}

/// Characters that are not seen could make a payload read as another amount.
#[test]
fn hidden_characters_of_a_payload_are_seen() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    public_application(&page);
    let hidden = "Pay \u{202e}0001\u{202c} EUR to Gra\u{200b}ce\u{2066}\u{e0041}";
    let seen = "Pay U+202E0001U+202C EUR to GraU+200BceU+2066U+E0041";
    let label = "Pay [U+202E]0001[U+202C] EUR to Gra[U+200B]ce[U+2066][U+E0041]";
    let name = "a\u{202e}da";
    page.control("POST", "/users", json!({"username": name}));
    let id = create_tx(&page, hidden, Some(name));
    let texts = "return [document.body.innerText, ...[...document.querySelectorAll('[aria-label], [title]')]
            .flatMap(one => [one.getAttribute('aria-label'), one.textContent])].join(' ');";
    let is_hidden = |text: &Value| {
        text.as_str()
            .expect("a text")
            .contains(['\u{202e}', '\u{200b}', '\u{e0041}'])
    };

    page.sees(seen);
    page.sees("for aU+202Eda");
    assert!(!is_hidden(&page.run(texts, json!([]))));
    page.section("users");
    let open = "(await until('a user', () => document.querySelector('#section-users details.item'))).open = true;";
    page.run(open, json!([]));
    page.sees(seen);
    page.section("requests");
    let open = "(await until('a request', () => document.querySelector('.requests details'))).open = true;";
    page.run(open, json!([]));
    page.sees(seen);
    assert!(!is_hidden(&page.run(texts, json!([]))));
    page.section("todo");
    page.click(&format!("Deny: {label}"));
    page.press("Decided or expired");
    page.sees(seen);

    page.go_to(&page.url(&format!("/_emulator/tx/{id}")));
    page.sees(seen);
    page.sees("for aU+202Eda");
    assert!(!is_hidden(&page.run(texts, json!([]))));
    page.picture("hidden-characters");

    // What is usual stays as it is: lines, and the parts of an emoji.
    let usual = "Tea \u{2615}\u{fe0f}\nfor \u{1f468}\u{200d}\u{1f469}";
    let id = create_tx(&page, usual, None);
    page.go_to(&page.url(&format!("/_emulator/tx/{id}")));
    page.sees(usual);
}

#[test]
fn a_long_payload_scrolls() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    public_application(&page);
    page.control("POST", "/users", json!({"username": "ada"}));
    let long = "Pay 1 EUR. ".repeat(910);
    let id = create_tx(&page, &long, Some("ada"));
    let of_payload =
        "const found = await until('the payload', () => [...document.querySelectorAll('.payload')]
            .find(seen));
        return [found.offsetHeight, found.scrollHeight > found.clientHeight, found.tabIndex];";
    let check = |limit: u64, where_: &str| {
        let found = page.run(of_payload, json!([]));
        assert!(found[0].as_u64() <= Some(limit), "{where_}: {found}");
        assert_eq!(
            (&found[1], &found[2]),
            (&json!(true), &json!(0)),
            "{where_}"
        );
    };
    check(256, "to do");
    let label = page.run(
        "return (await until('it', () => document.querySelector('[aria-label^=\"Deny: \"]'))).ariaLabel.length;",
        json!([]),
    );
    assert!(label.as_u64() < Some(120), "{label}");
    page.size(360, 760);
    page.go_to(&page.url(&format!("/_emulator/tx/{id}")));
    check(256, "device page");
    page.picture("long-payload");
    page.click("Deny");
    page.go_to(&page.url("/_emulator/"));
    page.press("Decided or expired");
    check(96, "decided");
}
