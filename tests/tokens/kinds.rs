//! The tokens of the current service, as it makes them: each is good for what it was made for,
//! and for nothing else.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::{Value, json};

use crate::capi::V2Client;
use crate::forged::{GOOD, KIND};
use crate::listener::{Listener, read_request};
use crate::support::Version::V2;
use crate::support::emulator;
use crate::support::service::with;

const USER: &str = "ada@example.com";
const VERIFY: &str = "/fido2/v2/mgmt/token/verify";

fn client(emulator: &Emulator) -> V2Client {
    let key = json!({"api_key": emulator.v2().api_key()});
    V2Client::new(&with(&V2.online(emulator), key))
}

fn login(emulator: &Emulator) -> String {
    let login = emulator.v2().login(USER).expect("a login");
    login["jwtAccess"].as_str().expect("a token").to_owned()
}

#[test]
fn a_login_a_grant_and_a_confirmation_are_good_for_one_thing_each() {
    let emulator = emulator();
    let client = client(&emulator);
    let login = login(&emulator);
    let grant = client.create_grant(USER, "passkey:read").ok();
    let grant = grant["token"].as_str().expect("a token");
    let confirmed = emulator
        .v2()
        .confirm_transaction(None, USER, "Pay 10", "n1");
    let confirmed = confirmed.expect("a token");
    let no_hash = "LID_ERROR_CLAIM_MISMATCH transaction_hash_missing";
    for (name, token, as_login, as_confirmation) in [
        ("a login", login.as_str(), GOOD, no_hash),
        ("a grant", grant, KIND, no_hash),
        ("a confirmation", &confirmed, KIND, GOOD),
    ] {
        let outcome = client.verify_token(token, Some(USER));
        assert_eq!(outcome.verdict(), as_login, "{name}: {}", outcome.text);
        let outcome = client.verify_transaction_for(token, "Pay 10", "n1", Some(USER));
        assert_eq!(
            outcome.verdict(),
            as_confirmation,
            "{name}: {}",
            outcome.text
        );
    }
    let nobody = client.verify_transaction_for(&confirmed, "Pay 10", "n1", Some("Ada@example.com"));
    assert_eq!(nobody.code(), "username_mismatch");
}

/// A captive portal, a gateway or a cache answers for the service.
#[test]
fn another_answer_than_an_empty_204_does_not_verify_a_token_remotely() {
    let emulator = emulator();
    let client = client(&emulator);
    let token = login(&emulator);
    assert_eq!(client.verify_token_remote(&token).verdict(), GOOD);
    let status = |code, body: &str| FaultKind::Status {
        code,
        body: body.to_owned(),
        content_type: Some("text/html".to_owned()),
        headers: Vec::new(),
        carried_out: false,
    };
    let body_with_204 = b"HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\n{}";
    let elsewhere = format!("{}/fido2/v2/version", emulator.base_url());
    let redirect = |code| FaultKind::Redirect {
        code,
        location: elsewhere.clone(),
        carried_out: false,
    };
    for (name, answer) in [
        (
            "a portal's page",
            status(200, "<!doctype html><title>Log in</title>"),
        ),
        ("an empty 200", status(200, "")),
        ("an empty object", status(200, "{}")),
        ("a verdict", status(200, r#"{"valid":true}"#)),
        ("201", status(201, "")),
        ("202", status(202, "{}")),
        ("205", status(205, "")),
        ("302", redirect(302)),
        ("307", redirect(307)),
        (
            "204 with a body",
            FaultKind::Raw {
                base64: STANDARD.encode(body_with_204),
                hold_ms: 0,
                carried_out: false,
            },
        ),
    ] {
        emulator.clear_faults();
        emulator.inject(Fault::new(answer).on("POST", VERIFY));
        emulator.clear_requests();
        let outcome = client.verify_token_remote(&token);
        assert!(
            outcome.verdict().starts_with("LID_ERROR_RESPONSE "),
            "{name}: {}",
            outcome.text
        );
        assert_eq!(
            emulator.requests().len(),
            1,
            "{name}: sent once, not redirected"
        );
    }
    emulator.clear_faults();
    assert_eq!(client.verify_token_remote(&token).verdict(), GOOD);
    let foreign = client.verify_token_remote("a.b.c");
    assert_eq!(foreign.verdict(), "LID_ERROR_API unauthorized");
}

/// A token must not choose where the API key is sent.
#[test]
fn what_a_token_names_to_verify_it_is_never_connected_to() {
    let place = Listener::start(|mut stream, _| {
        if read_request(&mut stream).is_some() {
            let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
        }
    });
    let emulator = emulator();
    let client = client(&emulator);
    let claims = |verify: Value, further: Value| {
        let claims = with(&V2.claims_at(&emulator), json!({ "verify": verify }));
        let claims = with(&claims, further);
        let usual = loginid_emulator::TokenPart::Usual;
        emulator.v2().sign_token(usual, claims.into())
    };
    for (number, verify) in [
        format!("{}{VERIFY}", place.base_url()),
        place.base_url(),
        place.base_url().replace("http:", ""),
        format!("@{}", place.base_url().replace("http://", "")),
    ]
    .into_iter()
    .enumerate()
    {
        let token = claims(verify.clone().into(), json!({}));
        assert_eq!(client.verify_token(&token, None).verdict(), GOOD);
        emulator.clear_requests();
        client.verify_token_remote(&token);
        let requests = emulator.requests();
        let paths: Vec<_> = requests.iter().map(|request| &request.path).collect();
        assert_eq!(paths, [VERIFY], "{verify}");
        // Also of a token that is refused, and of one that another service issued.
        let places = json!({"iss": place.base_url(), "jku": place.base_url()});
        let foreign = claims(verify.into(), places);
        let foreign = client.verify_token(foreign, None);
        assert_eq!(foreign.code(), "issuer_mismatch", "{number}");
    }
    assert_eq!(place.accepted(), 0);
}
