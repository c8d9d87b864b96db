//! What waits for a person.

use std::thread;

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::page::{Page, eventually};

/// A public application, whose pages need no token.
pub fn public_application(page: &Page) {
    let application = json!({"client_id": "page", "keyless": true});
    page.control("POST", "/applications", application);
}

/// Creates a transaction of that application and returns its id.
pub fn create_tx(page: &Page, payload: &str, username: Option<&str>) -> String {
    let body =
        json!({"client_id": "page", "tx_payload": payload, "nonce": "n", "username": username});
    let answer = page.send("POST", "/tx", body);
    answer["id"].as_str().expect("its id").to_owned()
}

/// Users, and documents of theirs that wait for a scan.
fn with_scans() -> String {
    let document = |uuid: &str| json!({"uuid": uuid, "type": "authid", "status": "pending", "scan": {"passed": null, "used": false}});
    let users = json!({"users": [
        {"username": "ada", "credentials": [document("scan-a")]},
        {"username": "grace", "credentials": [document("scan-b")]},
    ]});
    users.to_string()
}

#[test]
fn what_waits_is_decided() {
    let Some(page) = Page::open(Emulator::builder().seed(with_scans())) else {
        return;
    };
    page.sees("No transaction waits");
    public_application(&page);
    let of_ada = create_tx(&page, "Pay 5.00 € to Grace", Some("ada"));
    let of_any = create_tx(&page, "Change the address", None);
    let denied = create_tx(&page, "Delete everything", None);
    // They appear without a reload.
    page.sees("Delete everything");
    let decided =
        |id: &str, how: &str| page.control("GET", &format!("/tx/{id}"), Value::Null)[how] == true;
    page.click("Confirm: as ada: Pay 5.00 € to Grace");
    assert!(decided(&of_ada, "confirmed"));
    page.submit("Confirm: Change the address", json!({"username": "grace"}));
    assert!(decided(&of_any, "confirmed"));
    page.click("Deny: Delete everything");
    assert!(decided(&denied, "denied"));
    page.sees("No transaction waits");

    // Codes.
    let code = page.control(
        "POST",
        "/users/ada/codes",
        json!({"type": "short", "purpose": "temporary_authentication"}),
    );
    let code = code["code"].as_str().expect("a code").to_owned();
    page.sees(&code);
    let state = |code: &str| {
        let codes = page.control("GET", "/codes", Value::Null);
        let codes = codes["codes"].as_array().expect("the codes").clone();
        codes
            .into_iter()
            .find(|one| one["code"] == code)
            .expect("the code")
    };
    page.catch_copies();
    page.press(&format!("Copy: the code {code} of ada"));
    assert_eq!(page.copied(), code);
    page.click(&format!("Authorize: the code {code} of ada"));
    assert_eq!(state(&code)["is_authorized"], true);
    let expired = state(&code)["expires_at"].clone();
    page.click(&format!("Expire: the code {code} of ada"));
    assert_ne!(state(&code)["expires_at"], expired);
    page.sees("No code is good now");

    // A call that waits for one.
    let code = page.control(
        "POST",
        "/users/ada/codes",
        json!({"type": "short", "purpose": "temporary_authentication"}),
    );
    let code = code["code"].as_str().expect("a code").to_owned();
    thread::scope(|scope| {
        let wait = scope.spawn(|| {
            let body = json!({"client_id": "page", "username": "ada",
                "authentication_code": {"type": "short", "code": code}});
            page_free_send(page.emulator.base_url(), "/authenticate/code/wait", &body)
        });
        page.click(&format!(
            "Authorize: the code {code} of ada, for the call that waits"
        ));
        assert_eq!(wait.join().expect("the call"), 200);
    });
    page.sees("No call waits.");

    // Scans.
    page.click("Pass: the document of ada");
    page.click("Fail: the document of grace");
    let scans = page.control("GET", "/doc-scans", Value::Null);
    assert_eq!(scans["doc_scans"][0]["passed"], true);
    assert_eq!(scans["doc_scans"][1]["passed"], false);
    page.sees("No document waits");

    // The current service.
    page.control("POST", "/v2/users", json!({"username": "ada"}));
    let user = json!({"user": {"username": "ada", "usernameType": "other"}});
    page.send("POST", "/fido2/v2/auth/otp/email", user);
    let codes = page.control("GET", "/v2/codes", Value::Null);
    let code = codes["codes"][0]["code"]
        .as_str()
        .expect("a code")
        .to_owned();
    page.sees(&code);
    page.press(&format!("Copy: the code {code} of ada"));
    assert_eq!(page.copied(), code);
    let transaction = json!({"username": "ada", "txPayload": "Pay 7", "nonce": "n-7"});
    page.submit("Confirm: a transaction of the current service", transaction);
    page.press("Copy token: token");
    let token = page.copied();
    let checked = page.control("POST", "/tokens/check", json!({"token": token}));
    assert_eq!(checked["kind"], "v2_transaction");
    assert_eq!(checked["claims"]["nonce"], "n-7");
    assert_eq!(checked["problems"], json!([]));

    assert_eq!(page.not_clicked("todo"), []);
    assert_eq!(page.complaints(), [""; 0]);
}

