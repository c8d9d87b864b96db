//! The same for a client of the current service: its API key, tokens, grants, sessions and
//! one-time codes.

use std::fmt::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use loginid::v2::{Client, Config};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::calls::{Watched, answer, part_of, service};
use crate::echoes::ODD_ANSWERS;

const API_KEY: &str = "CANARY-aPi_key-0123456789ABCDEFGHIJKLMNOPQRS";
/// The API key in basic authorization.
const BASIC: &str = "Q0FOQVJZLWFQaV9rZXktMDEyMzQ1Njc4OUFCQ0RFRkdISUpLTE1OT1BRUlM6";
const TOKEN: &str = "eyCANARYtoken0.eyCANARYclaims1.CANARYsignature2";
const GRANT: &str = "eyCANARYgrant3.eyCANARYclaims4.CANARYsignature5";
const SESSION: &str = "CANARY-session/6+0123456789abcdef";
const CODE: &str = "CANARYcode482913";

type CallIt = fn(&Client) -> loginid::Result<String>;

/// A kind of call: its name, the secret that it sends, and where it sends it.
const CALLS: [(&str, &str, &str, CallIt); 15] = [
    ("delete_user", API_KEY, "/profile/u1", |client| {
        client.delete_user("u1")
    }),
    ("delete_user", BASIC, "/profile/u1", |client| {
        client.delete_user("u1")
    }),
    ("create_grant", API_KEY, "/mgmt/grant", |client| {
        client.create_grant("ann", "passkey:read")
    }),
    ("list_passkeys by name", API_KEY, "/mgmt/grant", |client| {
        client.list_passkeys(Some("ann"), None)
    }),
    ("list_passkeys by name", GRANT, "/passkeys", |client| {
        client.list_passkeys(Some("ann"), None)
    }),
    // The service knows the API key from the request for the grant.
    ("list_passkeys by name", API_KEY, "/passkeys", |client| {
        client.list_passkeys(Some("ann"), None)
    }),
    ("list_passkeys by name", BASIC, "/passkeys", |client| {
        client.list_passkeys(Some("ann"), None)
    }),
    ("create_otp by name", GRANT, "/auth/otp", |client| {
        client.create_otp(Some("ann"), None)
    }),
    ("list_passkeys by token", TOKEN, "/passkeys", |client| {
        client.list_passkeys(None, Some(TOKEN))
    }),
    ("register_init", TOKEN, "/reg/init", |client| {
        client.register_init("ann", None, Some(TOKEN))
    }),
    ("verify_token_remote", TOKEN, "/token/verify", |client| {
        client.verify_token_remote(TOKEN)
    }),
    ("verify_token_remote", API_KEY, "/token/verify", |client| {
        client.verify_token_remote(TOKEN)
    }),
    ("verify_otp", CODE, "/auth/otp/verify", |client| {
        client.verify_otp("ann", CODE, None)
    }),
    ("verify_phone", CODE, "/phone/verify", |client| {
        client.verify_phone("ann", CODE)
    }),
    ("complete_tx", SESSION, "/tx/complete", |client| {
        let confirmation =
            r#"{"keyHandle":"Yw","clientData":"Yw","authenticatorData":"Yw","signature":"Yw"}"#;
        client.complete_tx(SESSION, confirmation)
    }),
];

fn watched(base_url: &str) -> Watched<Client> {
    let config = json!({
        "base_url": base_url, "application_id": "app", "api_key": API_KEY, "max_retries": 0,
        "request_timeout_ms": 60_000,
    });
    let config = Config::from_json(&config.to_string()).expect("a configuration");
    Watched::of(
        Client::with_config(config).expect("a client"),
        Client::set_logger,
    )
}

/// A service that gives out grants, unless the answer is for one, and this answer to the rest.
fn answering(
    path: &'static str,
    given: Vec<u8>,
) -> (
    crate::listener::Listener,
    std::sync::Arc<std::sync::Mutex<Vec<String>>>,
) {
    service(move |request| {
        let line = request.lines().next().expect("a line");
        match line.contains("/mgmt/grant") && path != "/mgmt/grant" {
            true => answer("200 OK", &json!({"token": GRANT}).to_string()),
            false => given.clone(),
        }
    })
}

/// Ways to repeat a secret.
fn spellings(secret: &str) -> Vec<String> {
    let percent = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let hexadecimal = secret.bytes().fold(String::new(), |mut text, byte| {
        write!(text, "{byte:02x}").expect("a String");
        text
    });
    let escaped = secret.encode_utf16().fold(String::new(), |mut text, unit| {
        write!(text, "\\u{unit:04x}").expect("a String");
        text
    });
    vec![
        secret.to_owned(),
        format!("bad: '{secret}'"),
        secret.repeat(2),
        percent(secret),
        percent(&percent(secret)),
        escaped,
        hexadecimal,
        STANDARD.encode(format!("{{\"secret\":\"{secret}\"}}")),
        secret.to_uppercase(),
        format!("{}{secret}", "x".repeat(490)),
        format!("{{\"Authorization\":\"Bearer {secret}\"}}"),
    ]
}

