//! Export and import of users, credentials and applications.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{App, control_api};

fn import(emulator: &Emulator, seed: Value) -> crate::support::Answer {
    control_api(emulator, "PUT", "/state", seed)
}

#[test]
fn an_export_is_imported_as_it_is() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("ada");
    control_api(
        &emulator,
        "POST",
        "/users/ada/credentials",
        json!({"type": "fido2", "name": "key"}),
    )
    .ok();
    control_api(
        &emulator,
        "POST",
        "/users/ada/contacts",
        json!({"type": "email", "contact": "a@b.example"}),
    )
    .ok();
    control_api(
        &emulator,
        "POST",
        "/applications",
        json!({"client_id": "public", "keyless": true, "origins": ["https://a.example"]}),
    )
    .ok();
    let password = json!({"username": "eve", "password": "correct horse", "password_confirmation": "correct horse"});
    app.post("/register/password", "auth.register", password)
        .ok();
    let exported = control_api(&emulator, "GET", "/state", Value::Null).ok();
    assert_eq!(exported["users"].as_array().unwrap().len(), 2);
    assert!(!exported.to_string().contains("PRIVATE KEY"));

    let other = Emulator::start();
    App::of(&other).add_user("gone");
    import(&other, exported.clone()).ok();
    let again = control_api(&other, "GET", "/state", Value::Null).ok();
    assert_eq!(again["users"], exported["users"]);
    // Both have the application of the first, so programs with its key still work.
    let moved = App {
        control: other.control(),
        ..app.clone()
    };
    let ada = moved
        .post(
            "/manage/users/retrieve",
            "users.retrieve",
            json!({"username": "ada"}),
        )
        .ok();
    assert_eq!(ada["contacts"][0]["contact"], "a@b.example");
    let login = json!({"username": "eve", "password": "correct horse"});
    moved
        .post("/authenticate/password", "auth.login", login)
        .ok();
    let origins = control_api(&other, "GET", "/origins?client_id=public", Value::Null).ok();
    assert_eq!(origins["origins"][0]["origin"], "https://a.example");
}

#[test]
fn a_passkey_of_an_export_logs_in() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let mut device = crate::fido2::register(&app, "ada");
    crate::fido2::login(&app, "ada", &mut device).ok();
    let other = Emulator::start();
    other.import(&emulator.export().to_string()).unwrap();
    let moved = App {
        control: other.control(),
        ..app
    };
    crate::fido2::login(&moved, "ada", &mut device).ok();
}

#[test]
fn a_reset_goes_back_to_the_seed() {
    let user = json!({"username": "ada", "credentials": [{"type": "password", "password": "correct horse"}]});
    let application = json!({"client_id": "second", "rp_id": "shop.example"});
    let seed = json!({"users": [user], "applications": [application]});
    let emulator = Emulator::builder().seed(seed.to_string()).start();
    let start = emulator.export();
    let app = App::of(&emulator);
    app.add_user("eve");
    emulator.remove_user("ada").unwrap();
    emulator.remove_application("second").unwrap();
    control_api(&emulator, "POST", "/reset", Value::Null).ok();
    assert_eq!(emulator.export(), start);
    let login = json!({"username": "ada", "password": "correct horse"});
    app.post("/authenticate/password", "auth.login", login).ok();
}

#[test]
fn a_wrong_seed_changes_nothing_and_is_explained() {
    let emulator = Emulator::start();
    App::of(&emulator).add_user("ada");
    let before = emulator.export();
    let user =
        |credential: Value| json!({"users": [{"username": "eve", "credentials": [credential]}]});
    for (seed, place) in [
        (
            json!({"users": [{"username": "eve"}, {"username": ""}]}),
            "users[1]",
        ),
        (
            json!({"users": [{"username": "eve", "id": "1"}, {"username": "bob", "id": "1"}]}),
            "users[1]",
        ),
        (json!({"users": [{"name": "eve"}]}), "name"),
        (
            user(json!({"type": "password", "password_hash": "none"})),
            "password_hash",
        ),
        (
            user(json!({"type": "fido2", "password": "correct horse"})),
            "type",
        ),
        (
            user(json!({"type": "password", "password": "x", "public_key": "x"})),
            "one of",
        ),
        (
            user(json!({"type": "public_key", "public_key": "x"})),
            "public_key",
        ),
        (
            json!({"applications": [{"client_id": "a"}, {"client_id": "a"}]}),
            "applications[1]",
        ),
        (
            json!({"applications": [{"client_id": "a", "rp_id": "1.2.3.4"}]}),
            "applications[0]",
        ),
    ] {
        let answer = import(&emulator, seed);
        assert_eq!(answer.refusal(), "400 invalid_seed", "{place}");
        assert!(answer.body.contains(place), "{place}: {answer:?}");
        assert_eq!(emulator.export(), before);
    }
}
