//! Answers that are hostile or broken.

use std::ptr;

use loginid::ffi::{lid_delete_by_user_id, lid_delete_by_username};
use loginid_emulator::{Emulator, Fault};
use serde_json::json;

use crate::broken::{broken_answers, status, with_body};
use crate::capi::lid_status::*;
use crate::capi::{Client, Outcome, c, config};
use crate::deadline::{LIMIT_MS, in_time};

#[test]
fn a_broken_answer_is_an_error_in_time_and_is_not_requested_again() {
    meet_broken_answers(&Emulator::start());
}

#[test]
fn a_broken_answer_over_tls_is_an_error_in_time_and_is_not_requested_again() {
    meet_broken_answers(&Emulator::builder().tls().start());
}

fn meet_broken_answers(emulator: &Emulator) {
    let config = config(emulator, json!({"request_timeout_ms": LIMIT_MS}));
    let client = Client::new(&config);
    client.add_user("ann").ok();
    for (what, fault, expected, code) in broken_answers() {
        emulator.clear_requests();
        emulator.inject(Fault::new(fault).times(1));
        let outcome = in_time(what, || client.generate_code("ann"));
        assert_eq!(outcome.status, expected, "{what}: {}", outcome.text);
        assert_eq!(outcome.code(), code, "{what}: {}", outcome.text);
        assert_eq!(outcome.error("retryable"), false, "{what}");
        assert_eq!(emulator.request_count(), 1, "{what}");
        // The connection of that answer is not reused, and the client still works.
        client.get_user("ann").ok();
    }
}

/// What is no answer of the service confirms no deletion.
#[test]
fn a_page_of_a_gateway_is_no_success() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({})));
    let user = c("u1");
    // SAFETY: the header's contract, with living arguments.
    let calls: [&dyn Fn() -> Outcome; 2] = unsafe {
        [
            &|| client.call(|client, out| lid_delete_by_user_id(client, user.as_ptr(), out)),
            &|| client.call(|client, out| lid_delete_by_username(client, user.as_ptr(), out)),
        ]
    };
    for call in calls {
        for body in ["<html>Log in to this network</html>", "[]", "null", "OK"] {
            emulator.inject(Fault::new(with_body("", body)).times(1));
            let outcome = call();
            assert_eq!(outcome.status, LID_ERROR_RESPONSE, "{}", outcome.text);
            assert_eq!(outcome.code(), "invalid_response", "{body}");
        }
        // A status of success with an object, or with nothing, is one of a later version.
        for body in ["{}", r#"{"id":"u1"}"#, "", " \r\n"] {
            emulator.inject(Fault::new(with_body("", body)).times(1));
            assert_eq!(call().text, "{}");
        }
    }
}

/// An error with an object that cannot be used says so: it has a message, which is not read.
#[test]
fn an_error_whose_object_cannot_be_used_says_why() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({})));
    let deep = format!(r#"{{"message":"m","a":{}}}"#, "[".repeat(200));
    for (body, says) in [
        (
            r#"{"code":"a","code":"b","message":"m"}"#,
            "the member 'code' twice",
        ),
        (deep.as_str(), "nested too deeply"),
        ("<html>", "without a message"),
        ("", "without a message"),
    ] {
        emulator.inject(Fault::new(status(400, body)).times(1));
        let outcome = client.get_user("ann");
        assert_eq!(outcome.code(), "http_error", "{}", outcome.text);
        let message = outcome.error("message").to_string();
        assert!(message.contains(says), "{message}");
    }
}

/// A message is a C string.
#[test]
fn a_zero_byte_in_a_message_of_the_service_is_replaced() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({})));
    let body = r#"{"code":"bad","message":"a\u0000b"}"#;
    emulator.inject(Fault::new(status(400, body)).times(1));
    let outcome = client.get_user("ann");
    assert_eq!(outcome.error("message"), "a\u{fffd}b");
}

#[test]
fn an_answer_with_unusual_but_legal_headers_is_read() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({})));
    let many = "x-a: b\r\n".repeat(126);
    let long = format!("x-a: {}\r\n", "b".repeat(14 << 10));
    for head in [
        "x-a: 1\r\nx-a: 2\r\n",
        "X-Odd:\t value \t\r\n",
        "set-cookie: a=b\r\n",
        &many,
        &long,
    ] {
        emulator.inject(Fault::new(with_body(head, r#"{"n":1.10}"#)).times(1));
        assert_eq!(client.get_user("ann").text, r#"{"n":1.10}"#);
    }
}

/// It is unknown which of the two the caller's parser would read.
#[test]
fn a_duplicate_of_a_member_that_the_library_reads_is_an_error() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({})));
    let login = client.register_password("ann", "a good password").ok();
    let jwt = login["jwt"].as_str().expect("a token");
    let payload = c("pay");
    let answer = |body: String| {
        let answer = with_body("", body.replace("JWT", jwt));
        emulator.inject(Fault::new(answer).times(1));
    };
    for second in [r#""jwt":"JWT""#, r#""\u006awt":"x""#, r#""j\u0077t":null"#] {
        for body in [
            format!(r#"{{"jwt":"JWT",{second}}}"#),
            format!(r#"{{{second},"jwt":"JWT"}}"#),
        ] {
            answer(body.clone());
            let outcome = client.authenticate_password("ann", "a good password");
            assert_eq!(outcome.status, LID_ERROR_RESPONSE, "{}", outcome.text);
            assert_eq!(outcome.code(), "invalid_response", "{body}");
        }
    }
    // A single member is accepted in any spelling.
    answer(r#"{"a":1,"\u006awt":"JWT","a":2}"#.to_owned());
    client.authenticate_password("ann", "a good password").ok();
    answer(r#"{"id":"a","nonce":"b","\u006eonce":"c"}"#.to_owned());
    // SAFETY: the header's contract, with living arguments.
    let outcome = client.call(|client, out| unsafe {
        loginid::ffi::lid_create_tx(client, payload.as_ptr(), ptr::null(), ptr::null(), out)
    });
    assert_eq!(outcome.code(), "invalid_response", "{}", outcome.text);
}

#[test]
fn a_request_too_large_for_any_server_is_an_argument_error_and_not_sent() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({})));
    let long = "x".repeat(80_000);
    let user_id = c(&long);
    // SAFETY: the header's contract, with living arguments.
    let by_id = client.call(|client, out| unsafe {
        loginid::ffi::lid_activate_user_by_id(client, user_id.as_ptr(), out)
    });
    let headers = config(&emulator, json!({"headers": {"x-gateway": long.as_str()}}));
    let by_headers = Client::new(&headers).get_user("ann");
    let names = (0..300).map(|n| (format!("x-{}-{n}", "a".repeat(60)), json!("v")));
    let names: serde_json::Map<_, _> = names.collect();
    let by_names = Client::new(&config(&emulator, json!({"headers": names}))).get_user("ann");
    for outcome in [client.get_user(&long), by_id, by_headers, by_names] {
        assert_eq!(
            outcome.status, LID_ERROR_INVALID_ARGUMENT,
            "{}",
            outcome.text
        );
        assert_eq!(outcome.code(), "request_too_large");
    }
    assert_eq!(emulator.request_count(), 0);
}
