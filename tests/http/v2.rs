//! The same for the current service: calls with an API key, calls with a token, and calls that
//! request a grant first.

use std::io::Write;
use std::sync::{Arc, Mutex, mpsc};

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::{Value, json};

use crate::broken::{broken_answers, with_body};
use crate::capi::lid_status::*;
use crate::capi::{By, Outcome, V2Client, v2_config};
use crate::deadline::{LIMIT_MS, in_time};
use crate::listener::{Listener, read_request};
use crate::proxy::{ESTABLISHED, Proxy, hidden};

const GRANT: &str = "/fido2/v2/mgmt/grant";
const PASSKEYS: &str = "/fido2/v2/passkeys";
const OTP: &str = "/fido2/v2/auth/otp";

const ANN: By<'_> = By::Name("ann");

pub fn login(emulator: &Emulator) -> String {
    let login = emulator.v2().login("ann").expect("a login");
    login["jwtAccess"].as_str().expect("a token").to_owned()
}

/// The paths of the requests since the last time.
fn paths(emulator: &Emulator) -> Vec<String> {
    let requests = emulator.requests();
    emulator.clear_requests();
    requests.into_iter().map(|request| request.path).collect()
}

fn status(code: u16, headers: &[(&str, &str)]) -> FaultKind {
    let headers = headers.iter();
    FaultKind::Status {
        code,
        body: r#"{"message":"later"}"#.to_owned(),
        content_type: None,
        headers: headers
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
        carried_out: false,
    }
}

fn meet_broken_answers(emulator: &Emulator, by: By<'_>, path: &str, operation: &str) {
    let config = v2_config(
        emulator,
        json!({"request_timeout_ms": LIMIT_MS, "max_retries": 0}),
    );
    let client = V2Client::new(&config);
    for (what, fault, expected, code) in broken_answers() {
        emulator.clear_requests();
        emulator.inject(Fault::new(fault).on_path(path).times(1));
        let outcome = in_time(what, || client.create_otp(by));
        assert_eq!(outcome.status, expected, "{what}: {}", outcome.text);
        assert_eq!(outcome.code(), code, "{what}: {}", outcome.text);
        assert_eq!(outcome.error("operation"), operation, "{what}");
        // Nothing follows an answer that cannot be used.
        assert_eq!(paths(emulator), [path], "{what}");
        // The connection of that answer is not reused, and the client still works.
        client.create_otp(by).ok();
    }
}

#[test]
fn a_broken_answer_is_an_error_in_time_and_is_not_requested_again() {
    let emulator = Emulator::start();
    let token = login(&emulator);
    meet_broken_answers(&emulator, By::Token(&token), OTP, "v2_create_otp");
}

#[test]
fn a_broken_answer_over_tls_is_an_error_in_time_and_is_not_requested_again() {
    let emulator = Emulator::builder().tls().start();
    let token = login(&emulator);
    meet_broken_answers(&emulator, By::Token(&token), OTP, "v2_create_otp");
}

#[test]
fn a_broken_answer_to_a_grant_ends_its_call() {
    let emulator = Emulator::start();
    login(&emulator);
    meet_broken_answers(&emulator, ANN, GRANT, "v2_create_grant");
}

/// What is no answer of the service confirms nothing: no deletion and no e-mail address.
#[test]
fn a_page_of_a_gateway_is_no_success() {
    let emulator = Emulator::start();
    let client = V2Client::new(&v2_config(&emulator, json!({})));
    let calls: [fn(&V2Client) -> Outcome; 3] = [
        |client| client.delete_user("u1"),
        |client| client.verify_email("ann", "123456"),
        |client| client.verify_token_remote("a.b.c"),
    ];
    for call in calls {
        for body in ["<html>Log in to this network</html>", "[]", "null", "OK"] {
            for head in ["", "content-type: text/html\r\n"] {
                emulator.inject(Fault::new(with_body(head, body)).times(1));
                let outcome = call(&client);
                assert_eq!(outcome.status, LID_ERROR_RESPONSE, "{}", outcome.text);
                assert_eq!(outcome.code(), "invalid_response", "{body}");
            }
        }
    }
    // A status of success with an object, or with nothing, is one of a later version.
    for body in ["{}", r#"{"id":"u1"}"#, "", " \r\n"] {
        emulator.inject(Fault::new(with_body("", body)).times(1));
        assert_eq!(client.delete_user("u1").text, "{}");
    }
}

