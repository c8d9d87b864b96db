//! Keys, applications and tokens.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::page::Page;

fn list(page: &Page, path: &str, name: &str) -> Vec<Value> {
    let answer = page.control("GET", path, Value::Null);
    answer[name].as_array().expect("a list").clone()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().expect("a text")
}

#[test]
fn keys_applications_and_tokens_are_changed() {
    let Some(page) = Page::open(Emulator::builder()) else {
        return;
    };
    page.section("keys");
    page.catch_copies();
    rotate_and_retire_keys(&page);
    change_applications_of_the_older_service(&page);
    change_applications_of_the_current_service(&page);
    check_tokens(&page);
    export_and_import(&page);
    assert_eq!(page.not_clicked("keys"), []);
    assert_eq!(page.complaints(), [""; 0]);
}

fn export_and_import(page: &Page) {
    // A download of a headless browser goes nowhere: the file is taken where it is made.
    let catch = "const make = URL.createObjectURL;
        URL.createObjectURL = file => { file.text().then(text => { window.saved = text; }); return make.call(URL, file); };";
    page.run(catch, json!([]));
    page.click("Export");
    let saved = page.run("return until('a file', () => window.saved);", json!([]));
    let saved: Value = serde_json::from_str(saved.as_str().expect("a text")).expect("JSON");
    assert_eq!(saved, page.control("GET", "/state", Value::Null));
    assert_eq!(page.emulator.users().len(), 1);
    let other = json!({"users": [{"username": "grace"}, {"username": "hedy"}]});
    page.submit("Import", json!({"state": other.to_string()}));
    assert_eq!(page.emulator.users().len(), 2);
    page.submit("Import", json!({"state": saved.to_string()}));
    assert_eq!(page.emulator.users()[0]["username"], "ada");
}

fn rotate_and_retire_keys(page: &Page) {
    for (service, path) in [("older", "/keys"), ("current", "/v2/keys")] {
        let first = list(page, path, "keys")[0].clone();
        page.click(&format!("Rotate: the keys of the {service} service"));
        let keys = list(page, path, "keys");
        assert_eq!((keys.len(), &keys[0]["kid"]), (2, &first["kid"]));
        assert_eq!(keys[1]["is_current"], true);
        page.press(&format!("Copy PEM: the public key {}", text(&first, "kid")));
        assert_eq!(page.copied(), text(&first, "public_key"));
        page.click(&format!("Retire: {}", text(&first, "kid")));
        assert_eq!(list(page, path, "keys").len(), 1);
        page.click(&format!("Rotate: the keys of the {service} service"));
        page.click(&format!(
            "Rotate and retire: the keys of the {service} service"
        ));
        assert_eq!(list(page, path, "keys").len(), 1);
    }
}

fn change_applications_of_the_older_service(page: &Page) {
    let fields =
        json!({"client_id": "mine", "type": "native", "rp_id": "shop.example", "keyless": false});
    page.submit("Add application: of the older service", fields);
    page.press("Copy private key: private key");
    assert!(page.copied().starts_with("-----BEGIN PRIVATE KEY-----"));
    let mine = || list(page, "/applications", "applications")[1].clone();
    assert_eq!(
        (text(&mine(), "type"), text(&mine(), "rp_id")),
        ("native", "shop.example")
    );
    page.press("Copy id: the client id mine");
    assert_eq!(page.copied(), "mine");
    page.run("const items = await until('mine', () => document.querySelectorAll('[data-key=mine] details'));
        items[0].open = true;", json!([]));
    let origin = json!({"origin": "https://www.shop.example", "rp_id": "shop.example"});
    page.submit("Add origin: to mine", origin.clone());
    assert_eq!(mine()["origins"], json!([origin]));
    page.submit(
        "Set: the relying party id of mine",
        json!({"rp_id": "pay.example"}),
    );
    assert_eq!(text(&mine(), "rp_id"), "pay.example");
    page.click("Set back: the relying party id of mine");
    assert_eq!(text(&mine(), "rp_id"), "shop.example");
    page.click("Remove: https://www.shop.example");
    assert_eq!(mine()["origins"], json!([]));
    page.click("Remove: mine");
    assert_eq!(list(page, "/applications", "applications").len(), 1);
}

fn change_applications_of_the_current_service(page: &Page) {
    page.submit(
        "Add application: of the current service",
        json!({"rp_id": "shop.example", "protected": true}),
    );
    let added = list(page, "/v2/applications", "applications")[1].clone();
    assert_eq!(
        (text(&added, "rp_id"), &added["protected"]),
        ("shop.example", &json!(true))
    );
    let id = text(&added, "application_id");
    page.press(&format!("Copy base URL: the base URL of {id}"));
    assert_eq!(page.copied(), text(&added, "base_url"));
    page.run("const found = await until('it', () => document.querySelector(`[data-key='${arguments[0]}'] details`));
        found.open = true;", json!([id]));
    page.submit(
        &format!("Add API key: to {id}"),
        json!({"passkey:read": true, "reg:write": true}),
    );
    let keys = || {
        list(
            page,
            &format!("/v2/api-keys?application_id={id}"),
            "api_keys",
        )
    };
    let key = keys()[1].clone();
    assert_eq!(key["scopes"], json!(["passkey:read", "reg:write"]));
    page.press("Copy API key: API key");
    assert_eq!(page.copied(), text(&key, "api_key"));
    page.click(&format!(
        "Remove: the API key {}",
        &text(&key, "api_key")[..8]
    ));
    assert_eq!(keys().len(), 1);
    page.click(&format!("Remove: {id}"));
    assert_eq!(list(page, "/v2/applications", "applications").len(), 1);
}

fn check_tokens(page: &Page) {
    page.submit(
        "Sign: the token",
        json!({"service": "/v2/tokens", "claims": "{\"tokenType\":\"jwtAccess\",\"exp\":1}"}),
    );
    page.press("Copy token: token");
    let token = page.copied();
    page.submit(
        "Sign: the token",
        json!({"service": "/tokens", "claims": "{\"exp\":1}"}),
    );
    page.submit("Check: the token", json!({"token": token}));
    page.sees("would be refused");
    page.sees("Its audience (aud) is not an application of the current service");
    page.sees("days ago (exp)");
    page.picture("token");

    page.control("POST", "/users", json!({"username": "ada"}));
    let good = page.control("POST", "/users/ada/login", json!({}));
    page.submit("Check: the token", json!({"token": good["jwt"]}));
    page.sees("A login (v1)");
    page.sees_no("would be refused");

    // What is no JSON is said before anything is sent.
    let script = "const form = (await control('Sign: the token')).form;
        form.elements.claims.value = '{';
        form.elements.claims.dispatchEvent(new Event('input', { bubbles: true }));
        form.querySelector('button').click();
        return form.querySelector('.call').textContent;";
    let said = page.run(script, json!([]));
    assert!(
        said.as_str().expect("a text").starts_with("It is not JSON"),
        "{said}"
    );
}
