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