/// The [`spellings`] in hexadecimal and in base64.
const ENCODED: [usize; 2] = [6, 7];

/// What shows a secret: a part of it, or of one of its spellings.
fn shown(text: &str, secret: &str) -> Option<String> {
    let found = text.contains("CANARY").then(|| "CANARY".to_owned());
    let spellings = spellings(secret);
    found
        .or_else(|| part_of(text, secret))
        .or_else(|| spellings[3..8].iter().find_map(|form| part_of(text, form)))
}

/// Makes the call, which is refused, and searches all that a program can read after it.
#[track_caller]
fn shows_nothing(row: (&str, &'static str, &'static str, CallIt), given: Vec<u8>, what: &str) {
    let (name, secret, path, call) = row;
    let (service, requests) = answering(path, given);
    let watched = watched(&service.base_url());
    let result = call(&watched.client);
    let requests = requests.lock().expect("no panic");
    let last = requests.last().expect("a request");
    // Without the secret the test would show nothing.
    let sent = match secret {
        API_KEY => BASIC,
        secret => secret,
    };
    let line = last.lines().next().expect("a line");
    let is_sent = requests.iter().any(|request| request.contains(sent));
    assert!(is_sent && line.contains(path), "{name}: {last}");
    let text = match &result {
        // An odd answer may be a success of a call that reads nothing of it.
        Ok(text) => format!("{text} {}", watched.events()),
        Err(error) => watched.readable(error),
    };
    assert_eq!(shown(&text, secret), None, "{name}, {what}: {text}");
}

#[test]
fn secrets_in_the_services_message_and_code_are_hidden() {
    for row in CALLS {
        let spellings = spellings(row.1).into_iter().enumerate();
        // What is encoded already is not searched for in a second encoding.
        let is_searched = |at: usize| row.1 != BASIC || !ENCODED.contains(&at);
        for spelling in spellings.filter_map(|(at, spelling)| is_searched(at).then_some(spelling)) {
            for body in [
                json!({"msgCode": "bad_request", "msg": spelling}),
                json!({"msgCode": "bad_request", "message": spelling}),
                json!({"message": spelling}),
                json!({"msgCode": spelling, "msg": "no"}),
                json!({"msgCode": spelling.to_lowercase().replace('-', "_"), "msg": "no"}),
            ] {
                let given = answer("401 Unauthorized", &body.to_string());
                shows_nothing(row, given, &body.to_string());
            }
        }
    }
}

#[test]
fn secrets_in_an_odd_answer_are_not_quoted() {
    for row in CALLS {
        for (what, odd) in ODD_ANSWERS {
            let given = odd(row.1).replacen("\r\n", "\r\nconnection: close\r\n", 1);
            shows_nothing(row, given.into_bytes(), what);
        }
    }
}

/// A grant that cannot be sent is not shown either.
#[test]
fn an_unusable_grant_is_not_quoted() {
    for grant in [format!("{GRANT} "), format!("{GRANT}\n"), GRANT.repeat(400)] {
        let body = json!({ "token": grant }).to_string();
        let (service, _) = service(move |_| answer("200 OK", &body));
        let watched = watched(&service.base_url());
        let error = watched.client.list_passkeys(Some("ann"), None);
        let text = watched.readable(&error.expect_err("no grant"));
        assert_eq!(shown(&text, GRANT), None, "{text}");
    }
}

/// Both requests of a call are in the log, each with its own name.
#[test]
fn a_grant_and_its_call_are_logged_without_secrets() {
    let (service, _) = service(|request| {
        let line = request.lines().next().expect("a line");
        match line.contains("/mgmt/grant") {
            true => answer("200 OK", &json!({"token": GRANT}).to_string()),
            false => answer("200 OK", "[]"),
        }
    });
    let watched = watched(&service.base_url());
    let list = watched.client.list_passkeys(Some("ann"), None);
    assert_eq!(list.expect("a list"), r#"{"passkeys":[]}"#);
    let events = watched.events();
    let logged: Vec<Value> = serde_json::Deserializer::from_str(&events)
        .into_iter()
        .map(|event| event.expect("JSON"))
        .collect();
    let operations: Vec<_> = logged.iter().map(|event| &event["operation"]).collect();
    assert_eq!(operations, ["v2_create_grant", "v2_list_passkeys"]);
    for (event, path) in logged.iter().zip(["/mgmt/grant", "/passkeys"]) {
        assert_eq!(event["http_status"], 200, "{event}");
        assert!(
            event["path"]
                .as_str()
                .is_none_or(|logged| logged.ends_with(path)),
            "{event}"
        );
    }
    for secret in [API_KEY, BASIC, GRANT] {
        assert_eq!(shown(&events, secret), None, "{events}");
    }
}
