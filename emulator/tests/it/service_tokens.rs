//! Service tokens: only a new token with a good signature, time and scope is accepted.

use std::time::Duration;

use jsonwebtoken::{Algorithm, Header};
use loginid_emulator::{Emulator, NewApplication};
use serde_json::{Value, json};

use crate::support::{App, nonce, send};

const SCOPE: &str = "users.retrieve";

/// The result of a call with this token: the error, or the status.
fn result(app: &App, token: Option<&str>) -> String {
    let answer = app.call_with(
        "POST",
        "/manage/users/retrieve",
        token,
        json!({"username": "alice"}),
    );
    if answer.status == 200 {
        "200".to_owned()
    } else {
        answer.refusal()
    }
}

fn with(app: &App, changes: Value) -> String {
    let mut claims = app.claims(SCOPE);
    for (name, value) in changes.as_object().unwrap() {
        claims[name] = value.clone();
    }
    result(app, Some(&app.sign(&claims)))
}

fn alice(emulator: &Emulator) -> App {
    let app = App::of(emulator);
    app.add_user("alice");
    app
}

#[test]
fn the_claims_of_every_official_sdk_are_accepted() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    assert_eq!(with(&app, json!({})), "200", "type only");
    assert_eq!(with(&app, json!({"scope": SCOPE})), "200", "both names");
    assert_eq!(
        with(&app, json!({"type": null, "scope": SCOPE})),
        "200",
        "scope only"
    );
    assert_eq!(
        with(
            &app,
            json!({"exp": emulator.now() + 60, "nbf": emulator.now()})
        ),
        "200"
    );
}

#[test]
fn a_missing_token_is_refused() {
    let emulator = Emulator::start();
    assert_eq!(result(&alice(&emulator), None), "401 unauthorized");
}

#[test]
fn a_wrong_scope_is_not_allowed() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    for changes in [
        json!({"type": "users.delete"}),
        json!({"type": null}),
        json!({"type": "users.retrieve.all"}),
        json!({"type": ""}),
    ] {
        assert_eq!(
            with(&app, changes.clone()),
            "403 operation_not_allowed",
            "{changes}"
        );
    }
    assert_eq!(
        with(&app, json!({"scope": "users.delete"})),
        "401 unauthorized",
        "type and scope differ"
    );
}

#[test]
fn a_replayed_nonce_is_refused() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let token = app.token(SCOPE);
    assert_eq!(result(&app, Some(&token)), "200");
    assert_eq!(result(&app, Some(&token)), "401 unauthorized");
    let mut claims = app.claims(SCOPE);
    claims["nonce"] = json!("mine");
    assert_eq!(result(&app, Some(&app.sign(&claims))), "200");
    claims["iat"] = json!(emulator.now() - 1);
    assert_eq!(
        result(&app, Some(&app.sign(&claims))),
        "401 unauthorized",
        "the nonce counts, not the token"
    );
    emulator.reset();
    app.add_user("alice");
    assert_eq!(
        result(&app, Some(&token)),
        "401 unauthorized",
        "a reset makes no used nonce new"
    );
}

#[test]
fn a_token_is_accepted_within_five_minutes_of_its_time() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let now = emulator.now();
    for (offset, expected) in [
        (-310, "401 unauthorized"),
        (-290, "200"),
        (290, "200"),
        (310, "401 unauthorized"),
    ] {
        assert_eq!(
            with(&app, json!({"iat": now + offset})),
            expected,
            "{offset}"
        );
    }
    let token = app.token(SCOPE);
    emulator.advance_clock(Duration::from_secs(310));
    assert_eq!(
        result(&app, Some(&token)),
        "401 unauthorized",
        "measured on the emulator's clock"
    );
}

#[test]
fn malformed_claims_are_refused() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    for changes in [
        json!({"iat": null}),
        json!({"iat": "1700000000"}),
        json!({"iat": emulator.now() as f64 + 0.5}),
        json!({"nonce": null}),
        json!({"nonce": ""}),
        json!({"nonce": 5}),
        json!({"type": 5}),
        json!({"scope": [SCOPE]}),
        json!({"client_id": null}),
        json!({"client_id": "another"}),
        json!({"username": 5}),
        json!({"exp": emulator.now() - 1}),
        json!({"exp": null}),
        json!({"nbf": emulator.now() + 60}),
    ] {
        assert_eq!(with(&app, changes.clone()), "401 unauthorized", "{changes}");
    }
}

