//! The connection breaks after every number of bytes of an answer.

use loginid_emulator::{Emulator, Fault, FaultKind};
use serde_json::json;

use crate::capi::{By, Client, Outcome, V2Client, config, lid_status, v2_config};
use crate::v2::login;

/// Cuts the answers of a call after 0, 1, 2, … bytes until the whole answer
/// arrives. Each cut answer must be a network error after exactly one request.
fn cut_everywhere(emulator: &Emulator, path: &str, reset: bool, call: impl Fn() -> Outcome) {
    let mut bytes = 0;
    loop {
        emulator.clear_requests();
        let cut = FaultKind::Truncate { bytes, reset };
        emulator.inject(Fault::new(cut).on_path(path).times(1));
        let outcome = call();
        let requests = emulator.requests();
        let sent = requests.iter().filter(|request| request.path == path);
        assert_eq!(sent.count(), 1, "{bytes} bytes");
        assert!(emulator.faults().is_empty(), "{bytes} bytes: not cut");
        if outcome.status == lid_status::LID_OK {
            break;
        }
        assert_eq!(
            outcome.status,
            lid_status::LID_ERROR_NETWORK,
            "{bytes} bytes, reset: {reset}: {}",
            outcome.text
        );
        assert_eq!(outcome.code(), "connection_lost", "{}", outcome.text);
        bytes += 1;
        assert!(bytes < 10_000, "the answer never arrives: {}", outcome.text);
    }
    // Every answer has a status line, two headers and a body.
    assert!(bytes > 80, "taken for whole after {bytes} bytes");
}

fn cut_calls(emulator: &Emulator, reset: bool) {
    let once = Client::new(&config(emulator, json!({"max_retries": 0})));
    let retrying = Client::new(&config(emulator, json!({"max_retries": 3})));
    let user = once.add_user("ann").ok();
    cut_everywhere(emulator, "/manage/users/retrieve", reset, || {
        once.get_user("ann")
    });
    // The last answer is complete. The service closes its connection, maybe only now.
    assert_eq!(retrying.get_user("ann").ok(), user);
    // Retries are configured, but must not happen.
    cut_everywhere(emulator, "/codes/short/generate", reset, || {
        retrying.generate_code("ann")
    });
}

#[test]
fn an_answer_closed_at_any_byte_is_a_network_error_and_nothing_is_sent_twice() {
    cut_calls(&Emulator::start(), false);
}

#[test]
fn an_answer_reset_at_any_byte_is_a_network_error_and_nothing_is_sent_twice() {
    cut_calls(&Emulator::start(), true);
}

#[test]
fn an_answer_cut_at_any_byte_under_tls_is_a_network_error_and_nothing_is_sent_twice() {
    cut_calls(&Emulator::builder().tls().start(), false);
}

#[test]
fn an_answer_reset_at_any_byte_under_tls_is_a_network_error_and_nothing_is_sent_twice() {
    cut_calls(&Emulator::builder().tls().start(), true);
}

#[test]
fn a_public_key_cut_at_any_byte_is_refused() {
    for emulator in [Emulator::start(), Emulator::builder().tls().start()] {
        let config = config(&emulator, json!({"max_retries": 0}));
        let client = Client::new(&config);
        let login = client.register_password("ann", "a good password").ok();
        let jwt = login["jwt"].as_str().expect("a token");
        for reset in [false, true] {
            // A new client each time: none has the key yet.
            cut_everywhere(&emulator, "/certs", reset, || {
                Client::new(&config).verify_token(jwt)
            });
        }
    }
}

#[test]
fn a_login_cut_at_any_byte_is_never_sent_twice() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({})));
    client.add_user("ann").ok();
    cut_everywhere(&emulator, "/authenticate/code/wait", false, || {
        let code = client.generate_code("ann").ok();
        let code = code["code"].as_str().expect("a code");
        client.wait_code("ann", code, 0)
    });
}

/// Cuts a call's own answer, that of the grant before it, and the key set.
fn cut_v2_calls(emulator: &Emulator, reset: bool) {
    let token = login(emulator);
    // A new client for each: the service closes the connection of the last answer, maybe later.
    let client =
        |max_retries| V2Client::new(&v2_config(emulator, json!({"max_retries": max_retries})));
    let (list, grant) = ("/fido2/v2/passkeys", "/fido2/v2/mgmt/grant");
    let once = client(0);
    cut_everywhere(emulator, list, reset, || {
        once.list_passkeys(By::Token(&token))
    });
    let once = client(0);
    cut_everywhere(emulator, grant, reset, || {
        once.list_passkeys(By::Name("ann"))
    });
    // Retries are configured, but must not happen.
    let retrying = client(3);
    cut_everywhere(emulator, "/fido2/v2/auth/otp", reset, || {
        retrying.create_otp(By::Name("ann"))
    });
    let retrying = client(3);
    cut_everywhere(emulator, grant, reset, || {
        retrying.create_grant("ann", "passkey:read")
    });
    // None has the keys yet.
    cut_everywhere(emulator, "/fido2/v2/.well-known/jwks.json", reset, || {
        client(0).verify_token(&token, None)
    });
}

#[test]
fn a_v2_answer_closed_at_any_byte_is_a_network_error_and_nothing_is_sent_twice() {
    cut_v2_calls(&Emulator::start(), false);
}

#[test]
fn a_v2_answer_reset_at_any_byte_is_a_network_error_and_nothing_is_sent_twice() {
    cut_v2_calls(&Emulator::start(), true);
}

#[test]
fn a_v2_answer_cut_at_any_byte_under_tls_is_a_network_error_and_nothing_is_sent_twice() {
    cut_v2_calls(&Emulator::builder().tls().start(), false);
}

/// Without a length an answer ends with its connection, and HTTP alone does not show
/// that it was cut: an incomplete JSON object must be refused.
#[test]
fn half_an_answer_without_a_length_is_an_error() {
    use base64::Engine;
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({"max_retries": 0})));
    let whole = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n{\"id\":\"a\",\"username\":\"ann\"}";
    let head = whole.find("\r\n\r\n").expect("a head") + 4;
    for bytes in head..=whole.len() {
        let base64 = base64::engine::general_purpose::STANDARD.encode(&whole[..bytes]);
        let raw = FaultKind::Raw {
            base64,
            hold_ms: 0,
            carried_out: false,
        };
        emulator.inject(Fault::new(raw).times(1));
        let outcome = client.get_user("ann");
        let expected = if bytes == whole.len() {
            lid_status::LID_OK
        } else {
            lid_status::LID_ERROR_RESPONSE
        };
        assert_eq!(outcome.status, expected, "{bytes}: {}", outcome.text);
    }
}

#[test]
fn no_answer_at_all_is_a_network_error() {
    let emulator = Emulator::start();
    let client = Client::new(&config(&emulator, json!({})));
    client.add_user("ann").ok();
    for reset in [false, true] {
        for carried_out in [false, true] {
            emulator.clear_requests();
            emulator.inject(Fault::new(FaultKind::Drop { carried_out, reset }).times(1));
            let outcome = client.generate_code("ann");
            assert_eq!(outcome.status, lid_status::LID_ERROR_NETWORK);
            assert_eq!(outcome.error("retryable"), false, "{}", outcome.text);
            assert_eq!(emulator.request_count(), 1);
            // A call that changes nothing is retried.
            emulator.inject(Fault::new(FaultKind::Drop { carried_out, reset }).times(2));
            client.get_user("ann").ok();
            assert_eq!(emulator.request_count(), 4);
        }
    }
}
