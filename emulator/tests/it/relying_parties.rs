//! Relying party ids and origins of applications.

use loginid_emulator::Emulator;
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json};

use crate::fido2::{login_complete, login_init, register};
use crate::support::{Answer, App, control_api, send};

const ANDROID: &str = "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// Begins a login as a client with this `Origin`; the relying party id of the options.
fn offered(app: &App, path: &str, origin: Option<&str>) -> Value {
    let mut headers = vec![
        ("Content-Type", "application/json".to_owned()),
        ("X-Client-ID", app.client_id.clone()),
        (
            "Authorization",
            format!("Bearer {}", app.token("auth.login")),
        ),
    ];
    headers.extend(origin.map(|origin| ("Origin", origin.to_owned())));
    let body = json!({"username": "alice"}).to_string();
    let answer = send(app.control.base_url(), "POST", path, &headers, &body).unwrap();
    answer.ok()["assertion_payload"]["rpId"].clone()
}

fn origins(emulator: &Emulator, method: &str, body: Value) -> Answer {
    control_api(emulator, method, "/origins", body)
}

#[test]
fn origins_are_added_listed_and_removed() {
    let emulator = Emulator::start();
    let empty = json!({"origins": []});
    assert_eq!(origins(&emulator, "GET", Value::Null).ok(), empty);
    let shop = json!({"origin": "https://shop.example", "rp_id": "shop.example"});
    let added = origins(
        &emulator,
        "POST",
        json!({"origin": "https://Shop.example:443"}),
    );
    assert_eq!(added.ok(), shop);
    let www = json!({"origin": "https://www.shop.example", "rp_id": "shop.example"});
    assert_eq!(origins(&emulator, "POST", www.clone()).ok(), www);
    let added = json!({"origin": ANDROID, "rp_id": "app.example"});
    assert_eq!(origins(&emulator, "POST", added.clone()).ok(), added);
    let moved = json!({"origin": ANDROID, "rp_id": "shop.example"});
    assert_eq!(origins(&emulator, "POST", moved.clone()).ok(), moved);
    // Without an id, an origin keeps its own.
    for kept in [&www, &moved] {
        let again = json!({"origin": kept["origin"]});
        assert_eq!(origins(&emulator, "POST", again).ok(), *kept);
    }
    let all = json!({"origins": [shop, www, moved]});
    assert_eq!(origins(&emulator, "GET", Value::Null).ok(), all);
    let info = control_api(&emulator, "GET", "/", Value::Null).ok();
    assert_eq!(info["applications"][0]["origins"], all["origins"]);

    for (body, refusal) in [
        (json!({"origin": "shop.example"}), "400 invalid_origin"),
        (
            json!({"origin": "https://shop.example/"}),
            "400 invalid_origin",
        ),
        (json!({"origin": "https://10.0.0.1"}), "400 invalid_origin"),
        (
            json!({"origin": "android:apk-key-hash:x"}),
            "400 invalid_origin",
        ),
        (
            json!({"origin": "https://shop.example", "rp_id": "example"}),
            "400 invalid_rp_id",
        ),
        (
            json!({"origin": "https://shop.example", "rp_id": "other.example"}),
            "400 invalid_rp_id",
        ),
        (
            json!({"origin": "https://shop.example", "client_id": "x"}),
            "404 application_not_found",
        ),
        (json!({}), "400 bad_request"),
    ] {
        let answer = origins(&emulator, "POST", body.clone());
        assert_eq!(answer.refusal(), refusal, "{body}");
    }
    let only = |origin: &str| json!({"origin": origin});
    origins(&emulator, "DELETE", only("https://shop.example")).ok();
    let gone = origins(&emulator, "DELETE", only("https://shop.example"));
    assert_eq!(gone.refusal(), "404 origin_not_found");
    origins(&emulator, "DELETE", only(ANDROID)).ok();
    let left = json!({"origins": [www]});
    assert_eq!(origins(&emulator, "GET", Value::Null).ok(), left);
}

