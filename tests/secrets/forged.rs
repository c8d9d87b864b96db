//! Refused tokens: they may be, or resemble, the token of a user, so no error and no
//! log event may repeat any part of them.

use std::ffi::CStr;
use std::sync::{Arc, Mutex};

use libc::{c_char, c_void};
use loginid::ffi::{lid_set_log_callback, lid_status};
use serde_json::{Value, json};

use crate::calls::{answer, part_of, service};
use crate::capi::{Client, Outcome};
use crate::signer::{Signer, encode, login_claims, now, with};

const CLIENT_ID: &str = "app-1";

/// Claims that are recognizable wherever one is quoted.
fn claims() -> Value {
    with(
        &login_claims(CLIENT_ID),
        json!({
            "sub": "CANARY-sub", "nid": "CANARY-nid", "udata": "CANARY-udata",
            "action": "CANARY-action", "nonce": "CANARY-nonce", "server_nonce": "CANARY-server",
            "tx_hash": "CANARY-hash", "CANARY-name": "CANARY-value",
        }),
    )
}

/// Tokens that every client refuses, each for another reason.
fn refused(signer: &Signer) -> Vec<(&'static str, String)> {
    let good = signer.token(&claims());
    let claimed = |changes: Value| signer.token(&with(&claims(), changes));
    let headed = |changes: Value| signer.sign(&with(&signer.header(), changes), &claims());
    let written = |text: &str| signer.sign_text(signer.header().to_string(), text);
    let (signed, signature) = good.rsplit_once('.').expect("a signature");
    vec![
        ("another key's", Signer::new(signer.kid).token(&claims())),
        ("another signature", format!("{signed}.{}", encode([7; 64]))),
        ("no signature", signed.to_owned()),
        ("too long a signature", format!("{good}AAAA")),
        (
            "a signature out of range",
            format!("{signed}.{}", encode([0; 64])),
        ),
        ("a signature with padding", format!("{good}==")),
        ("four parts", format!("{good}.{signature}")),
        ("no base64url", good.replace(&signed[60..70], "CANARY!*CA")),
        ("no token", "CANARY-a-password-perhaps".to_owned()),
        ("no token, with dots", "CANARY.CANARY.CANARY".to_owned()),
        (
            "over 16 KiB",
            claimed(json!({"long": "CANARY".repeat(4000)})),
        ),
        ("expired", claimed(json!({"exp": now() - 3600}))),
        ("not yet valid", claimed(json!({"nbf": now() + 3600}))),
        ("expiring at a text", claimed(json!({"exp": "CANARY-exp"}))),
        (
            "issued at an object",
            claimed(json!({"iat": {"CANARY": 1}})),
        ),
        ("another audience", claimed(json!({"aud": "CANARY-aud"}))),
        (
            "audiences",
            claimed(json!({"aud": ["CANARY-aud", "CANARY"]})),
        ),
        (
            "an object for audience",
            claimed(json!({"aud": {"CANARY": 1}})),
        ),
        ("another issuer", claimed(json!({"iss": "CANARY-iss"}))),
        (
            "an issuer in a list",
            claimed(json!({"iss": ["CANARY-iss"]})),
        ),
        ("a user in a list", claimed(json!({"udata": ["CANARY"]}))),
        ("no JSON", written("{\"CANARY\":CANARY}")),
        ("JSON and more", written(&format!("{}CANARY", claims()))),
        ("a JSON string", written("\"CANARY-CANARY-CANARY\"")),
        ("a member twice", written("{\"CANARY\":1,\"CANARY\":2}")),
        ("another algorithm", headed(json!({"alg": "CANARY"}))),
        ("another type", headed(json!({"typ": "CANARY"}))),
        (
            "an extension",
            headed(json!({"crit": ["CANARY"], "CANARY": 1})),
        ),
        (
            "a key id of another type",
            headed(json!({"kid": {"CANARY": 1}})),
        ),
        (
            "a key id with a line's end",
            headed(json!({"kid": "CANARY\n"})),
        ),
    ]
}