/// No content follows a 204, whatever it announces: what does is no answer to the next call.
#[test]
fn what_follows_a_204_is_not_read_as_the_next_answer() {
    let service = Listener::start(|mut stream, _| {
        while read_request(&mut stream).is_some() {
            let more = r#"{"version":"forged"}"#;
            let length = more.len();
            let answer = format!("HTTP/1.1 204 Done\r\ncontent-length: {length}\r\n\r\n{more}");
            if stream.write_all(answer.as_bytes()).is_err() {
                return;
            }
        }
    });
    let client = V2Client::new(&json!({
        "base_url": service.base_url(), "application_id": "app", "api_key": "key", "max_retries": 0,
    }));
    for _ in 0..10 {
        assert_eq!(client.delete_user("u1").text, "{}");
    }
    assert_eq!(
        service.accepted(),
        10,
        "each call has a connection of its own"
    );
}

#[test]
fn redirects_are_never_followed_and_no_other_host_receives_a_credential() {
    let other = Listener::start(|_, _| {});
    for emulator in [Emulator::start(), Emulator::builder().tls().start()] {
        let token = login(&emulator);
        for code in [300, 301, 302, 303, 304, 305, 307, 308] {
            for location in [other.base_url(), format!("{}/tx", emulator.base_url())] {
                // A new one, since keys are not requested again so soon.
                let client = V2Client::new(&v2_config(&emulator, json!({})));
                emulator.clear_requests();
                emulator.inject(Fault::new(FaultKind::Redirect {
                    code,
                    location,
                    carried_out: false,
                }));
                for outcome in [
                    client.delete_user("u1"),
                    client.list_passkeys(By::Token(&token)),
                    client.list_passkeys(ANN),
                    client.verify_token_remote(&token),
                    client.verify_token(&token, None),
                ] {
                    assert_eq!(outcome.status, LID_ERROR_RESPONSE, "{}", outcome.text);
                    assert_eq!(outcome.code(), "unexpected_redirect");
                    assert_eq!(outcome.error("http_status"), code);
                }
                assert_eq!(emulator.request_count(), 5, "{code}");
                emulator.clear_faults();
            }
        }
    }
    assert_eq!(other.accepted(), 0);
}

#[test]
fn a_proxy_receives_no_credential() {
    for tls in [true, false] {
        let emulator = hidden(tls);
        let token = login(&emulator);
        let proxy = Proxy::tunnelling(ESTABLISHED);
        let elsewhere = emulator
            .base_url()
            .replace("127.0.0.1", "elsewhere.invalid");
        // No application of the emulator has this host, but the requests arrive.
        let further = json!({"proxy": proxy.url(), "base_url": elsewhere, "allow_http": true});
        let client = V2Client::new(&v2_config(&emulator, further));
        for outcome in [
            client.delete_user("u1"),
            client.list_passkeys(By::Token(&token)),
            client.list_passkeys(ANN),
        ] {
            assert_ne!(outcome.code(), "proxy_failed", "{}", outcome.text);
        }
        let heads = proxy.heads();
        assert_eq!(heads.len(), 1, "one tunnel for all: {heads:?}");
        let head = heads[0].to_lowercase();
        assert!(head.starts_with("connect elsewhere.invalid:"), "{head}");
        let own = head.lines().filter(|line| line.contains("authorization"));
        // That of the proxy's URL.
        assert_eq!(
            own.collect::<Vec<_>>(),
            ["proxy-authorization: basic dxnlcjpwqhnz"]
        );
        assert!(emulator.request_count() >= 3);
    }
}

