//! Which application calls, and for which user, when the request says it in several places.

use loginid_emulator::{AddedApplication, Emulator, NewApplication};
use serde_json::{Value, json};

use crate::support::{App, control_api, send};

/// An added application.
fn app(emulator: &Emulator, new: NewApplication) -> App {
    let AddedApplication {
        client_id,
        private_key,
        ..
    } = emulator.add_application(new).unwrap();
    App {
        client_id,
        private_key,
        ..App::of(emulator)
    }
}

fn public(emulator: &Emulator) -> App {
    let new = NewApplication {
        keyless: true,
        ..NewApplication::default()
    };
    app(emulator, new)
}

/// A request with these headers.
fn call(app: &App, method: &str, path: &str, client_id: &str, token: &str, body: &Value) -> String {
    let headers = [
        ("Content-Type", "application/json".to_owned()),
        ("X-Client-ID", client_id.to_owned()),
        ("Authorization", format!("Bearer {token}")),
    ];
    let body = match body {
        Value::Null => String::new(),
        body => body.to_string(),
    };
    let answer = send(app.control.base_url(), method, path, &headers, &body).unwrap();
    match answer.status {
        200 => "200".to_owned(),
        _ => answer.refusal(),
    }
}

/// Node's SDK sets the header for one client and keeps it for all.
#[test]
fn the_token_decides_against_the_header() {
    let emulator = Emulator::start();
    let first = App::of(&emulator);
    let second = app(&emulator, NewApplication::default());
    let user = first.add_user("alice");
    let (retrieve, scope) = ("/manage/users/retrieve", "users.retrieve");

    let body = json!({"username": "alice", "client_id": second.client_id});
    let token = second.token(scope);
    assert_eq!(
        call(&first, "POST", retrieve, &first.client_id, &token, &body),
        "200"
    );
    // Without client_id in a body.
    let path = format!("/manage/users/{}/deactivate", user["id"].as_str().unwrap());
    let token = second.token("users.deactivate");
    assert_eq!(
        call(&first, "PUT", &path, &first.client_id, &token, &Value::Null),
        "200"
    );

    // The body must not contradict the token, and the token must be signed by the application that it names.
    let body = json!({"username": "alice", "client_id": first.client_id});
    let token = second.token(scope);
    let refusal = call(&first, "POST", retrieve, &second.client_id, &token, &body);
    assert_eq!(refusal, "400 bad_request");
    let forged = App {
        client_id: second.client_id.clone(),
        ..first.clone()
    };
    let body = json!({"username": "alice"});
    for header in [&first.client_id, &second.client_id] {
        let refusal = call(
            &first,
            "POST",
            retrieve,
            header,
            &forged.token(scope),
            &body,
        );
        assert_eq!(refusal, "401 unauthorized");
    }
}

#[test]
fn an_application_with_the_same_key_may_sign() {
    let emulator = Emulator::start();
    let backend = App::of(&emulator);
    backend.add_user("alice");
    let public_key =
        control_api(&emulator, "GET", "/", Value::Null).ok()["applications"][0]["public_key"]
            .clone();
    let new = NewApplication {
        public_key: public_key.as_str().map(str::to_owned),
        ..NewApplication::default()
    };
    let page = app(&emulator, new);
    let other = app(&emulator, NewApplication::default());
    let (retrieve, scope) = ("/manage/users/retrieve", "users.retrieve");
    let send = |to: &App, token: &str| {
        let body = json!({"username": "alice", "client_id": to.client_id});
        call(to, "POST", retrieve, &to.client_id, token, &body)
    };
    let token = backend.token(scope);
    assert_eq!(send(&page, &token), "200");
    // Its nonce is used up, for both.
    assert_eq!(send(&page, &token), "401 unauthorized");
    assert_eq!(send(&backend, &token), "401 unauthorized");
    assert_eq!(send(&page, &other.token(scope)), "401 unauthorized");
    assert_eq!(send(&other, &backend.token(scope)), "401 unauthorized");

    // The page may send it again, and the backend's application is another one.
    let token = backend.token("auth.login");
    let log_in = |to: &App, path: &str| {
        let body = json!({"username": "alice", "client_id": to.client_id, "password": "wrong",
            "challenge_id": "x", "assertion": "x"});
        call(to, "POST", path, &to.client_id, &token, &body)
    };
    let complete = "/authenticate/publickey/complete";
    let refusal = log_in(&page, "/authenticate/password");
    assert_eq!(refusal, "401 failed_to_authenticate");
    assert_eq!(log_in(&page, complete), "400 invalid_challenge");
    assert_eq!(log_in(&backend, complete), "401 unauthorized");
}