#[test]
fn another_key_algorithm_or_shape_is_refused() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let stranger = emulator.add_application(NewApplication::default()).unwrap();
    let impostor = App {
        private_key: stranger.private_key,
        ..app.clone()
    };
    assert_eq!(
        result(&app, Some(&impostor.token(SCOPE))),
        "401 unauthorized"
    );

    let crit = r#"{"alg":"ES256","typ":"JWT","crit":["exp"]}"#;
    let no_type = Header {
        typ: None,
        ..Header::new(Algorithm::ES256)
    };
    assert_eq!(
        result(&app, Some(&app.sign_with(&no_type, &app.claims(SCOPE)))),
        "401 unauthorized"
    );
    let good = app.token(SCOPE);
    let parts: Vec<&str> = good.split('.').collect();
    let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
    for forged in [
        format!("{none}.{}.", parts[1]),
        format!("{none}.{}.{}", parts[1], parts[2]),
        format!("{}.{}", parts[0], parts[1]),
        format!("{good}."),
        format!("{good}="),
        format!("{}.{}.{}", parts[0], parts[1], &parts[2][..84]),
        format!("{}.{}.{}", base64(crit), parts[1], parts[2]),
        String::new(),
        "not a token".to_owned(),
    ] {
        assert_eq!(result(&app, Some(&forged)), "401 unauthorized", "{forged}");
    }
    assert_eq!(
        result(&app, Some(&good)),
        "200",
        "refused forgeries do not use up the nonce"
    );
}

#[test]
fn bad_headers_and_claims_are_refused_though_signed() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let usual = r#"{"alg":"ES256","typ":"JWT"}"#;
    let claims = || app.claims(SCOPE).to_string();
    assert_eq!(result(&app, Some(&app.sign_raw(usual, &claims()))), "200");
    for header in [
        r#"{"alg":"none","typ":"JWT"}"#,
        r#"{"alg":"HS256","typ":"JWT"}"#,
        r#"{"alg":"es256","typ":"JWT"}"#,
        r#"{"typ":"JWT"}"#,
        r#"{"alg":["ES256"],"typ":"JWT"}"#,
        r#"{"alg":"ES256","alg":"ES256","typ":"JWT"}"#,
        r#"{"alg":"ES256","typ":"jwt"}"#,
        r#"["ES256"]"#,
        "",
    ] {
        let token = app.sign_raw(header, &claims());
        assert_eq!(result(&app, Some(&token)), "401 unauthorized", "{header}");
    }
    let twice = claims().replacen('{', r#"{"type":"users.retrieve","#, 1);
    for claims in [twice.as_str(), "[]", "null", "x"] {
        let token = app.sign_raw(usual, claims);
        assert_eq!(result(&app, Some(&token)), "401 unauthorized", "{claims}");
    }
}

#[test]
fn authorization_is_one_bearer_token_and_nothing_else() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let tx_init = |authorization: &[String]| {
        let mut headers = vec![
            ("Content-Type", "application/json".to_owned()),
            ("X-Client-ID", app.client_id.clone()),
        ];
        headers.extend(
            authorization
                .iter()
                .map(|value| ("Authorization", value.clone())),
        );
        // This call needs no token, but a bad one is refused.
        let body = json!({"username": "alice", "tx_id": "none", "nonce": "n"}).to_string();
        send(emulator.base_url(), "POST", "/tx/init", &headers, &body)
            .unwrap()
            .refusal()
    };
    let scopeless = || {
        let mut claims = app.claims("");
        claims["type"] = Value::Null;
        app.sign(&claims)
    };
    assert_eq!(tx_init(&[]), "404 credential_not_found");
    assert_eq!(
        tx_init(&[format!("Bearer {}", scopeless())]),
        "404 credential_not_found"
    );
    for bad in [
        vec![String::new()],
        vec!["Bearer".to_owned()],
        vec![scopeless()],
        vec![format!("Basic {}", scopeless())],
        vec![format!("Bearer  {}", scopeless())],
        vec![
            format!("Bearer {}", scopeless()),
            format!("Bearer {}", scopeless()),
        ],
    ] {
        assert_eq!(tx_init(&bad), "401 unauthorized", "{bad:?}");
    }
}

#[test]
fn unknown_critical_extensions_are_refused_though_signed() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let mut header = Header::new(Algorithm::ES256);
    header.extras.insert("crit".to_owned(), json!(["b64"]));
    assert_eq!(
        result(&app, Some(&app.sign_with(&header, &app.claims(SCOPE)))),
        "401 unauthorized"
    );
}

