//! The control API over HTTP.

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use crate::support::{App, control_api, get, send};

#[test]
fn info_describes_the_emulator() {
    let emulator = Emulator::start();
    let info = control_api(&emulator, "GET", "/", Value::Null).ok();
    assert_eq!(info["base_url"], emulator.base_url());
    assert_eq!(info["applications"][0]["client_id"], emulator.client_id());
    assert_eq!(
        info["applications"][0].get("private_key"),
        None,
        "a private key is shown only once"
    );
    assert_eq!(
        control_api(&emulator, "GET", "", Value::Null).ok()["kid"],
        info["kid"]
    );
}

#[test]
fn an_added_application_calls_with_its_own_key() {
    let emulator = Emulator::start();
    let added = control_api(
        &emulator,
        "POST",
        "/applications",
        json!({"client_id": "mine", "type": "native"}),
    )
    .ok();
    let app = App {
        client_id: "mine".to_owned(),
        private_key: added["private_key"].as_str().map(str::to_owned),
        ..App::of(&emulator)
    };
    app.add_user("alice");
    let body = json!({"client_id": "mine"});
    let response = control_api(&emulator, "POST", "/users/alice/login", body).ok();
    assert_eq!(response["client"], json!({"id": "mine", "type": "native"}));
    assert_eq!(
        app.verified(response["jwt"].as_str().unwrap())["aud"],
        "mine"
    );

    let public_key = added["public_key"].clone();
    let given = control_api(
        &emulator,
        "POST",
        "/applications",
        json!({"public_key": public_key}),
    )
    .ok();
    assert_eq!(
        (&given["public_key"], given.get("private_key")),
        (&public_key, None)
    );
    let pem = pem::parse(public_key.as_str().unwrap()).unwrap();
    let point = &pem.contents()[pem.contents().len() - 65..];
    let relabelled =
        |label: &str, der: &[u8]| json!({"public_key": pem::encode(&pem::Pem::new(label, der))});
    for (refused, code) in [
        (relabelled("PUBLIC KEY", point), "400 bad_request"),
        (relabelled("CERTIFICATE", pem.contents()), "400 bad_request"),
        (
            json!({"client_id": "mine"}),
            "400 application_already_exists",
        ),
        (json!({"public_key": "x"}), "400 bad_request"),
        (
            json!({"public_key": added["private_key"]}),
            "400 bad_request",
        ),
        (
            json!({"public_key": public_key, "keyless": true}),
            "400 bad_request",
        ),
        (json!({"typo": 1}), "400 bad_request"),
    ] {
        assert_eq!(
            control_api(&emulator, "POST", "/applications", refused).refusal(),
            code
        );
    }
}

#[test]
fn the_clock_can_be_advanced_and_set() {
    let emulator = Emulator::start();
    let before = emulator.now();
    let now = control_api(&emulator, "POST", "/clock", json!({"advance_s": 100})).ok()["now"]
        .as_i64()
        .unwrap();
    assert!((100..110).contains(&(now - before)));
    assert_eq!(
        control_api(&emulator, "POST", "/clock", json!({"now": 1_000_000})).ok()["now"],
        1_000_000
    );
    for body in [
        json!({"advance_s": -1}),
        json!({"now": -1}),
        json!({"now": 1e30}),
    ] {
        assert_eq!(
            control_api(&emulator, "POST", "/clock", body).refusal(),
            "400 bad_request"
        );
    }
    for body in [json!({}), json!({"advance_s": 1, "now": 2})] {
        let answer = control_api(&emulator, "POST", "/clock", body);
        assert_eq!(answer.refusal(), "400 bad_request");
        let message = answer.json()["message"].clone();
        assert_eq!(message, "give one of advance_s and now");
    }
    assert_eq!(emulator.now(), 1_000_000);
}

#[test]
fn requests_are_listed_as_received() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    app.call(
        "PUT",
        "/manage/users/..%2fx/activate?a=b%20c",
        "users.activate",
        Value::Null,
    );
    get(emulator.base_url(), "/certs");
    let list = control_api(&emulator, "GET", "/requests", Value::Null).ok();
    assert_eq!(list["count"], 3);
    let [create, activate, certs] = list["requests"].as_array().unwrap().as_slice() else {
        panic!("{list}")
    };
    assert_eq!(
        (&create["method"], &create["path"], &create["status"]),
        (&json!("POST"), &json!("/manage/users"), &json!(200))
    );
    assert_eq!(create["body"], json!({"username": "alice"}));
    assert_eq!(create["body_text"], r#"{"username":"alice"}"#);
    assert_eq!(
        (&create["carried_out"], &create["fault"]),
        (&json!(true), &Value::Null)
    );
    assert_eq!(
        create["token"]["header"],
        json!({"alg": "ES256", "typ": "JWT"})
    );
    assert_eq!(create["token"]["claims"]["type"], "users.create");
    assert!(
        create["headers"]
            .as_array()
            .unwrap()
            .contains(&json!(["x-client-id", app.client_id]))
    );
    assert_eq!(
        (&activate["path"], &activate["query"]),
        (&json!("/manage/users/..%2fx/activate"), &json!("a=b%20c"))
    );
    assert_eq!(
        (&activate["status"], &activate["body"]),
        (&json!(404), &Value::Null)
    );
    assert_eq!(certs["token"], Value::Null);

    let one = control_api(&emulator, "GET", "/requests?path=%2Fcerts", Value::Null).ok();
    assert_eq!(one["requests"], json!([certs]));
    control_api(&emulator, "DELETE", "/requests", Value::Null).ok();
    assert_eq!(
        control_api(&emulator, "GET", "/requests", Value::Null).ok(),
        json!({"count": 0, "resent_tokens": 0, "requests": []})
    );
}

