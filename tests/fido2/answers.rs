//! The token in every answer is verified before the answer is returned.

use std::time::Duration;

use loginid::{Client, Result, Status};
use loginid_emulator::{Emulator, Fault, FaultKind, TokenPart};
use serde_json::{Value, json};

use crate::support::{Service, USER, fails};

type Call = fn(&Client) -> Result<String>;

const SIGNED: &str =
    r#"{"challenge":"a","key_handle":"a","client_data":"a","auth_data":"a","sign_data":"a"}"#;

/// The calls whose answers must contain a token.
const CALLS: [(&str, Call); 10] = [
    ("/tx/complete", |client| {
        client.complete_tx("an-id", USER, SIGNED)
    }),
    ("/register/fido2/complete", |client| {
        client.register_fido2_complete(USER, "{}", None)
    }),
    ("/register/password", |client| {
        client.register_password(USER, "password")
    }),
    ("/authenticate/password", |client| {
        client.authenticate_password(USER, "password")
    }),
    ("/authenticate/fido2/complete", |client| {
        client.authenticate_fido2_complete(USER, "{}")
    }),
    ("/authenticate/code/wait", |client| {
        client.wait_code(USER, "123456", "short", Duration::ZERO, None)
    }),
    ("/authenticate/authid/complete", |client| {
        client.authenticate_doc_scan_complete(USER, "an-id")
    }),
    ("/authenticate/publickey/complete", |client| {
        client.authenticate_publickey_complete(USER, "an-id", "a.b.c")
    }),
    ("/credentials/fido2/complete", |client| {
        client.complete_add_fido2_credential("{}", USER, None)
    }),
    ("/credentials/authid/complete", activate_document),
];

/// The calls whose answers may contain a token.
const OPTIONAL: [(&str, Call); 2] = [
    ("/credentials/authid/complete", discard_document),
    ("/credentials/publickey", add_public_key),
];

/// The calls that log a user in.
fn logins() -> impl Iterator<Item = (&'static str, Call)> {
    let log_in = |path: &str| path.starts_with("/register") || path.starts_with("/authenticate");
    CALLS.into_iter().filter(move |(path, _)| log_in(path))
}

fn activate_document(client: &Client) -> Result<String> {
    client.add_doc_scan_credential_complete("an-id", true, None, Some(USER))
}

fn discard_document(client: &Client) -> Result<String> {
    client.add_doc_scan_credential_complete("an-id", false, None, Some(USER))
}

fn add_public_key(client: &Client) -> Result<String> {
    client.add_publickey_credential("a key", None, None, Some(USER), None)
}

/// Makes the service answer 200 with this body instead of its own.
fn answer_once(service: &Service, path: &str, body: &Value) {
    let kind = FaultKind::Status {
        code: 200,
        body: body.to_string(),
        content_type: None,
        headers: Vec::new(),
        carried_out: false,
    };
    service
        .emulator
        .inject(Fault::new(kind).on_path(path).times(1));
}

fn token_for(service: &Service, audience: &str) -> String {
    let claims = json!({"aud": audience, "udata": USER, "iat": service.emulator.now()});
    service.emulator.sign_token(TokenPart::Usual, claims.into())
}