#[test]
fn a_token_bound_to_a_user_is_valid_for_that_user_only() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let alice_id = app
        .post(
            "/manage/users/retrieve",
            SCOPE,
            json!({"username": "alice"}),
        )
        .ok()["id"]
        .clone();
    let bob_id = app.add_user("bob")["id"].clone();
    for (claims, expected) in [
        (json!({"username": "alice"}), "200"),
        (json!({"user_id": alice_id}), "200"),
        (json!({"username": "alice", "user_id": alice_id}), "200"),
        (json!({"username": "bob"}), "403 operation_not_allowed"),
        (json!({"user_id": bob_id}), "403 operation_not_allowed"),
        (
            json!({"username": "alice", "user_id": bob_id}),
            "403 operation_not_allowed",
        ),
        (json!({"username": "Alice"}), "403 operation_not_allowed"),
    ] {
        assert_eq!(with(&app, claims.clone()), expected, "{claims}");
    }
    // The same if the path names the user.
    let path = format!("/manage/users/{}/deactivate", alice_id.as_str().unwrap());
    let mut claims = app.claims("users.deactivate");
    claims["username"] = json!("bob");
    let answer = app.call_with("PUT", &path, Some(&app.sign(&claims)), Value::Null);
    assert_eq!(answer.refusal(), "403 operation_not_allowed");
}

#[test]
fn the_application_is_in_the_header_or_the_body() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let send = |client_ids: &[(&str, &str)], body: Value| {
        let mut headers = vec![
            ("Content-Type", "application/json".to_owned()),
            ("Authorization", format!("bearer {}", app.token(SCOPE))),
        ];
        headers.extend(
            client_ids
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned())),
        );
        send(
            emulator.base_url(),
            "POST",
            "/manage/users/retrieve",
            &headers,
            &body.to_string(),
        )
        .unwrap()
        .status
    };
    let id = &app.client_id;
    assert_eq!(
        send(&[("X-Client-ID", id)], json!({"username": "alice"})),
        200
    );
    assert_eq!(
        send(&[], json!({"username": "alice", "client_id": id})),
        200
    );
    assert_eq!(
        send(
            &[("x-client-id", id)],
            json!({"username": "alice", "client_id": id})
        ),
        200
    );
    // The token names the application: callers.rs has more of that.
    assert_eq!(
        send(
            &[("X-Client-ID", "other")],
            json!({"username": "alice", "client_id": id})
        ),
        200
    );
    assert_eq!(
        send(
            &[("X-Client-ID", id)],
            json!({"username": "alice", "client_id": "other"})
        ),
        400
    );
    assert_eq!(send(&[], json!({"username": "alice"})), 401);
    assert_eq!(
        send(&[("X-Client-ID", "other")], json!({"username": "alice"})),
        200
    );
}

#[test]
fn a_public_application_needs_no_token_and_cannot_manage() {
    let emulator = Emulator::start();
    alice(&emulator);
    let order = NewApplication {
        keyless: true,
        ..NewApplication::default()
    };
    let added = emulator.add_application(order).unwrap();
    let public = App {
        client_id: added.client_id,
        private_key: None,
        ..App::of(&emulator)
    };
    assert_eq!(result(&public, None), "401 unauthorized");
    let wait =
        json!({"username": "alice", "authentication_code": {"code": "000000", "type": "short"}});
    assert_eq!(
        public
            .post("/authenticate/code/wait", "auth.temporary", wait)
            .refusal(),
        "400 invalid_verification_code"
    );
    let signed = App::of(&emulator).token(SCOPE);
    let body = json!({"client_id": public.client_id, "username": "alice"});
    assert_eq!(
        public
            .call_with("POST", "/manage/users/retrieve", Some(&signed), body)
            .refusal(),
        "401 unauthorized",
        "another application's token does not manage in its name"
    );
}

#[test]
fn errors_never_echo_what_was_sent() {
    let emulator = Emulator::start();
    let app = alice(&emulator);
    let canary = nonce();
    for token in [
        canary.clone(),
        app.sign(&json!({"client_id": canary, "nonce": canary, "iat": 1, "type": canary})),
    ] {
        let answer = app.call_with(
            "POST",
            "/manage/users/retrieve",
            Some(&token),
            json!({"username": canary}),
        );
        assert_eq!(answer.status, 401);
        assert!(
            !answer.body.contains(&canary) && !answer.body.contains(&token),
            "{answer:?}"
        );
    }
}

fn base64(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text)
}
