//! Every answer that carries a token is verified before it is handed on.

use std::time::Duration;

use loginid::{Client, Result, Status};
use loginid_emulator::{Emulator, Fault, FaultKind, TokenPart};
use serde_json::{Value, json};

use crate::support::{Service, USER, fails};

type Call = fn(&Client) -> Result<String>;

const SIGNED: &str =
    r#"{"challenge":"a","key_handle":"a","client_data":"a","auth_data":"a","sign_data":"a"}"#;

/// The calls whose answers have to carry a token.
const CALLS: [(&str, Call); 11] = [
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
    ("/credentials/publickey", |client| {
        client.add_publickey_credential("a key", None, None, Some(USER), None)
    }),
];

fn activate_document(client: &Client) -> Result<String> {
    client.add_doc_scan_credential_complete("an-id", true, None, Some(USER))
}

fn discard_document(client: &Client) -> Result<String> {
    client.add_doc_scan_credential_complete("an-id", false, None, Some(USER))
}

/// Has the service answer 200 with this body instead of its own.
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

/// Tokens that must not be believed, and how the call fails.
fn bad(service: &Service) -> Vec<(Value, Status, &'static str)> {
    let good = token_for(service, service.emulator.client_id());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    // Another service's signature over the same words.
    let foreign = Emulator::start();
    let header: Value = serde_json::from_slice(&decode(good.split('.').next().unwrap())).unwrap();
    let claims = json!({"aud": service.emulator.client_id(), "udata": USER, "iat": foreign.now()});
    let forged = foreign.sign_token(header.into(), claims.into());
    vec![
        (json!({}), Status::Response, "missing_jwt"),
        (json!({"jwt": null}), Status::Response, "missing_jwt"),
        (json!({"jwt": 1}), Status::Response, "missing_jwt"),
        (
            json!({"jwt": forged}),
            Status::TokenInvalid,
            "invalid_signature",
        ),
        (
            json!({"jwt": format!("{signed}.{}", swapped(signature))}),
            Status::TokenInvalid,
            "invalid_signature",
        ),
        (
            json!({"jwt": token_for(service, "another")}),
            Status::ClaimMismatch,
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

/// The signature with its halves exchanged: of the right length, and wrong.
fn swapped(signature: &str) -> String {
    use base64::Engine;
    let bytes = decode(signature);
    let (r, s) = bytes.split_at(32);
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode([s, r].concat())
}

#[test]
fn an_answer_with_a_good_token_is_handed_on() {
    let service = Service::start();
    let good = token_for(&service, service.emulator.client_id());
    let answer = json!({"jwt": good, "unknown": [1, 2.50]});
    for (path, call) in CALLS {
        answer_once(&service, path, &answer);
        assert_eq!(call(&service).expect(path), answer.to_string());
    }
}

#[test]
fn an_answer_without_a_good_token_is_an_error() {
    let service = Service::start();
    for (answer, status, code) in bad(&service) {
        for (path, call) in CALLS {
            answer_once(&service, path, &answer);
            fails(call(&service), status, code);
            assert_eq!(service.emulator.faults(), [], "{path} was called");
        }
    }
}

#[test]
fn a_discarded_document_may_have_no_token_but_no_bad_one() {
    let service = Service::start();
    let path = "/credentials/authid/complete";
    answer_once(&service, path, &json!({}));
    assert_eq!(discard_document(&service).unwrap(), "{}");
    for (answer, status, code) in bad(&service).split_off(1) {
        answer_once(&service, path, &answer);
        fails(discard_document(&service), status, code);
    }
}