#[test]
fn an_idle_connection_that_the_service_closed_is_not_reused() {
    let requests = Arc::new(Mutex::new(Vec::new()));
    let (closed, is_closed) = mpsc::channel();
    let (seen, closed) = (requests.clone(), Mutex::new(closed));
    let service = Listener::start(move |mut stream, _| {
        // Both requests of a call, and then it closes.
        for body in [r#"{"token":"a.b.c"}"#, r#"{"code":"123456"}"#] {
            let request = read_request(&mut stream).expect("a request");
            seen.lock().expect("no panic").push(request);
            let length = body.len();
            let answer = format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n\r\n{body}");
            stream.write_all(answer.as_bytes()).expect("a reader");
        }
        drop(stream);
        closed.lock().expect("no panic").send(()).expect("a test");
    });
    let client = V2Client::new(&json!({
        "base_url": service.base_url(), "application_id": "app", "api_key": "key",
        "max_retries": 0,
    }));
    for _ in 0..20 {
        client.create_otp(ANN).ok();
        is_closed.recv().expect("a service");
    }
    let requests = requests.lock().expect("no panic");
    assert_eq!(requests.len(), 40, "each request was sent once");
}

/// Each call that acts for a user, and whether it may be repeated after it was sent.
const FOR_A_USER: [(&str, bool, &str); 2] = [
    ("v2_list_passkeys", true, PASSKEYS),
    ("v2_create_otp", false, OTP),
];

fn make(client: &V2Client, operation: &str, by: By<'_>) -> Outcome {
    match operation {
        "v2_list_passkeys" => client.list_passkeys(by),
        _ => client.create_otp(by),
    }
}

#[test]
fn a_grant_is_repeated_and_its_call_only_if_that_is_safe() {
    let emulator = Emulator::start();
    login(&emulator);
    let client = V2Client::new(&v2_config(&emulator, json!({"max_retries": 2})));
    let busy = status(503, &[("Retry-After", "0")]);
    let limited = status(429, &[("Retry-After", "0")]);
    for (operation, is_safe, path) in FOR_A_USER {
        // One failed grant does not fail the call.
        for fault in [&busy, &limited] {
            emulator.inject(Fault::new(fault.clone()).on_path(GRANT).times(1));
            make(&client, operation, ANN).ok();
            assert_eq!(paths(&emulator), [GRANT, GRANT, path]);
        }
        emulator.inject(Fault::new(limited.clone()).on_path(path).times(1));
        make(&client, operation, ANN).ok();
        assert_eq!(paths(&emulator), [GRANT, path, GRANT, path]);
        emulator.inject(Fault::new(busy.clone()).on_path(path).times(1));
        let outcome = make(&client, operation, ANN);
        match is_safe {
            true => assert_eq!(outcome.status, LID_OK, "{}", outcome.text),
            false => {
                assert_eq!(outcome.error("http_status"), 503);
                assert_eq!(outcome.error("retryable"), false);
            }
        }
        assert_eq!(paths(&emulator).len(), if is_safe { 4 } else { 2 });
    }
    // A grant for the caller may have been made.
    for (fault, code, sent) in [(&busy, 503, 1), (&limited, 429, 3)] {
        emulator.inject(Fault::new(fault.clone()).on_path(GRANT).times(3));
        let outcome = client.create_grant("ann", "passkey:read");
        assert_eq!(outcome.error("http_status"), code, "{}", outcome.text);
        assert_eq!(paths(&emulator).len(), sent);
        emulator.clear_faults();
    }
}

#[test]
fn a_grant_whose_retry_after_is_past_the_deadline_ends_the_call() {
    let emulator = Emulator::start();
    let config = v2_config(&emulator, json!({"request_timeout_ms": LIMIT_MS}));
    let client = V2Client::new(&config);
    for code in [429, 503] {
        let refusal = status(code, &[("Retry-After", "60")]);
        emulator.inject(Fault::new(refusal).on_path(GRANT).times(1));
        let outcome = in_time("Retry-After", || client.list_passkeys(ANN));
        assert_eq!(outcome.error("http_status"), code, "{}", outcome.text);
        assert_eq!(outcome.error("retry_after_ms"), 60_000);
        assert_eq!(outcome.error("operation"), "v2_create_grant");
        assert_eq!(paths(&emulator), [GRANT]);
    }
}

/// Each request alone would be in time.
#[test]
fn one_deadline_covers_a_grant_and_its_call() {
    let emulator = Emulator::start();
    login(&emulator);
    let config = v2_config(&emulator, json!({"request_timeout_ms": LIMIT_MS}));
    let client = V2Client::new(&config);
    for path in [GRANT, PASSKEYS] {
        let late = FaultKind::Delay {
            ms: LIMIT_MS * 7 / 10,
            carried_out: false,
        };
        emulator.inject(Fault::new(late).on_path(path).times(1));
    }
    let outcome = in_time("both are late", || client.list_passkeys(ANN));
    assert_eq!(outcome.status, LID_ERROR_TIMEOUT, "{}", outcome.text);
    assert_eq!(outcome.error("operation"), "v2_list_passkeys");
    assert_eq!(paths(&emulator), [GRANT, PASSKEYS]);
}