/// Tokens that must be refused, and the error of the call.
fn bad(service: &Service) -> Vec<(Value, Status, &'static str)> {
    let good = token_for(service, service.emulator.client_id());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    // Another service's signature over the same header and claims.
    let foreign = Emulator::start();
    let header: Value = serde_json::from_slice(&decode(good.split('.').next().unwrap())).unwrap();
    let claims = json!({"aud": service.emulator.client_id(), "udata": USER, "iat": foreign.now()});
    let forged = foreign.sign_token(header.into(), claims.into());
    vec![
        (json!({"jwt": 1}), Status::LID_ERROR_RESPONSE, "missing_jwt"),
        (
            json!({"jwt": {}}),
            Status::LID_ERROR_RESPONSE,
            "missing_jwt",
        ),
        (
            json!({"jwt": " "}),
            Status::LID_ERROR_TOKEN_INVALID,
            "malformed_token",
        ),
        (
            json!({"jwt": forged}),
            Status::LID_ERROR_TOKEN_INVALID,
            "invalid_signature",
        ),
        (
            json!({"jwt": format!("{signed}.{}", swapped(signature))}),
            Status::LID_ERROR_TOKEN_INVALID,
            "invalid_signature",
        ),
        (
            json!({"jwt": token_for(service, "another")}),
            Status::LID_ERROR_CLAIM_MISMATCH,
            "audience_mismatch",
        ),
    ]
}

fn decode(part: &str) -> Vec<u8> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD
        .decode(part)
        .unwrap()
}

/// The signature with r and s swapped: of the right length, but wrong.
fn swapped(signature: &str) -> String {
    use base64::Engine;
    let bytes = decode(signature);
    let (r, s) = bytes.split_at(32);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode([s, r].concat())
}

#[test]
fn an_answer_with_a_good_token_is_returned() {
    let service = Service::start();
    let good = token_for(&service, service.emulator.client_id());
    let answer = json!({"jwt": good, "unknown": [1, 2.50]});
    for (path, call) in CALLS.into_iter().chain(OPTIONAL) {
        answer_once(&service, path, &answer);
        assert_eq!(call(&service).expect(path), answer.to_string());
    }
}

/// Answers without a token.
fn without() -> [Value; 3] {
    [json!({}), json!({"jwt": null}), json!({"jwt": ""})]
}

#[test]
fn an_answer_without_a_good_token_is_an_error() {
    let service = Service::start();
    let missing = without().map(|answer| (answer, Status::LID_ERROR_RESPONSE, "missing_jwt"));
    for (answer, status, code) in bad(&service).into_iter().chain(missing) {
        for (path, call) in CALLS {
            answer_once(&service, path, &answer);
            fails(call(&service), status, code);
            assert_eq!(service.emulator.faults(), [], "{path} was called");
        }
    }
}

#[test]
fn an_optional_token_may_be_missing_but_not_bad() {
    let service = Service::start();
    for (path, call) in OPTIONAL {
        for answer in without() {
            answer_once(&service, path, &answer);
            assert_eq!(call(&service).expect(path), answer.to_string());
        }
        for (answer, status, code) in bad(&service) {
            answer_once(&service, path, &answer);
            fails(call(&service), status, code);
        }
    }
}

/// A token for this application with these additional claims.
fn token_with(service: &Service, further: Value) -> String {
    let mut claims = json!({"aud": service.emulator.client_id(), "iat": service.emulator.now()});
    let members = further.as_object().expect("an object").clone();
    claims.as_object_mut().expect("an object").extend(members);
    service.emulator.sign_token(TokenPart::Usual, claims.into())
}

#[test]
fn an_answer_that_says_that_nobody_is_logged_in_is_an_error() {
    let service = Service::start();
    let good = token_for(&service, service.emulator.client_id());
    let (status, code) = (Status::LID_ERROR_RESPONSE, "not_authenticated");
    assert_eq!(logins().count(), 7);
    for (path, call) in logins() {
        for value in [
            json!(false),
            json!("false"),
            json!("true"),
            json!(0),
            json!([]),
        ] {
            let answer = json!({"jwt": good, "is_authenticated": value});
            answer_once(&service, path, &answer);
            fails(call(&service), status, code);
        }
        answer_once(&service, path, &json!({"is_authenticated": false}));
        fails(call(&service), status, code);
        for value in [json!(true), json!(null)] {
            let answer = json!({"jwt": good, "is_authenticated": value});
            answer_once(&service, path, &answer);
            assert_eq!(call(&service).expect(path), answer.to_string());
        }
    }
    // Adding a credential is not a login.
    for (path, call) in OPTIONAL {
        let answer = json!({"is_authenticated": false});
        answer_once(&service, path, &answer);
        assert_eq!(call(&service).expect(path), answer.to_string());
    }
}