#[test]
fn an_app_needs_an_id_that_is_not_localhost() {
    let emulator = Emulator::start();
    for body in [
        json!({"origin": ANDROID}),
        json!({"origin": ANDROID, "rp_id": "com"}),
    ] {
        let answer = origins(&emulator, "POST", body.clone());
        assert_eq!(answer.refusal(), "400 invalid_rp_id", "{body}");
    }
    let new = json!({"origins": [ANDROID]});
    let answer = control_api(&emulator, "POST", "/applications", new);
    assert_eq!(answer.refusal(), "400 invalid_rp_id");
    let error = Emulator::builder().origin(ANDROID).try_start().err();
    assert!(error.unwrap().to_string().contains("rp_id"));
    assert_eq!(emulator.origins(emulator.client_id()).unwrap(), []);
}

#[test]
fn the_id_of_an_application_has_two_labels_or_is_localhost() {
    let emulator = Emulator::start();
    let set = |rp_id: &str| control_api(&emulator, "POST", "/rp-id", json!({"rp_id": rp_id}));
    for rp_id in ["com", "local", "localhosts"] {
        assert_eq!(set(rp_id).refusal(), "400 invalid_rp_id", "{rp_id}");
        let new = json!({"rp_id": rp_id});
        let answer = control_api(&emulator, "POST", "/applications", new);
        assert_eq!(answer.refusal(), "400 invalid_rp_id", "{rp_id}");
        assert!(Emulator::builder().rp_id(rp_id).try_start().is_err());
    }
    for rp_id in ["shop.example", "localhost", "app.localhost"] {
        set(rp_id).ok();
    }
}

#[test]
fn each_application_has_its_own_relying_party() {
    let emulator = Emulator::builder()
        .rp_id("shop.example")
        .origin("https://www.shop.example")
        .start();
    let new = json!({"client_id": "bank", "rp_id": "bank.example", "origins": ["https://bank.example", ANDROID]});
    let added = control_api(&emulator, "POST", "/applications", new).ok();
    assert_eq!(
        (&added["rp_id"], &added["origins"]),
        (
            &json!("bank.example"),
            &json!([
                {"origin": "https://bank.example", "rp_id": "bank.example"},
                {"origin": ANDROID, "rp_id": "bank.example"},
            ])
        )
    );
    let listed = control_api(&emulator, "GET", "/origins?client_id=bank", Value::Null);
    assert_eq!(listed.ok()["origins"], added["origins"]);
    let rp_id = |query: &str| {
        let path = format!("/rp-id{query}");
        control_api(&emulator, "GET", &path, Value::Null).ok()["rp_id"].clone()
    };
    assert_eq!(
        (rp_id(""), rp_id("?client_id=bank")),
        (json!("shop.example"), json!("bank.example"))
    );

    let set = |method, body| control_api(&emulator, method, "/rp-id", body);
    set("POST", json!({"rp_id": "www.shop.example"})).ok();
    set(
        "POST",
        json!({"rp_id": "www.bank.example", "client_id": "bank"}),
    )
    .ok();
    assert_eq!(
        (rp_id(""), rp_id("?client_id=bank")),
        (json!("www.shop.example"), json!("www.bank.example"))
    );
    assert_eq!(set("DELETE", Value::Null).ok()["rp_id"], "shop.example");
    let reset = set("DELETE", json!({"client_id": "bank"}));
    assert_eq!(reset.ok()["rp_id"], "bank.example");
    for bad in ["", "Shop.example", "https://shop.example", "10.0.0.1"] {
        let answer = set("POST", json!({"rp_id": bad}));
        assert_eq!(answer.refusal(), "400 invalid_rp_id", "{bad}");
    }
    let unknown = set("POST", json!({"rp_id": "shop.example", "client_id": "x"}));
    assert_eq!(unknown.refusal(), "404 application_not_found");
    for wrong in [json!({"rp_id": "a b"}), json!({"origins": ["x"]})] {
        let answer = control_api(&emulator, "POST", "/applications", wrong);
        assert!(answer.refusal().starts_with("400 invalid_"), "{answer:?}");
    }

    // A page of one application is not one of the other.
    let app = App::of(&emulator);
    let bank = App {
        client_id: "bank".to_owned(),
        private_key: added["private_key"].as_str().map(str::to_owned),
        ..app.clone()
    };
    let mut device = SoftAuthenticator::platform();
    let body = json!({"username": "alice"});
    let begun = bank
        .post("/register/fido2/init", "auth.register", body)
        .ok();
    let payload = &begun["attestation_payload"];
    assert_eq!(payload["rp"]["id"], "bank.example");
    let made = device.register(payload, "https://bank.example").unwrap();
    let body = json!({"username": "alice", "attestation_payload": made});
    bank.post("/register/fido2/complete", "auth.register", body)
        .ok();
    control_api(
        &emulator,
        "POST",
        "/rp-id",
        json!({"rp_id": "bank.example"}),
    )
    .ok();
    let signed = device.login(&login_init(&app, "alice"), "https://bank.example");
    let refused = login_complete(&app, "alice", &signed.unwrap());
    assert_eq!(refused.refusal(), "401 failed_to_authenticate");
    let signed = device.login(&login_init(&bank, "alice"), "https://bank.example");
    login_complete(&bank, "alice", &signed.unwrap()).ok();
}

