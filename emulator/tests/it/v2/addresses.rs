//! Which application a call is for: by its host, and by `app.id`.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use super::{V2App, control_v2, refusal};
use crate::support::{Answer, send};

fn version_at(emulator: &Emulator, host: &str) -> Answer {
    let headers = [("Host", host.to_owned())];
    send(
        emulator.base_url(),
        "GET",
        "/fido2/v2/version",
        &headers,
        "",
    )
    .unwrap()
}

#[test]
fn the_base_url_names_the_application_and_the_port() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let port = emulator.base_url().rsplit_once(':').unwrap().1;
    assert_eq!(app.base_url, format!("http://{}.localhost:{port}", app.id));
    assert_eq!(
        app.call("GET", "/version", None, Value::Null).ok()["version"],
        env!("CARGO_PKG_VERSION")
    );
}

#[test]
fn the_default_application_is_where_the_emulator_listens() {
    // Nobody listens on 127.0.0.1, where `<id>.localhost` leads.
    let emulator = Emulator::builder().host("127.0.0.9").start();
    assert_eq!(emulator.v2().base_url(), emulator.base_url());
    let app = V2App::of(&emulator);
    let answer = emulator.v2().login("alice").unwrap();
    app.with_token(&super::token(&answer), "GET", "/passkeys", Value::Null)
        .ok();
    for host in ["localhost", "0.0.0.0", "127.0.0.1", "[::1]"] {
        let emulator = Emulator::builder().host(host).start();
        let id = emulator.v2().application_id().to_owned();
        assert!(
            emulator
                .v2()
                .base_url()
                .contains(&format!("{id}.localhost:"))
        );
    }
}

#[test]
fn an_application_is_found_by_its_host_in_any_case() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    for host in [
        app.host().to_owned(),
        app.host().to_ascii_lowercase(),
        "127.0.0.1".to_owned(),
        "localhost:1".to_owned(),
        "[::1]:80".to_owned(),
    ] {
        version_at(&emulator, &host).ok();
    }
    for host in ["other.localhost", "a.b.localhost"] {
        assert_eq!(
            refusal(&version_at(&emulator, host)),
            "404 not_found",
            "{host}"
        );
    }
}

#[test]
fn each_application_has_its_own_users_and_keys() {
    let emulator = Emulator::start();
    let (first, second) = (V2App::of(&emulator), V2App::added(&emulator, json!({})));
    let login = json!({"application_id": second.id});
    let answer = control_v2(&emulator, "POST", "/users/alice/login", login).ok();
    let list =
        |app: &V2App| app.with_token(&super::token(&answer), "GET", "/passkeys", Value::Null);
    assert_eq!(list(&second).ok().as_array().unwrap().len(), 1);
    assert_eq!(refusal(&list(&first)), "401 unauthorized");
    // The API key of one does not open the other.
    let body = json!({"grants": ["passkey:read"]});
    let foreign = V2App {
        api_key: first.api_key.clone(),
        ..second.clone()
    };
    assert_eq!(
        refusal(&foreign.backend("POST", "/mgmt/grant", body.clone())),
        "401 unauthorized"
    );
    second.backend("POST", "/mgmt/grant", body).ok();
}

#[test]
fn a_page_names_the_application_of_its_host() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let init = |id: &str, path: &str| {
        let user = json!({"username": "alice", "usernameType": "other"});
        let body = json!({"app": {"id": id}, "deviceInfo": {}, "user": user});
        app.post(path, body)
    };
    for path in ["/reg/init", "/auth/init"] {
        // Browsers send the host, and with it the id, in small letters.
        init(&app.id.to_ascii_lowercase(), path).ok();
        assert_eq!(refusal(&init("other", path)), "404 not_found");
        assert_eq!(
            refusal(&app.post(path, json!({"deviceInfo": {}}))),
            "400 bad_request"
        );
    }
}