#[test]
fn a_transaction_token_is_not_a_log_in() {
    let service = Service::start();
    for name in ["tx_hash", "txHash"] {
        let token = token_with(&service, json!({"udata": USER, name: 7}));
        let answer = json!({"jwt": token});
        for (path, call) in CALLS.into_iter().chain(OPTIONAL) {
            answer_once(&service, path, &answer);
            match path {
                "/tx/complete" => assert_eq!(call(&service).expect(path), answer.to_string()),
                _ => fails(
                    call(&service),
                    Status::LID_ERROR_CLAIM_MISMATCH,
                    "token_kind_mismatch",
                ),
            }
        }
    }
}

#[test]
fn the_token_in_an_answer_is_the_named_users() {
    let service = Service::start();
    let other = |claims| json!({"jwt": token_with(&service, claims)});
    for (path, call) in CALLS.into_iter().chain(OPTIONAL) {
        for claims in [
            json!({"udata": "mallory"}),
            json!({"username": "mallory"}),
            json!({"udata": "mallory", "username": USER}),
            json!({"udata": ""}),
        ] {
            answer_once(&service, path, &other(claims));
            fails(
                call(&service),
                Status::LID_ERROR_CLAIM_MISMATCH,
                "username_mismatch",
            );
        }
        for claims in [
            json!({}),
            json!({"udata": USER.to_uppercase(), "sub": "an-id"}),
        ] {
            let answer = other(claims);
            answer_once(&service, path, &answer);
            assert_eq!(call(&service).expect(path), answer.to_string());
        }
    }
}

#[test]
fn the_token_in_an_answer_is_that_of_the_named_id() {
    let service = Service::start();
    let by_id: [(&str, Call); 2] = [
        ("/credentials/authid/complete", |client| {
            client.add_doc_scan_credential_complete("a-scan", true, Some("an-id"), None)
        }),
        ("/credentials/publickey", |client| {
            client.add_publickey_credential("a key", None, Some("an-id"), None, None)
        }),
    ];
    let answer = |claims| json!({"jwt": token_with(&service, claims)});
    for (path, call) in by_id {
        for sub in ["another-id", "AN-ID", ""] {
            answer_once(&service, path, &answer(json!({"sub": sub, "udata": USER})));
            fails(
                call(&service),
                Status::LID_ERROR_CLAIM_MISMATCH,
                "username_mismatch",
            );
        }
        for claims in [
            json!({"sub": "an-id", "udata": "anybody"}),
            json!({"udata": USER}),
        ] {
            let answer = answer(claims);
            answer_once(&service, path, &answer);
            assert_eq!(call(&service).expect(path), answer.to_string());
        }
    }
}

#[test]
fn an_answer_without_the_id_of_the_transaction_is_an_error() {
    let service = Service::start();
    let calls: [(&str, &str, &str, Call); 3] = [
        ("/tx", "id", "missing_id", |client| {
            client.create_tx("pay", None, None)
        }),
        ("/tx/init", "tx_id", "missing_tx_id", |client| {
            client.init_tx(USER, None, Some("pay"), None)
        }),
        ("/tx/init", "tx_id", "missing_tx_id", |client| {
            client.init_tx(USER, Some("an-id"), None, None)
        }),
    ];
    for (path, member, code, call) in calls {
        for answer in [
            json!({}),
            json!({member: null}),
            json!({member: 7}),
            json!({member: ""}),
        ] {
            answer_once(&service, path, &answer);
            fails(call(&service), Status::LID_ERROR_RESPONSE, code);
        }
        answer_once(&service, path, &json!({member: "an-id"}));
        assert!(call(&service).is_ok(), "{path}");
    }
}
