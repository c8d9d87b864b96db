//! Refused tokens: they may be, or resemble, the token of a user, so no error and no
//! log event may repeat any part of them.

use std::ffi::CStr;
use std::sync::{Arc, Mutex};

use libc::{c_char, c_void};
use loginid::ffi::{lid_set_log_callback, lid_status, lid_v2_set_log_callback};
use serde_json::{Value, json};

use crate::calls::{answer, part_of, service};
use crate::capi::{Client, Outcome, V2Client};
use crate::signer::{Signer, encode, login_claims, now, v2_login_claims, with};

const CLIENT_ID: &str = "app-1";
const ISSUER: &str = "https://app-1.elsewhere.invalid";

/// A client of one of the services, and what they do differently.
trait Presenting {
    /// The member of an answer with its token.
    const TOKEN: &str;
    /// The claim that names the user.
    const USER: &str;

    fn new(config: Value) -> Self;
    /// The claims of a good login.
    fn login_claims() -> Value;
    /// How the service publishes a key.
    fn published(signer: &Signer) -> String;
    /// The configuration that has a key.
    fn configured(signer: &Signer) -> Value;
    fn log_to(&self, events: *mut c_void);
    /// Passes a token to every call that takes one: as a login, as one of bob, as a
    /// transaction, and in an answer.
    fn present(&self, token: &str) -> [Outcome; 4];
}

impl Presenting for Client {
    const TOKEN: &str = "jwt";
    const USER: &str = "udata";

    fn new(mut config: Value) -> Client {
        config["client_id"] = CLIENT_ID.into();
        config["issuer"] = "loginid.io".into();
        Client::new(&config)
    }

    fn login_claims() -> Value {
        login_claims(CLIENT_ID)
    }

    fn published(signer: &Signer) -> String {
        signer.pem()
    }

    fn configured(signer: &Signer) -> Value {
        json!({"public_keys": {signer.kid: signer.pem()}})
    }

    fn log_to(&self, events: *mut c_void) {
        // SAFETY: the client lives, and the events outlive it.
        unsafe { lid_set_log_callback(self.raw(), Some(keep), events) };
    }

    fn present(&self, token: &str) -> [Outcome; 4] {
        [
            self.verify_token(token),
            self.verify_token_for(token, Some("bob")),
            self.verify_transaction(token, "pay 10", Some("another")),
            self.authenticate_password("ann", "a password"),
        ]
    }
}

impl Presenting for V2Client {
    const TOKEN: &str = "jwtAccess";
    const USER: &str = "username";

    fn new(mut config: Value) -> V2Client {
        config["application_id"] = CLIENT_ID.into();
        config["issuer"] = ISSUER.into();
        V2Client::new(&config)
    }

    fn login_claims() -> Value {
        v2_login_claims(ISSUER, CLIENT_ID)
    }

    fn published(signer: &Signer) -> String {
        json!({"keys": [signer.jwk()]}).to_string()
    }

    fn configured(signer: &Signer) -> Value {
        json!({"jwks": {"keys": [signer.jwk()]}})
    }

    fn log_to(&self, events: *mut c_void) {
        // SAFETY: as above.
        unsafe { lid_v2_set_log_callback(self.raw(), Some(keep), events) };
    }

    fn present(&self, token: &str) -> [Outcome; 4] {
        [
            self.verify_token(token, None),
            self.verify_token(token, Some("bob")),
            self.verify_transaction(token, "pay 10", "another"),
            self.verify_otp("ann", "123456"),
        ]
    }
}

/// Claims that are recognizable wherever one is quoted.
fn claims<C: Presenting>() -> Value {
    with(
        &C::login_claims(),
        json!({
            "sub": "CANARY-sub", "nid": "CANARY-nid", C::USER: "CANARY-user",
            "action": "CANARY-action", "nonce": "CANARY-nonce", "server_nonce": "CANARY-server",
            "tx_hash": "CANARY-hash", "CANARY-name": "CANARY-value",
        }),
    )
}