/// Many callers of a slow service that refuses each of them once: each gets its own answer.
#[test]
fn many_callers_of_a_slow_service_get_their_answers() {
    const CALLERS: usize = 32;
    let emulator = Emulator::start();
    for number in 0..CALLERS {
        let login = emulator.v2().login(&format!("user-{number}"));
        login.expect("a login");
    }
    let config = v2_config(&emulator, json!({"request_timeout_ms": 60_000}));
    let client = V2Client::new(&config);
    let late = FaultKind::Delay {
        ms: 300,
        carried_out: true,
    };
    let limited = status(429, &[("Retry-After", "0")]);
    emulator.inject(Fault::new(limited).on_path(PASSKEYS).times(CALLERS as u32));
    emulator.inject(Fault::new(late).on_path(GRANT));
    std::thread::scope(|scope| {
        for number in 0..CALLERS {
            let client = &client;
            scope.spawn(move || {
                let name = format!("user-{number}");
                let list = client.list_passkeys(By::Name(&name)).ok();
                assert_eq!(list["passkeys"].as_array().map(Vec::len), Some(1), "{list}");
            });
        }
    });
    let paths = paths(&emulator);
    let count = |path: &str| paths.iter().filter(|sent| *sent == path).count();
    // Each attempt has a grant of its own, and no request is without need.
    assert_eq!(count(PASSKEYS), 2 * CALLERS);
    assert_eq!(count(GRANT), 2 * CALLERS);
}

/// An API gateway in front of the service has errors of its own.
#[test]
fn an_error_of_a_gateway_is_not_taken_for_the_services() {
    let answer: Arc<Mutex<(u16, Value)>> = Arc::default();
    let given = answer.clone();
    let service = Listener::start(move |mut stream, _| {
        while read_request(&mut stream).is_some() {
            let (status, body) = given.lock().expect("no panic").clone();
            let body = body.to_string();
            let length = body.len();
            let sent = format!("HTTP/1.1 {status} -\r\ncontent-length: {length}\r\n\r\n{body}");
            if stream.write_all(sent.as_bytes()).is_err() {
                return;
            }
        }
    });
    let client = V2Client::new(&json!({
        "base_url": service.base_url(), "application_id": "app", "api_key": "key",
        "max_retries": 0, "request_timeout_ms": 60_000,
    }));
    for status in [401, 403, 404] {
        for body in [json!({"message": "Unauthorized"}), json!({}), json!("no")] {
            *answer.lock().expect("no panic") = (status, body.clone());
            for outcome in [
                client.delete_user("u1"),
                client.list_passkeys(By::Token("a.b.c")),
                client.list_passkeys(ANN),
                client.verify_token_remote("a.b.c"),
            ] {
                assert_eq!(outcome.status, LID_ERROR_API, "{}", outcome.text);
                assert_eq!(outcome.code(), "http_error", "{}", outcome.text);
                assert_eq!(outcome.error("http_status"), status);
                if body["message"].is_string() {
                    assert_eq!(outcome.error("message"), "Unauthorized");
                }
            }
        }
    }
}

/// The last attempt's deadline does not delay the next call.
#[test]
fn a_client_works_after_a_service_that_was_slow() {
    let emulator = Emulator::start();
    login(&emulator);
    let client = V2Client::new(&v2_config(&emulator, json!({})));
    let slow = FaultKind::Slow {
        bytes_per_second: 1,
    };
    emulator.inject(Fault::new(slow).on_path(PASSKEYS).times(1));
    let hurried = client.with_options(r#"{"timeout_ms":300,"max_retries":0}"#);
    let outcome = in_time("slow", || hurried.list_passkeys(ANN));
    assert_eq!(outcome.status, LID_ERROR_TIMEOUT, "{}", outcome.text);
    let outcome = in_time("after it", || client.list_passkeys(ANN));
    assert_eq!(outcome.status, LID_OK, "{}", outcome.text);
}
