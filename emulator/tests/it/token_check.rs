//! What the control API says of tokens, good and bad.

use std::time::Duration;

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{App, control_api};

/// The kind of a token, and what is wrong with it.
fn check(emulator: &Emulator, token: &str) -> (Value, Vec<String>) {
    let answer = control_api(emulator, "POST", "/tokens/check", json!({"token": token})).ok();
    let problems = answer["problems"].as_array().unwrap().iter();
    let problems = problems.map(|problem| problem.as_str().unwrap().to_owned());
    (answer["kind"].clone(), problems.collect())
}

/// One problem, which has this text.
fn one(emulator: &Emulator, token: &str, text: &str) {
    let (_, problems) = check(emulator, token);
    assert!(
        matches!(&problems[..], [problem] if problem.contains(text)),
        "{text}: {problems:?}"
    );
}

#[test]
fn good_tokens_have_no_problem() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("ada");
    let id = app.create_tx("pay 5", Some("ada"));
    let grant = control_api(&emulator, "POST", "/v2/users/ada/login", json!({})).ok();
    let tokens = [
        (app.token("users.create"), "v1_service_token"),
        (
            emulator.login("ada").unwrap()["jwt"]
                .as_str()
                .unwrap()
                .to_owned(),
            "v1_login",
        ),
        (emulator.confirm_transaction(&id).unwrap(), "v1_transaction"),
        (grant["jwtAccess"].as_str().unwrap().to_owned(), "v2_login"),
        (
            emulator
                .v2()
                .confirm_transaction(None, "ada", "pay", "n")
                .unwrap(),
            "v2_transaction",
        ),
    ];
    for (token, kind) in &tokens {
        assert_eq!(check(&emulator, token), (json!(kind), vec![]), "{kind}");
        // As it is copied from a header.
        let (again, problems) = check(&emulator, &format!(" Bearer {token}\n"));
        assert_eq!((again, problems), (json!(kind), vec![]));
    }
    // Nothing was used up.
    let body = json!({"username": "grace"});
    app.call_with("POST", "/manage/users", Some(&tokens[0].0), body)
        .ok();
    one(&emulator, &tokens[0].0, "Its nonce was used before");

    emulator.advance_clock(Duration::from_secs(2 * 3600 + 60));
    one(&emulator, &tokens[1].0, "It expired 1 hour ago");
    one(&emulator, &tokens[2].0, "It expired 1 hour ago");
    one(&emulator, &tokens[3].0, "It expired 1 hour ago");
    let (_, problems) = check(&emulator, &tokens[0].0);
    assert!(
        problems
            .iter()
            .any(|text| text.contains("Its iat is 2 hours from")),
        "{problems:?}"
    );
}

#[test]
fn each_problem_is_said() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("ada");
    for (text, problem) in [
        ("", "three parts"),
        ("a.b", "three parts"),
        ("a.b.c", "cannot be decoded"),
    ] {
        one(&emulator, text, problem);
    }
    let unknown = app.sign(&json!({"hello": "world"}));
    one(&emulator, &unknown, "No token of LoginID has such claims");

    // Service tokens.
    let with = |name: &str, value: Value| {
        let mut claims = app.claims("users.create");
        claims[name] = value;
        app.sign(&claims)
    };
    one(&emulator, &with("nonce", Value::Null), "It has no nonce");
    one(
        &emulator,
        &with("client_id", json!("x")),
        "Its client_id is not that of an application",
    );
    one(&emulator, &with("iat", json!("x")), "It has no iat");
    one(&emulator, &with("exp", json!(1)), "It expired");
    one(
        &emulator,
        &with("nbf", json!(i64::MAX)),
        "It is not valid yet",
    );
    one(
        &emulator,
        &with("scope", json!("x")),
        "Its type and scope differ",
    );
    let other = Emulator::start();
    let foreign = App {
        private_key: Some(other.private_key().to_owned()),
        ..app.clone()
    };
    one(
        &emulator,
        &foreign.token("users.create"),
        "The signature is not of the application's key",
    );

    // Tokens of the services.
    let login = emulator.login("ada").unwrap()["jwt"]
        .as_str()
        .unwrap()
        .to_owned();
    let (kind, problems) = check(&other, &login);
    assert_eq!(kind, "v1_login");
    assert_eq!(problems.len(), 3, "key, audience and user: {problems:?}");
    let changed = format!("{}AAAA", &login[..login.len() - 4]);
    one(&emulator, &changed, "Its signature is wrong");
    emulator.set_active("ada", false).unwrap();
    one(&emulator, &login, "Its user is deactivated");
    emulator.remove_user("ada").unwrap();
    one(&emulator, &login, "Its user (udata) does not exist");
    let current = emulator.v2().login("ada").unwrap()["jwtAccess"]
        .as_str()
        .unwrap()
        .to_owned();
    emulator.v2().remove_user(None, "ada").unwrap();
    one(&emulator, &current, "Its user (sub) does not exist");
    emulator.v2().login("ada").unwrap();
    emulator.v2().rotate_and_retire_keys();
    let (_, problems) = check(&emulator, &current);
    assert!(
        problems[0].contains("Its key (kid) is not served"),
        "{problems:?}"
    );
}

#[test]
fn a_grant_is_good_for_five_seconds() {
    let emulator = Emulator::start();
    let body = json!({"grants": ["passkey:read"], "username": "ada"}).to_string();
    let key = base64::Engine::encode(
        &base64::engine::general_purpose::STANDARD,
        format!("{}:", emulator.v2().api_key()),
    );
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("Authorization", format!("Basic {key}")),
    ];
    let path = "/fido2/v2/mgmt/grant";
    let answer = crate::support::send(emulator.base_url(), "POST", path, &headers, &body);
    let grant = answer.unwrap().ok()["token"].as_str().unwrap().to_owned();
    assert_eq!(check(&emulator, &grant), (json!("v2_grant"), vec![]));
    emulator.advance_clock(Duration::from_secs(7));
    let (_, problems) = check(&emulator, &grant);
    assert!(
        problems
            .iter()
            .any(|text| text.contains("good for five seconds")),
        "{problems:?}"
    );
}
