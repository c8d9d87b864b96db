//! Which calls are retried, when, and with which headers.

use std::collections::HashSet;
use std::time::{Duration, Instant, SystemTime};

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::json;

use crate::capi::lid_status::*;
use crate::capi::{Client, config};
use crate::deadline::{LIMIT_MS, in_time};

fn refusal(code: u16, retry_after: Option<&str>) -> FaultKind {
    let header = retry_after.map(|value| ("Retry-After".to_owned(), value.to_owned()));
    FaultKind::Status {
        code,
        body: r#"{"code":"busy","message":"Later"}"#.to_owned(),
        content_type: None,
        headers: header.into_iter().collect(),
        carried_out: false,
    }
}

/// The distinct values of a header over all requests.
fn values(emulator: &Emulator, header: &str) -> HashSet<String> {
    let requests = emulator.requests();
    let value = |request: &loginid_emulator::Request| {
        request
            .header(header)
            .expect("the header is sent")
            .to_owned()
    };
    requests.iter().map(value).collect()
}

#[test]
fn each_attempt_has_a_new_token_and_the_same_request_id() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({"max_retries": 3})));
    client.add_user("ann").ok();
    emulator.clear_requests();
    emulator.inject(Fault::new(refusal(500, None)).times(3));
    client.get_user("ann").ok();
    assert_eq!(emulator.request_count(), 4);
    assert_eq!(values(&emulator, "authorization").len(), 4);
    assert_eq!(values(&emulator, "request-id").len(), 1);
    client.get_user("ann").ok();
    assert_eq!(values(&emulator, "request-id").len(), 2);
}

#[test]
fn what_is_retried_depends_on_the_answer_and_the_call() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({"max_retries": 2})));
    client.add_user("ann").ok();
    // status, Retry-After, requests of a call that changes nothing, of one that does
    for (code, retry_after, safe, unsafe_) in [
        (400, None, 1, 1),
        (404, Some("0"), 1, 1),
        (429, None, 3, 3),
        (429, Some("0"), 3, 3),
        (429, Some("nonsense"), 3, 3),
        (500, None, 3, 1),
        (500, Some("0"), 3, 1),
        (502, None, 3, 1),
        (503, None, 3, 1),
        (503, Some("0"), 3, 1),
        (504, None, 3, 1),
    ] {
        let fault = refusal(code, retry_after);
        emulator.inject(Fault::new(fault));
        emulator.clear_requests();
        let outcome = client.get_user("ann");
        assert_eq!(emulator.request_count(), safe, "{code}: {}", outcome.text);
        assert_eq!(outcome.error("http_status"), code);
        assert_eq!(outcome.error("retryable"), safe > 1, "{code}");
        emulator.clear_requests();
        let outcome = client.generate_code("ann");
        assert_eq!(
            emulator.request_count(),
            unsafe_,
            "{code}: {}",
            outcome.text
        );
        assert_eq!(outcome.error("retryable"), unsafe_ > 1, "{code}");
        emulator.clear_faults();
    }
}

#[test]
fn retry_after_is_waited_for_in_seconds_and_as_a_date() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({"request_timeout_ms": 30_000})));
    client.add_user("ann").ok();
    let started = Instant::now();
    emulator.inject(Fault::new(refusal(429, Some("1"))).times(1));
    client.generate_code("ann").ok();
    assert!(started.elapsed() >= Duration::from_secs(1));

    // A date has whole seconds, so that it is more than one second away.
    let date = httpdate::fmt_http_date(SystemTime::now() + Duration::from_secs(2));
    let started = Instant::now();
    emulator.inject(Fault::new(refusal(503, Some(&date))).times(1));
    client.get_user("ann").ok();
    let took = started.elapsed();
    assert!(took >= Duration::from_millis(900), "{took:?}");

    let past = "Sun, 06 Nov 1994 08:49:37 GMT";
    emulator.inject(Fault::new(refusal(503, Some(past))).times(1));
    let client = Client::new(&config(&emulator, json!({"max_retries": 0})));
    assert_eq!(client.get_user("ann").error("retry_after_ms"), 0);
}

#[test]
fn a_retry_after_past_the_deadline_is_reported_and_not_waited_for() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({"request_timeout_ms": LIMIT_MS})));
    for value in ["3600", "4294967295"] {
        emulator.clear_requests();
        emulator.inject(Fault::new(refusal(429, Some(value))).times(1));
        let started = Instant::now();
        let outcome = client.get_user("ann");
        assert!(started.elapsed() < Duration::from_millis(LIMIT_MS));
        assert_eq!(outcome.status, LID_ERROR_RATE_LIMITED);
        let expected = value.parse::<u64>().expect("a number") * 1000;
        assert_eq!(outcome.error("retry_after_ms"), expected);
        assert_eq!(outcome.error("retryable"), true);
        assert_eq!(emulator.request_count(), 1);
    }
}

#[test]
fn all_attempts_share_one_deadline() {
    let emulator = Emulator::start();
    let further = json!({"request_timeout_ms": LIMIT_MS, "max_retries": 10});
    let client = Client::new(&config(&emulator, further));
    emulator.inject(
        Fault::new(FaultKind::Drop {
            carried_out: false,
            reset: true,
        })
        .times(3),
    );
    let delay = FaultKind::Delay {
        ms: 60_000,
        carried_out: false,
    };
    emulator.inject(Fault::new(delay));
    let outcome = in_time("retries", || client.get_user("ann"));
    assert_eq!(outcome.status, LID_ERROR_TIMEOUT, "{}", outcome.text);
    assert_eq!(outcome.error("retryable"), true);
    assert_eq!(emulator.request_count(), 4);
}