#[test]
fn counting_goes_on_when_recording_stops() {
    let emulator = Emulator::start();
    control_api(&emulator, "PUT", "/requests", json!({"recording": false})).ok();
    for _ in 0..5 {
        get(emulator.base_url(), "/certs");
    }
    assert_eq!(
        (emulator.request_count(), emulator.requests().len()),
        (5, 0)
    );
}

#[test]
fn the_list_is_bounded_and_the_count_is_not() {
    use std::io::Write;
    let emulator = Emulator::start();
    let mut stream = crate::support::connect(emulator.base_url());
    let batch = "GET /nowhere HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100);
    let mut answers = stream.try_clone().unwrap();
    let reader = std::thread::spawn(move || std::io::copy(&mut answers, &mut std::io::sink()));
    for _ in 0..101 {
        stream.write_all(batch.as_bytes()).unwrap();
    }
    crate::support::eventually("all requests arrive", || emulator.request_count() == 10_100);
    let requests = emulator.requests();
    assert_eq!(
        (requests.len(), requests[0].number, requests[9_999].number),
        (10_000, 101, 10_100)
    );
    drop(stream);
    drop(emulator);
    reader.join().unwrap().ok();
}

#[test]
fn a_reset_keeps_only_the_default_application() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    control_api(
        &emulator,
        "POST",
        "/applications",
        json!({"client_id": "mine"}),
    )
    .ok();
    control_api(&emulator, "POST", "/clock", json!({"advance_s": 1000})).ok();
    let fault = json!({"match": {"path": "/certs"}, "fault": {"kind": "status", "code": 500}});
    control_api(&emulator, "POST", "/faults", fault).ok();
    control_api(&emulator, "POST", "/reset", Value::Null).ok();

    let info = emulator.info();
    assert_eq!(info.applications.len(), 1);
    assert_eq!((emulator.request_count(), emulator.faults().len()), (0, 0));
    let machine = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    assert!(emulator.now().abs_diff(machine as i64) < 5);
    app.add_user("alice");
}

#[test]
fn arbitrary_tokens_are_signed_over_http() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let body = json!({"claims": {"aud": app.client_id, "exp": 4_000_000_000_i64, "x": 1}});
    let token = control_api(&emulator, "POST", "/tokens", body).ok()["token"].clone();
    assert_eq!(app.verified(token.as_str().unwrap())["x"], 1);
    let raw = json!({"header_raw": "{\"alg\":\"ES256\",\"alg\":\"none\"}", "claims_raw": "{}"});
    let token = control_api(&emulator, "POST", "/tokens", raw).ok()["token"].clone();
    assert!(token.as_str().unwrap().contains(".e30."));
    let both = json!({"claims": {}, "claims_raw": "{}"});
    assert_eq!(
        control_api(&emulator, "POST", "/tokens", both).refusal(),
        "400 bad_request"
    );
}

#[test]
fn user_names_in_paths_are_percent_decoded() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("a/b c@é");
    let path = "/users/a%2Fb%20c%40%C3%A9/credentials";
    let added = control_api(
        &emulator,
        "POST",
        path,
        json!({"type": "fido2", "name": "k"}),
    )
    .ok();
    assert_eq!(added["type"], "fido2");
    assert_eq!(
        control_api(&emulator, "POST", path, json!({"type": "magic"})).refusal(),
        "400 bad_request"
    );
    let answer = send(
        emulator.base_url(),
        "POST",
        "/_emulator/users/nobody/login",
        &[],
        "",
    )
    .unwrap();
    assert_eq!(answer.refusal(), "404 user_not_found");
}

#[test]
fn a_path_that_is_not_utf8_is_refused_in_json() {
    let emulator = Emulator::start();
    let base_url = emulator.base_url();
    for (method, path) in [
        ("GET", "/_emulator/users/%FF"),
        ("DELETE", "/_emulator/users/%FF"),
        ("POST", "/_emulator/users/%FF/login"),
        ("POST", "/_emulator/users/%FF/codes"),
        ("DELETE", "/_emulator/users/a/credentials/%FF"),
        ("GET", "/_emulator/tx/%FF"),
        ("POST", "/_emulator/tx/%FF/confirm"),
        ("GET", "/_emulator/doc-scans/%FF"),
        ("POST", "/_emulator/doc-scans/%FF"),
        ("DELETE", "/_emulator/keys/%FF"),
        ("DELETE", "/_emulator/applications/%FF"),
        ("GET", "/authid/%FF"),
        ("POST", "/authid/%FF"),
        ("GET", "/authid/%FF/result"),
        ("GET", "/api/native/authid/%FF"),
        ("DELETE", "/manage/users/%FF"),
    ] {
        let answer = send(base_url, method, path, &[], "").unwrap();
        assert_eq!(answer.refusal(), "400 bad_request", "{method} {path}");
        assert!(answer.headers.contains("content-type: application/json"));
    }
}

#[test]
fn a_user_without_a_name_is_refused_as_by_the_service() {
    let emulator = Emulator::start();
    for body in [json!({"username": ""}), json!({})] {
        let answer = control_api(&emulator, "POST", "/users", body.clone());
        assert_eq!(answer.refusal(), "400 username_empty", "{body}");
    }
    let answer = control_api(&emulator, "POST", "/users", json!({"username": "a\u{1}"}));
    assert_eq!(answer.refusal(), "400 username_invalid");
}