/// A request of another thread: only its status counts.
fn page_free_send(base_url: &str, path: &str, body: &Value) -> u16 {
    let config = ureq::Agent::config_builder()
        .http_status_as_error(false)
        .proxy(None);
    let request = config
        .build()
        .new_agent()
        .post(format!("{base_url}{path}"))
        .content_type("application/json");
    request
        .send(body.to_string())
        .expect("an answer")
        .status()
        .as_u16()
}

#[test]
fn a_countdown_follows_the_emulators_clock() {
    let Some(page) = Page::open(Emulator::builder().seed(with_scans())) else {
        return;
    };
    page.control(
        "POST",
        "/users/ada/codes",
        json!({"type": "short", "purpose": "add_credential"}),
    );
    page.sees("ada · short · to add a credential");
    let left = "return (await until('a countdown', () => document.querySelector('#section-todo time.countdown'))).textContent";
    let left = page.run(left, json!([]));
    let left = left.as_str().expect("a text");
    assert!(left == "3:00" || left.starts_with("2:"), "{left}");
    // It expires while it is shown, and disappears.
    page.click("+3 min: move the clock");
    page.sees("No code is good now");
    eventually("the badge counts the scans only", || {
        page.run(
            "return document.querySelector('nav a').textContent",
            json!([]),
        ) == "To do2"
    });
}

#[test]
fn a_list_that_changes_keeps_the_focus_and_what_is_typed() {
    let Some(page) = Page::open(Emulator::builder().seed(with_scans())) else {
        return;
    };
    public_application(&page);
    create_tx(&page, "First", None);
    page.sees("First");
    let script = "const form = (await control('Confirm: First')).form;
        form.elements.username.value = 'gra';
        form.elements.username.focus();";
    page.run(script, json!([]));
    create_tx(&page, "Second", Some("ada"));
    page.sees("Second");
    let script = "return [document.activeElement.name, document.activeElement.value];";
    assert_eq!(page.run(script, json!([])), json!(["username", "gra"]));
    // The button with the focus leaves with its transaction: the focus stays in the list.
    page.run("(await control('Deny: Second')).focus();", json!([]));
    page.click("Deny: Second");
    page.sees_no("for ada");
    let script = "return document.activeElement !== document.body;";
    assert_eq!(page.run(script, json!([])), true);
}

/// A load test leaves many: the last one is a few clicks away.
#[test]
fn the_last_of_many_transactions_is_reached() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    public_application(&page);
    let oldest = create_tx(&page, "The oldest", None);
    for number in 1..=120 {
        create_tx(&page, &format!("Payment {number}"), None);
    }
    page.sees("71 more");
    page.press("Show more: transactions");
    page.sees("21 more");
    page.press("Show more: transactions");
    page.sees("The oldest");
    page.sees_no(" more");
    page.click("Deny: The oldest");
    assert_eq!(
        page.control("GET", &format!("/tx/{oldest}"), Value::Null)["denied"],
        true
    );
    assert_eq!(page.complaints(), [""; 0]);
}
