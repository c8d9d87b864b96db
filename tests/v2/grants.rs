//! Calls for a user: by a token of the user, or by a grant that is requested for one attempt.

use std::time::{Duration, Instant};

use loginid::Status;
use serde_json::json;

use crate::service::{Answer, Request, Service, answer, empty};

/// Answers grants with numbered tokens, and other requests with `decide`.
fn granting(mut decide: impl FnMut(&Request) -> Answer + Send + 'static) -> Service {
    let mut number = 0;
    Service::start(move |request| {
        if request.line.ends_with("/mgmt/grant") {
            number += 1;
            return answer(200, json!({"token": format!("grant.{number}")}));
        }
        decide(request)
    })
}

#[test]
fn a_grant_has_the_scope_of_the_call_and_is_used_once() {
    let service = granting(|request| match request.line.as_str() {
        "GET /fido2/v2/passkeys" => answer(200, json!([])),
        line if line.contains("aaguid") || line.ends_with("/otp") => answer(200, json!({})),
        _ => empty(),
    });
    let client = service.client();
    let ann = Some("ann");
    let mut number = 0;
    let mut check = |result: loginid::Result<String>, scope: &str, line: &str| {
        result.expect(line);
        number += 1;
        let requests = service.requests();
        let [grant, call] = &requests[..] else {
            panic!("{requests:?}")
        };
        assert_eq!(grant.json(), json!({"grants": [scope], "username": "ann"}));
        assert!(grant.header("authorization").unwrap().starts_with("Basic "));
        assert_eq!(call.line, line);
        let bearer = format!("Bearer grant.{number}");
        assert_eq!(call.header("authorization"), Some(bearer.as_str()));
    };
    let (read, write) = ("passkey:read", "passkey:write");
    check(
        client.list_passkeys(ann, None),
        read,
        "GET /fido2/v2/passkeys",
    );
    let renamed = client.rename_passkey("p1", "My key", ann, None);
    check(renamed, write, "PUT /fido2/v2/passkeys/p1");
    let deleted = client.delete_passkey("p1", ann, None);
    check(deleted, write, "DELETE /fido2/v2/passkeys/p1");
    let authenticator = client.get_authenticator("a1", ann, None);
    check(authenticator, read, "GET /fido2/v2/passkeys/aaguid/a1");
    let code = client.create_otp(ann, None);
    check(code, "auth:write", "POST /fido2/v2/auth/otp");
    check(
        client.list_passkeys(ann, None),
        read,
        "GET /fido2/v2/passkeys",
    );
}

#[test]
fn each_attempt_has_a_grant_of_its_own() {
    let mut attempts = 0;
    let service = granting(move |_| {
        attempts += 1;
        match attempts {
            1 => answer(503, json!({"message": "later"})),
            _ => answer(200, json!([])),
        }
    });
    let list = service.client().list_passkeys(Some("ann"), None);
    assert_eq!(list.expect("a list"), r#"{"passkeys":[]}"#);
    let sent = service.requests();
    let bearers: Vec<_> = sent
        .iter()
        .filter_map(|one| one.header("authorization"))
        .filter(|value| value.starts_with("Bearer"))
        .collect();
    assert_eq!(bearers, ["Bearer grant.1", "Bearer grant.2"]);
    assert_eq!(sent.len(), 4);
}

#[test]
fn a_failed_grant_says_that_it_was_the_grant() {
    let refusal = json!({"msg": "no scope", "msgCode": "forbidden"});
    let service = Service::start(move |_| answer(403, refusal.clone()));
    let error = service
        .client()
        .list_passkeys(Some("ann"), None)
        .unwrap_err();
    assert_eq!(error.operation(), Some("v2_create_grant"));
    assert_eq!(error.code(), "forbidden");
    assert_eq!(service.request_lines(), ["POST /fido2/v2/mgmt/grant"]);
    let service = granting(|_| answer(403, json!({"msg": "not yours", "msgCode": "forbidden"})));
    let error = service
        .client()
        .list_passkeys(Some("ann"), None)
        .unwrap_err();
    assert_eq!(error.operation(), Some("v2_list_passkeys"));
    assert_eq!(error.message(), "not yours");
}

#[test]
fn a_grant_inside_a_call_is_repeated_and_one_for_the_caller_is_not() {
    let overloaded = || Service::start(|_| answer(503, json!({"message": "later"})));
    let service = overloaded();
    service
        .client()
        .list_passkeys(Some("ann"), None)
        .unwrap_err();
    assert_eq!(service.requests().len(), 2);
    let service = overloaded();
    service
        .client()
        .create_grant("ann", "passkey:read")
        .unwrap_err();
    assert_eq!(service.requests().len(), 1);
    let error = service.client().create_grant("ann", "  ").unwrap_err();
    assert_eq!(error.status(), Status::LID_ERROR_INVALID_ARGUMENT);
}

#[test]
fn an_answer_without_a_usable_grant_sends_no_call() {
    for token in [
        json!(null),
        json!(""),
        json!(7),
        json!("a b"),
        json!("a\r\nX: y"),
    ] {
        let service = Service::start(move |_| answer(200, json!({ "token": token })));
        let error = service
            .client()
            .list_passkeys(Some("ann"), None)
            .unwrap_err();
        assert_eq!(error.code(), "missing_jwt");
        assert_eq!(error.operation(), Some("v2_create_grant"));
        assert_eq!(service.requests().len(), 1);
    }
}

#[test]
fn one_deadline_covers_grant_and_call() {
    let service = granting(|_| {
        std::thread::sleep(Duration::from_secs(3));
        answer(200, json!([]))
    });
    let client = service
        .client()
        .with_options(Some(r#"{"timeout_ms":500}"#), None);
    let began = Instant::now();
    let error = client
        .unwrap()
        .list_passkeys(Some("ann"), None)
        .unwrap_err();
    assert_eq!(error.status(), Status::LID_ERROR_TIMEOUT, "{error}");
    assert_eq!(error.operation(), Some("v2_list_passkeys"));
    assert!(began.elapsed() < Duration::from_secs(2));
}

#[test]
fn either_a_token_or_a_username_is_given() {
    let service = granting(|_| answer(200, json!([])));
    let client = service.client();
    for (username, token) in [(None, None), (Some("ann"), Some("a.b"))] {
        let error = client.list_passkeys(username, token).unwrap_err();
        assert_eq!(error.code(), "token_or_username_required");
        assert_eq!(error.status(), Status::LID_ERROR_INVALID_ARGUMENT);
    }
    for token in ["a b", "é", "a\r\nX: y", &"a".repeat(16 * 1024 + 1)] {
        let error = client.list_passkeys(None, Some(token)).unwrap_err();
        assert_eq!(error.code(), "invalid_token");
        let error = client.register_init("ann", None, Some(token)).unwrap_err();
        assert_eq!(error.code(), "invalid_token");
    }
    assert_eq!(service.requests().len(), 0);
    // No key is needed with a token.
    let client = service.client_with(json!({"api_key": null}));
    client.list_passkeys(None, Some("a.b")).expect("a list");
    assert_eq!(
        service.request().header("authorization"),
        Some("Bearer a.b")
    );
}