#[test]
fn each_client_gets_the_id_that_it_may_use() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    register(&app, "alice");
    for origin in ["https://www.shop.example", ANDROID] {
        let body = json!({"origin": origin, "rp_id": "shop.example"});
        origins(&emulator, "POST", body).ok();
    }
    let path = "/authenticate/fido2/init";
    for (origin, rp_id) in [
        (None, "localhost"),
        (Some("http://localhost:3000"), "localhost"),
        (Some("http://app.localhost:3000"), "app.localhost"),
        (Some("https://www.shop.example"), "shop.example"),
        (Some("https://elsewhere.example"), "localhost"),
        (Some("null"), "localhost"),
    ] {
        assert_eq!(offered(&app, path, origin), rp_id, "{origin:?}");
    }
    let native = format!("/api/native{path}");
    assert_eq!(offered(&app, &native, None), "shop.example");
    let page = Some("http://localhost:3000");
    assert_eq!(offered(&app, &native, page), "localhost");
}

#[test]
fn an_app_answers_for_its_own_id_only() {
    let emulator = Emulator::start();
    let mut app = App::of(&emulator);
    let mut device = register(&app, "alice");
    let body = json!({"origin": ANDROID, "rp_id": "shop.example"});
    origins(&emulator, "POST", body).ok();
    // The key is one of `localhost`. The app's own options are for another relying party.
    let android = |payload: &Value, device: &mut SoftAuthenticator| {
        let mut signed = device.login(payload, "https://localhost").unwrap();
        let data =
            json!({"type": "webauthn.get", "challenge": payload["challenge"], "origin": ANDROID});
        signed["client_data"] = json!(base64url(&data.to_string()));
        signed
    };
    let payload = login_init(&app, "alice");
    let refused = login_complete(&app, "alice", &android(&payload, &mut device));
    assert!(refused.body.contains("origin"), "{refused:?}");
    app.prefix = "/api/native";
    let mut payload = login_init(&app, "alice");
    assert_eq!(payload["rpId"], "shop.example");
    payload["rpId"] = json!("localhost");
    let refused = login_complete(&app, "alice", &android(&payload, &mut device));
    assert!(refused.body.contains("relying party id"), "{refused:?}");
}

#[test]
fn a_reset_keeps_what_the_emulator_was_started_with() {
    let emulator = Emulator::builder()
        .rp_id("shop.example")
        .origin("https://shop.example")
        .start();
    let client_id = emulator.client_id();
    let before = emulator.origins(client_id).unwrap();
    emulator.set_rp_id(client_id, Some("localhost")).unwrap();
    emulator
        .remove_origin(client_id, "https://shop.example")
        .unwrap();
    emulator
        .add_origin(client_id, ANDROID, Some("shop.example"))
        .unwrap();
    emulator.reset();
    assert_eq!(emulator.rp_id(client_id).unwrap(), "shop.example");
    assert_eq!(emulator.origins(client_id).unwrap(), before);
    for builder in [
        Emulator::builder().rp_id("https://shop.example"),
        Emulator::builder().origin("shop.example"),
    ] {
        let error = builder.try_start().err().expect("an error");
        assert_eq!(error.kind(), std::io::ErrorKind::InvalidInput);
    }
}

fn base64url(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}
