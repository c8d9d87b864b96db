//! What may have been carried out is never sent twice: every function of the
//! header, against a service that receives the request and then fails.

use std::collections::BTreeSet;
use std::io::Write;
use std::net::TcpStream;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime};

use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use crate::described::{CODES, KEYS, LOCAL, SAFE};
use crate::library::{Library, calls};
use crate::listener::{Listener, read_request};

/// By default a call is retried twice, so this is how often it is sent at most.
const ATTEMPTS: usize = 3;

/// Functions that are no calls of a client. They send nothing.
const NO_CALLS: &[&str] = &[
    "lid_new",
    "lid_new_management",
    "lid_new_with_config",
    "lid_new_from_env",
    "lid_with_options",
    "lid_v2_new",
    "lid_v2_new_with_config",
    "lid_v2_new_from_env",
    "lid_v2_with_options",
    "lid_generate_key_pair",
    "lid_json_get",
    "lid_json_parse",
    "lid_json_string",
    "lid_json_int64",
    "lid_json_double",
    "lid_json_bool",
    "lid_json_count",
    "lid_json_name",
    "lid_json_quote",
];

/// Calls each function with a new client, against a service that answers like this, and
/// compares the number of requests.
fn count_requests(
    fail: impl Fn(TcpStream) + Send + Sync + 'static,
    expected: impl Fn(&str) -> usize,
) {
    let requests = Arc::new(AtomicUsize::new(0));
    let seen = requests.clone();
    let service = Listener::start(move |mut stream, _| {
        if read_request(&mut stream).is_some() {
            seen.fetch_add(1, Ordering::SeqCst);
            fail(stream);
        }
    });
    let mut library = Library::load(&service.base_url());
    for function in calls() {
        let name = function.name.as_str();
        let mut texts = library.usual(name);
        for (at, parameter) in function.parameters.iter().enumerate() {
            match parameter.name.as_str() {
                "token" if name == "lid_v2_verify_token" => {
                    let claims = v2_claims(&library, json!({"tokenType": "jwtAccess"}));
                    texts[at] = Some(token_with(claims).into_bytes());
                }
                "tx_token" if name == "lid_v2_verify_transaction" => {
                    let claims = v2_claims(&library, confirmation());
                    texts[at] = Some(token_with(claims).into_bytes());
                }
                "token" => texts[at] = Some(token().into_bytes()),
                "tx_token" => texts[at] = Some(token_with(confirmation()).into_bytes()),
                "username" if ["lid_verify_token", "lid_v2_verify_token"].contains(&name) => {
                    texts[at] = None;
                }
                _ => {}
            }
        }
        // A new client, because several fetches of keys in a row are not retried.
        let client = library.new_client();
        library.renew_v2_client();
        requests.store(0, Ordering::SeqCst);
        let done = library.call_on(client, &function, texts, None);
        let text = done.text.as_deref().unwrap_or_default();
        let sent = requests.load(Ordering::SeqCst);
        assert_eq!(sent, expected(name), "{name}: {text}");
        if sent > 0 {
            assert_ne!(done.status, 0, "{name}: {text}");
            let retryable = expected(name) == ATTEMPTS;
            assert_eq!(done.error("retryable"), retryable, "{name}: {text}");
        }
        library.free_made(&done);
        library.free(Some(client));
    }
}

/// A token that confirms the payload and the nonce of `Library::usual`.
fn confirmation() -> Value {
    let hash = digest(&SHA256, b"a-tx_payloada-nonce");
    json!({"nonce": "a-nonce", "tx_hash": URL_SAFE_NO_PAD.encode(hash)})
}

/// A token of this application with only a wrong signature, whose key has to be
/// fetched.
pub fn token() -> String {
    token_with(json!({}))
}

/// The same for the current service, with these claims besides.
fn v2_claims(library: &Library, mut claims: Value) -> Value {
    claims["iss"] = library.v2_base_url().into();
    claims["aud"] = "app".into();
    claims["exp"] = (now() + 600).into();
    claims
}

fn now() -> u64 {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    now.expect("a clock").as_secs()
}

fn token_with(mut claims: Value) -> String {
    if claims["aud"].is_null() {
        claims["aud"] = "a-client_id".into();
    }
    claims["iat"] = now().into();
    let header = json!({"alg": "ES256", "typ": "JWT", "kid": "new"});
    let [header, claims] = [header, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string()));
    format!("{header}.{claims}.{}", URL_SAFE_NO_PAD.encode([1; 64]))
}

fn listed(name: &str) -> usize {
    match name {
        _ if KEYS.contains(&name) || SAFE.contains(&name) => ATTEMPTS,
        _ if NO_CALLS.contains(&name) || LOCAL.contains(&name) => 0,
        // All others must not be carried out twice.
        _ => 1,
    }
}

fn answer(mut stream: TcpStream, text: &str) {
    // The client may have closed the connection.
    let _ = stream.write_all(text.as_bytes());
}

#[test]
fn every_listed_function_exists_and_is_listed_once() {
    let mut known: BTreeSet<String> = calls().into_iter().map(|known| known.name).collect();
    assert!(known.len() > 40, "{known:?}");
    for listed in [SAFE, LOCAL, NO_CALLS].concat() {
        assert!(known.remove(listed), "{listed}");
    }
    assert!(KEYS.iter().all(|name| LOCAL.contains(name)), "{KEYS:?}");
    assert!(CODES.iter().all(|name| known.contains(*name)), "{CODES:?}");
}

#[test]
fn a_request_whose_answer_is_lost_is_retried_only_if_that_is_safe() {
    count_requests(drop, listed);
}

#[test]
fn a_request_whose_connection_is_reset_is_retried_only_if_that_is_safe() {
    let reset = |stream: TcpStream| {
        let at_once = Some(Duration::ZERO);
        rustix::net::sockopt::set_socket_linger(&stream, at_once).expect("a socket");
    };
    count_requests(reset, listed);
}

#[test]
fn a_request_whose_answer_is_cut_off_is_retried_only_if_that_is_safe() {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":";
    count_requests(move |stream| answer(stream, half), listed);
}

#[test]
fn a_request_that_fails_in_the_service_is_retried_only_if_that_is_safe() {
    for status in ["500 Error", "502 Bad Gateway", "503 Busy", "504 Timeout"] {
        let text = refusal(status, "");
        count_requests(move |stream| answer(stream, &text), listed);
    }
}

/// The last answer over its connection.
fn refusal(status: &str, header: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{header}connection: close\r\ncontent-length: 2\r\n\r\n{{}}")
}

/// A gateway may answer although the service has carried out the call.
#[test]
fn a_503_with_retry_after_is_retried_only_if_that_is_safe() {
    let text = refusal("503 Busy", "retry-after: 0\r\n");
    count_requests(move |stream| answer(stream, &text), listed);
}

#[test]
fn a_rate_limited_request_is_retried_unless_it_carries_a_code() {
    let text = refusal("429 Slow Down", "retry-after: 0\r\n");
    let expected = |name: &str| match listed(name) {
        1 if CODES.contains(&name) => 1,
        sent => sent.min(1) * ATTEMPTS,
    };
    count_requests(move |stream| answer(stream, &text), expected);
}
