//! The users of both services.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::page::Page;

#[test]
fn users_are_added_changed_and_removed() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    page.section("users");
    page.catch_copies();
    change_users_of_the_older_service(&page);
    change_users_of_the_current_service(&page);
    assert_eq!(page.not_clicked("users"), []);
    assert_eq!(page.complaints(), [""; 0]);
}

fn change_users_of_the_older_service(page: &Page) {
    page.submit("Add user: of the older service", json!({"username": "ada"}));
    let user = || page.control("GET", "/users/ada", Value::Null);
    assert_eq!(user()["username"], "ada");
    page.press("ada 0 credentials");
    page.press("Add a code, credential or contact");

    page.submit(
        "Add credential: to ada",
        json!({"type": "fido2", "name": "phone"}),
    );
    assert_eq!(user()["credentials"][0]["name"], "phone");
    page.submit(
        "Add contact: to ada",
        json!({"type": "email", "contact": "ada@example.com", "is_verified": true}),
    );
    assert_eq!(user()["contacts"][0]["contact"], "ada@example.com");
    assert_eq!(user()["contacts"][0]["is_verified"], true);
    page.submit(
        "Make a code: for ada",
        json!({"type": "phrase", "purpose": "add_credential", "authorize": true}),
    );
    let code = page.control("GET", "/codes?username=ada", Value::Null)["codes"][0].clone();
    assert_eq!(
        (&code["type"], &code["is_authorized"]),
        (&json!("phrase"), &json!(true))
    );
    page.sees(code["code"].as_str().expect("the code"));

    page.click("Log in as: ada");
    let token = page.copied();
    let checked = page.control("POST", "/tokens/check", json!({"token": token}));
    assert_eq!(
        (&checked["kind"], &checked["problems"]),
        (&json!("v1_login"), &json!([]))
    );
    page.press("Copy token: token");
    assert_eq!(page.copied(), token);

    page.click("Revoke: fido2 phone");
    assert_eq!(user()["credentials"][0]["status"], "revoked");
    page.click("Remove: ada@example.com");
    assert_eq!(user()["contacts"], json!([]));
    page.click("Deactivate: ada");
    assert_eq!(user()["status"], "inactive");
    page.click("Activate: ada");
    assert_eq!(user()["status"], "active");

    // Search.
    page.submit(
        "Add user: of the older service",
        json!({"username": "grace"}),
    );
    page.sees("grace");
    let search = "const input = document.querySelector('#section-users input[type=search]');
        input.value = arguments[0];
        input.dispatchEvent(new Event('input'));";
    page.run(search, json!(["GRA"]));
    page.sees_no("phrase");
    page.run(search, json!([""]));
    page.press("ada 1 credential");

    page.click("Delete: ada");
    let (status, _) = page.request("GET", "/_emulator/users/ada", Value::Null);
    assert_eq!(status, 404);
}

fn change_users_of_the_current_service(page: &Page) {
    page.submit(
        "Add user: of the current service",
        json!({"username": "hedy"}),
    );
    let users = || page.control("GET", "/v2/users", Value::Null)["users"].clone();
    assert_eq!(users()[0]["passkeys"], json!([]));
    page.press("hedy 0 passkeys");
    page.click("Log in as: hedy");
    let token = page.copied();
    let checked = page.control("POST", "/tokens/check", json!({"token": token}));
    assert_eq!(
        (&checked["kind"], &checked["problems"]),
        (&json!("v2_login"), &json!([]))
    );
    assert_eq!(
        users()[0]["passkeys"]
            .as_array()
            .expect("its passkeys")
            .len(),
        1
    );
    page.click("Remove: Passkey");
    assert_eq!(users()[0]["passkeys"], json!([]));
    page.click("Delete: hedy");
    assert_eq!(users(), json!([]));
}

/// Names and payloads come from outside: they are shown as they are.
#[test]
fn foreign_text_is_text() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    let hostile = "<img src=x onerror=\"document.title='taken over'\"><script>document.title='taken over'</script>";
    page.control("POST", "/users", json!({"username": hostile}));
    page.control("POST", "/v2/users", json!({"username": hostile}));
    page.control(
        "POST",
        "/applications",
        json!({"client_id": "page", "keyless": true}),
    );
    let body = json!({"client_id": "page", "tx_payload": hostile, "nonce": "n"});
    page.send("POST", "/tx", body);
    for section in ["todo", "users", "requests"] {
        page.section(section);
        if section == "requests" {
            let open = "(await until('a request', () => document.querySelector('.requests details'))).open = true;";
            page.run(open, json!([]));
        }
        page.sees("<img src=x");
    }
    assert_eq!(
        page.run(
            "return document.querySelectorAll('img, main script').length",
            json!([])
        ),
        0
    );
    assert_ne!(page.run("return document.title", json!([])), "taken over");
    // The browser itself would refuse it.
    let refused = page
        .browser
        .run("document.body.innerHTML = '<b>x</b>';", json!([]));
    assert!(refused.is_err_and(|error| error.contains("TrustedHTML")));
}