/// Ways in which clients get keys; all except the first need a request.
fn clients(signer: &Signer, jwt: &Arc<Mutex<Value>>) -> Vec<(&'static str, Asking)> {
    type Keys = fn(&str, &str) -> Vec<u8>;
    let ways: [(&str, Keys); 5] = [
        ("the key is configured", |_, _| answer("404 -", "")),
        ("the key is fetched", |_, pem| answer("200 OK", pem)),
        ("the service repeats the request", |request, _| {
            let error = json!({"code": "broken", "message": request});
            answer("500 -", &error.to_string())
        }),
        ("the service knows no key", |request, _| {
            answer("404 -", &json!({"message": request}).to_string())
        }),
        ("the answer is not a key", |request, _| {
            answer("200 OK", request)
        }),
    ];
    let pem = signer.pem();
    let make = |(way, keys): (&'static str, Keys)| {
        let (served, jwt) = (pem.clone(), jwt.clone());
        let (service, _) = service(move |request| {
            if request.starts_with("GET /certs") {
                keys(request, &served)
            } else {
                let jwt = jwt.lock().expect("no panic").clone();
                let user = json!({"id": "u-1", "username": "ann"});
                let body = json!({"jwt": jwt, "is_authenticated": true, "user": user});
                answer("200 OK", &body.to_string())
            }
        });
        let mut config = json!({"client_id": CLIENT_ID, "base_url": service.base_url(),
            "max_retries": 0, "issuer": "loginid.io"});
        if way == "the key is configured" {
            config["public_keys"] = json!({signer.kid: pem});
        }
        (way, Asking::new(&config))
    };
    ways.map(make).into()
}

/// A client through the C interface, and the events it logged.
struct Asking {
    // Before the events, which its callback writes to.
    client: Client,
    events: Box<Mutex<String>>,
}

/// # Safety
/// `user_data` is an [`Asking`]'s `events`.
unsafe extern "C" fn keep(event: *const c_char, user_data: *mut c_void) {
    // SAFETY: as promised; an event is a C string.
    let (event, events) = unsafe { (CStr::from_ptr(event), &*user_data.cast::<Mutex<String>>()) };
    let event = event.to_str().expect("UTF-8");
    events.lock().expect("no panic").push_str(event);
}

impl Asking {
    fn new(config: &Value) -> Asking {
        let (client, events) = (Client::new(config), Box::new(Mutex::new(String::new())));
        let user_data = (&raw const *events).cast_mut().cast();
        // SAFETY: the client lives, and the events outlive it.
        unsafe { lid_set_log_callback(client.raw(), Some(keep), user_data) };
        Asking { client, events }
    }

    /// Passes a token to every call that takes one.
    fn present(&self, token: &str) -> Vec<Outcome> {
        let verified = self.client.verify_token(token);
        let of_user = self.client.verify_token_for(token, Some("bob"));
        let transaction = self
            .client
            .verify_transaction(token, "pay 10", Some("another"));
        let answered = self.client.authenticate_password("ann", "a password");
        vec![verified, of_user, transaction, answered]
    }
}

#[test]
fn neither_an_error_nor_an_event_repeats_a_refused_token() {
    let signer = Signer::new("k-1");
    let jwt = Arc::new(Mutex::new(Value::Null));
    let tokens = refused(&signer);
    for (way, asking) in clients(&signer, &jwt) {
        for (name, token) in &tokens {
            *jwt.lock().expect("no panic") = token.as_str().into();
            for outcome in asking.present(token) {
                assert_ne!(outcome.status, lid_status::LID_OK, "{name}: {way}");
                assert_ne!(outcome.status, lid_status::LID_ERROR_INTERNAL, "{name}");
                assert_hidden(&outcome.text, token, &format!("{name}: {way}"));
            }
        }
        let events = asking.events.lock().expect("no panic").clone();
        assert!(!events.is_empty(), "nothing is logged");
        for (name, token) in &tokens {
            assert_hidden(&events, token, name);
        }
    }
}

#[test]
fn a_good_token_of_another_user_or_transaction_is_not_repeated() {
    let signer = Signer::new("k-1");
    let jwt = Arc::new(Mutex::new(json!({"CANARY-not-a-text": ["CANARY"]})));
    let good = signer.token(&claims());
    for (way, asking) in clients(&signer, &jwt) {
        let [_, of_user, transaction, answered] = asking.present(&good).try_into().expect("four");
        for outcome in [of_user, transaction, answered] {
            assert_ne!(outcome.status, lid_status::LID_OK, "{way}");
            assert_hidden(&outcome.text, &good, way);
        }
    }
}

#[track_caller]
fn assert_hidden(text: &str, token: &str, what: &str) {
    assert_eq!(part_of(text, token), None, "{what}: {text}");
    assert!(!text.contains("CANARY"), "{what}: {text}");
}