#[test]
fn what_is_sent_as_the_token_of_a_public_application_is_ignored() {
    let emulator = Emulator::start();
    let public = public(&emulator);
    let body = json!({"client_id": public.client_id, "username": "alice", "password": "correct horse",
        "password_confirmation": "correct horse"});
    let id = &public.client_id;
    let foreign = App::of(&emulator).token("auth.register");
    let mut name = 0;
    for token in ["undefined", "", &foreign] {
        name += 1;
        let mut body = body.clone();
        body["username"] = json!(format!("alice{name}"));
        assert_eq!(
            call(&public, "POST", "/register/password", id, token, &body),
            "200"
        );
    }
    // It was not used there.
    let app = App::of(&emulator);
    let mut body = body;
    (body["client_id"], body["username"]) = (json!(app.client_id), json!("bob"));
    let used = call(
        &app,
        "POST",
        "/register/password",
        &app.client_id,
        &foreign,
        &body,
    );
    assert_eq!(used, "200");
}

#[test]
fn udata_in_a_token_binds_like_username() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    app.add_user("alice");
    let retrieve = |claims: Value| {
        let mut all = app.claims("users.retrieve");
        for (name, value) in claims.as_object().unwrap() {
            all[name] = value.clone();
        }
        let body = json!({"username": "alice"});
        let token = app.sign(&all);
        call(
            &app,
            "POST",
            "/manage/users/retrieve",
            &app.client_id,
            &token,
            &body,
        )
    };
    for (claims, expected) in [
        (json!({"udata": "alice"}), "200"),
        (json!({"udata": "alice", "username": "alice"}), "200"),
        (json!({"udata": "bob"}), "403 operation_not_allowed"),
        (
            json!({"udata": "alice", "username": "bob"}),
            "401 unauthorized",
        ),
        (json!({"udata": 1}), "401 unauthorized"),
    ] {
        assert_eq!(retrieve(claims.clone()), expected, "{claims}");
    }
}

#[test]
fn an_empty_name_or_id_counts_as_not_given() {
    let emulator = Emulator::start();
    let app = App::of(&emulator);
    let id = app.add_user("alice")["id"].clone();
    let list = |body: Value| app.post("/credentials/list", "credentials.list", body);
    assert_eq!(
        list(json!({"username": "", "user_id": id})).ok()["user_id"],
        id
    );
    assert_eq!(
        list(json!({"username": "alice", "user_id": ""})).ok()["user_id"],
        id
    );
    for body in [
        json!({"username": "", "user_id": ""}),
        json!({"username": 0}),
    ] {
        assert_eq!(list(body).refusal(), "400 bad_request");
    }
    // A user who is to be created needs a name.
    for username in [json!(""), Value::Null] {
        let body = json!({"username": username, "password": "correct horse", "password_confirmation": "correct horse"});
        let refusal = app
            .post("/register/password", "auth.register", body)
            .refusal();
        assert_eq!(refusal, "400 username_empty");
        let body = json!({"username": username});
        for (path, scope) in [
            ("/register/fido2/init", "auth.register"),
            ("/manage/users", "users.create"),
        ] {
            assert_eq!(
                app.post(path, scope, body.clone()).refusal(),
                "400 username_empty"
            );
        }
    }
}