/// Tokens that every client refuses, each for another reason.
fn refused<C: Presenting>(signer: &Signer) -> Vec<(&'static str, String)> {
    let claims = claims::<C>();
    let good = signer.token(&claims);
    let claimed = |changes: Value| signer.token(&with(&claims, changes));
    let headed = |changes: Value| signer.sign(&with(&signer.header(), changes), &claims);
    let written = |text: &str| signer.sign_text(signer.header().to_string(), text);
    let (signed, signature) = good.rsplit_once('.').expect("a signature");
    vec![
        ("another key's", Signer::new(signer.kid).token(&claims)),
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
        ("a user in a list", claimed(json!({C::USER: ["CANARY"]}))),
        ("no JSON", written("{\"CANARY\":CANARY}")),
        ("JSON and more", written(&format!("{claims}CANARY"))),
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
fn clients<C: Presenting>(
    signer: &Signer,
    token: &Arc<Mutex<Value>>,
) -> Vec<(&'static str, Asking<C>)> {
    type Keys = fn(&str, &str) -> Vec<u8>;
    let ways: [(&str, Keys); 5] = [
        ("the key is configured", |_, _| answer("404 -", "")),
        ("the key is fetched", |_, published| {
            answer("200 OK", published)
        }),
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
    let make = |(way, keys): (&'static str, Keys)| {
        let (published, token) = (C::published(signer), token.clone());
        let (service, _) = service(move |request| {
            let is_for_keys = ["GET /certs", "GET /fido2/v2/.well-known/jwks.json"];
            if is_for_keys.iter().any(|begin| request.starts_with(begin)) {
                keys(request, &published)
            } else {
                let token = token.lock().expect("no panic").clone();
                let user = json!({"id": "u-1", "username": "ann"});
                let body = json!({C::TOKEN: token, "is_authenticated": true, "user": user});
                answer("200 OK", &body.to_string())
            }
        });
        let mut config = json!({"base_url": service.base_url(), "max_retries": 0});
        if way == "the key is configured" {
            config = with(&config, C::configured(signer));
        }
        (way, Asking::new(config))
    };
    ways.map(make).into()
}

/// A client through the C interface, and the events it logged.
struct Asking<C> {
    // Before the events, which its callback writes to.
    client: C,
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

impl<C: Presenting> Asking<C> {
    fn new(config: Value) -> Asking<C> {
        let (client, events) = (C::new(config), Box::new(Mutex::new(String::new())));
        client.log_to((&raw const *events).cast_mut().cast());
        Asking { client, events }
    }
}

fn repeats_no_refused_token<C: Presenting>() {
    let signer = Signer::new("k-1");
    let answered = Arc::new(Mutex::new(Value::Null));
    let tokens = refused::<C>(&signer);
    for (way, asking) in clients::<C>(&signer, &answered) {
        for (name, token) in &tokens {
            *answered.lock().expect("no panic") = token.as_str().into();
            for outcome in asking.client.present(token) {
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
fn neither_an_error_nor_an_event_repeats_a_refused_token() {
    repeats_no_refused_token::<Client>();
}

#[test]
fn neither_an_error_nor_an_event_of_a_v2_client_repeats_a_refused_token() {
    repeats_no_refused_token::<V2Client>();
}

fn repeats_no_good_token<C: Presenting>() {
    let signer = Signer::new("k-1");
    let answered = Arc::new(Mutex::new(json!({"CANARY-not-a-text": ["CANARY"]})));
    let good = signer.token(&claims::<C>());
    for (way, asking) in clients::<C>(&signer, &answered) {
        let [_, of_user, transaction, answered] = asking.client.present(&good);
        for outcome in [of_user, transaction, answered] {
            assert_ne!(outcome.status, lid_status::LID_OK, "{way}");
            assert_hidden(&outcome.text, &good, way);
        }
    }
}

#[test]
fn a_good_token_of_another_user_or_transaction_is_not_repeated() {
    repeats_no_good_token::<Client>();
    repeats_no_good_token::<V2Client>();
}

#[track_caller]
fn assert_hidden(text: &str, token: &str, what: &str) {
    assert_eq!(part_of(text, token), None, "{what}: {text}");
    assert!(!text.contains("CANARY"), "{what}: {text}");
}
