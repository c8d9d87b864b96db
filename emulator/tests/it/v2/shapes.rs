//! Every answer, compared with a table of shapes that was written from the description of the protocol, not from
//! the emulator.

use std::collections::{BTreeMap, BTreeSet};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use loginid_emulator::Emulator;
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json};

use super::{ORIGIN, V2App, auth_complete, reg_complete, text, token};
use crate::support::Answer;

/// The answer that offers the next steps.
#[rustfmt::skip]
const MFA_NEXT: &str = "msg msgCode flow? session? next[]? next[].action.name? next[].action.label? next[].action.desc? next[].options[]? next[].options[].name? next[].options[].label? next[].options[].value?";
/// The answer of a step that was enough.
const MFA: &str =
    "accessToken idToken refreshToken payload payloadSignature flow deviceId? passkeyInfo?";

/// A call, and its answer to a good request: nothing, or the members of the JSON, which are texts unless `:bool` follows.
/// `?` marks those that may be absent; `[]` an array.
#[rustfmt::skip] // one row, one line: this is a table
const SHAPES: [(&str, &str); 35] = [
    ("v2_key_set", "keys[] keys[].kty keys[].use keys[].key_ops[] keys[].key_ops[]. keys[].alg keys[].kid keys[].crv keys[].x keys[].y"),
    ("v2_verify_token_remote", "204"),
    ("v2_create_grant", "token"),
    ("v2_create_external_auth", "token"),
    ("v2_list_passkeys", "[] [].id [].name [].createdAt [].aaguid? [].credentialId [].credentialSynced:bool? [].lastUsedAt? [].lastUsedFromDevice? [].providerName?"),
    ("v2_rename_passkey", "204"),
    ("v2_delete_passkey", "204"),
    ("v2_get_authenticator", "id name iconLight iconDark"),
    ("v2_delete_user", "204"),
    ("v2_set_email", "204"),
    ("v2_remove_email", "204"),
    ("v2_verify_email", "204"),
    ("v2_set_phone", "204"),
    ("v2_remove_phone", "204"),
    ("v2_verify_phone", "204"),
    ("v2_create_otp", "code expiresAt"),
    ("v2_send_otp_email", "204"),
    ("v2_send_otp_sms", "204"),
    ("v2_verify_otp", "jwtAccess userId deviceId? passkeyId?"),
    ("v2_register_init", "action session registrationRequestOptions *registrationRequestOptions"),
    ("v2_register_complete", "jwtAccess userId deviceId? passkeyId?"),
    ("v2_authenticate_init", "action session assertionOptions *assertionOptions crossAuthMethods[] crossAuthMethods[].? fallbackMethods[] fallbackMethods[].? passkeyType?"),
    ("v2_authenticate_complete", "jwtAccess userId deviceId? passkeyId?"),
    ("v2_init_tx", "txId session assertionOptions *assertionOptions"),
    // `token` since 2024-10; the rest is what the browser SDK 1.6.0 declares.
    ("v2_complete_tx", "token credentialId authCred? jwtAccess txId txHash nonce lNonce"),
    ("v2_begin_mfa", MFA_NEXT),
    ("v2_set_mfa_payload", MFA_NEXT),
    ("v2_request_mfa_otp", "session"),
    ("v2_verify_mfa_otp", MFA),
    ("v2_register_mfa_passkey", MFA),
    ("v2_authenticate_mfa_passkey", MFA),
    ("v2_confirm_mfa_passkey", MFA),
    ("v2_verify_mfa_external", MFA),
    ("v2_submit_event", "session"),
    ("v2_get_version", "version hash?"),
];

/// The places of all members and items, with their types: `keys[].x`. Nothing is `null`.
fn places(value: &Value, place: &str, found: &mut BTreeMap<String, &'static str>) {
    match value {
        Value::Null => panic!("{place} is null"),
        Value::Object(members) => {
            for (name, member) in members {
                let dot = if place.is_empty() { "" } else { "." };
                let inner = format!("{place}{dot}{name}");
                places(member, &inner, found);
            }
        }
        Value::Array(items) => {
            found.insert(format!("{place}[]"), "list");
            for item in items {
                let inner = if item.is_object() {
                    format!("{place}[]")
                } else {
                    format!("{place}[].")
                };
                places(item, &inner, found);
            }
        }
        Value::String(_) => drop(found.insert(place.to_owned(), "text")),
        Value::Bool(_) => drop(found.insert(place.to_owned(), "bool")),
        Value::Number(_) => drop(found.insert(place.to_owned(), "number")),
    }
}

fn check(operation: &str, answer: &Answer) {
    let (_, shape) = SHAPES
        .iter()
        .find(|(name, _)| *name == operation)
        .expect("a row");
    if *shape == "204" {
        assert_eq!(
            (answer.status, answer.body.as_str()),
            (204, ""),
            "{operation}"
        );
        assert!(!answer.headers.contains("content-type"), "{operation}");
        return;
    }
    assert!(
        answer.headers.contains("content-type: application/json"),
        "{operation}"
    );
    is_of(operation, &answer.ok(), shape);
}

/// Asserts that an answer has all members of a shape, and no others.
fn is_of(operation: &str, answer: &Value, shape: &'static str) {
    let mut found = BTreeMap::new();
    places(answer, "", &mut found);
    let open: Vec<_> = shape
        .split(' ')
        .filter_map(|place| place.strip_prefix('*'))
        .collect();
    let is_open = |place: &str| {
        open.iter()
            .any(|name| place.starts_with(&format!("{name}.")))
    };
    let typed = |place: &'static str| {
        let place = place.trim_end_matches('?');
        let list = place.ends_with("[]").then_some((place, "list"));
        list.or(place.split_once(':')).unwrap_or((place, "text"))
    };
    for (place, kind) in &found {
        let known = shape.split(' ').any(|known| typed(known) == (place, kind));
        assert!(
            known || is_open(place),
            "{operation}: {place}, a {kind}, is not in the protocol"
        );
    }
    for required in shape
        .split(' ')
        .filter(|place| !place.ends_with('?') && !place.starts_with('*'))
    {
        let (required, _) = typed(required);
        let there = found.contains_key(required)
            || found
                .keys()
                .any(|place| place.starts_with(&format!("{required}.")));
        assert!(there, "{operation} lacks {required}");
    }
}

/// The answer that offers steps, and the WebAuthn options of its first one.
fn step_options(answer: &Answer) -> (Value, Value) {
    let next = answer.ok();
    let value = text(&next["next"][0]["options"][0], "value").to_owned();
    let options = URL_SAFE_NO_PAD.decode(value).unwrap();
    (next, serde_json::from_slice(&options).unwrap())
}

fn created(options: &Value, device: &mut SoftAuthenticator) -> Value {
    let options = json!({"registrationRequestOptions": options});
    reg_complete(&options, device)
}

fn signed_by(options: &Value, device: &mut SoftAuthenticator) -> Value {
    auth_complete(&json!({"assertionOptions": options}), device)
}

#[test]
fn answers_have_the_shapes_of_the_protocol() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let mut device = SoftAuthenticator::platform();
    let mut checked = BTreeSet::new();
    let mut see = |operation: &'static str, answer: Answer| {
        check(operation, &answer);
        checked.insert(operation);
        if answer.body.is_empty() {
            Value::Null
        } else {
            answer.json()
        }
    };
    let app_json = json!({"id": app.id});
    let user = json!({"username": "alice", "usernameType": "email"});
    let init = json!({"app": app_json, "deviceInfo": {}, "user": user});
    let begun = see("v2_register_init", app.post("/reg/init", init.clone()));
    let signed_up = see(
        "v2_register_complete",
        app.post("/reg/complete", reg_complete(&begun, &mut device)),
    );
    let begun = see("v2_authenticate_init", app.post("/auth/init", init));
    see(
        "v2_authenticate_complete",
        app.post("/auth/complete", auth_complete(&begun, &mut device)),
    );
    let body = json!({"username": "alice", "txPayload": "p", "nonce": "n", "txType": "raw"});
    let begun = see("v2_init_tx", app.post("/tx/init", body));
    let signed = device.signed(&begun["assertionOptions"], ORIGIN).unwrap();
    let body = json!({
        "session": begun["session"], "keyHandle": signed["id"],
        "clientData": signed["response"]["clientDataJSON"],
        "authenticatorData": signed["response"]["authenticatorData"],
        "signature": signed["response"]["signature"],
    });
    see("v2_complete_tx", app.post("/tx/complete", body));
    let body = json!({"event": "e", "isError": true});
    see(
        "v2_submit_event",
        app.call(
            "POST",
            "/client-events/submit",
            begun["session"].as_str(),
            body,
        ),
    );
    see(
        "v2_key_set",
        app.call("GET", "/.well-known/jwks.json", None, Value::Null),
    );
    see(
        "v2_get_version",
        app.call("GET", "/version", None, Value::Null),
    );

    let token = token(&signed_up);
    see(
        "v2_verify_token_remote",
        app.backend("POST", "/mgmt/token/verify", json!({"jwtAccess": token})),
    );
    see(
        "v2_create_grant",
        app.backend("POST", "/mgmt/grant", json!({"grants": ["auth:write"]})),
    );
    see(
        "v2_create_external_auth",
        app.backend(
            "POST",
            "/mgmt/grant/external-auth",
            json!({"username": "a"}),
        ),
    );
    let list = see(
        "v2_list_passkeys",
        app.with_token(&token, "GET", "/passkeys", Value::Null),
    );
    let path = format!("/passkeys/aaguid/{}", text(&list[0], "aaguid"));
    see(
        "v2_get_authenticator",
        app.with_token(&token, "GET", &path, Value::Null),
    );
    let path = format!("/passkeys/{}", text(&list[0], "id"));
    see(
        "v2_rename_passkey",
        app.with_token(&token, "PUT", &path, json!({"name": "x"})),
    );
    let otp = see(
        "v2_create_otp",
        app.with_token(&token, "POST", "/auth/otp", Value::Null),
    );
    let user = json!({"username": "alice"});
    see(
        "v2_verify_otp",
        app.post(
            "/auth/otp/verify",
            json!({"authCode": otp["code"], "user": user}),
        ),
    );
    see(
        "v2_send_otp_email",
        app.post("/auth/otp/email", json!({"user": user})),
    );
    see(
        "v2_send_otp_sms",
        app.post("/auth/otp/sms", json!({"user": user})),
    );
    let begin = |username: &str, payload: Value| {
        let user = json!({"username": username, "usernameType": "other"});
        let body = json!({"user": user, "deviceInfo": {}, "trustItems": {}, "payload": payload});
        app.post("/mfa/begin", body)
    };
    let mut step = |operation: &'static str, step: &str, next: &Value, body: Value| {
        let path = format!("/mfa/{step}");
        see(
            operation,
            app.call("POST", &path, next["session"].as_str(), body),
        )
    };
    let next = step_options(&begin("bob", Value::Null));
    step(
        "v2_register_mfa_passkey",
        "passkey/reg",
        &next.0,
        created(&next.1, &mut device),
    );
    let next = step_options(&begin("bob", Value::Null));
    step(
        "v2_authenticate_mfa_passkey",
        "passkey/auth",
        &next.0,
        signed_by(&next.1, &mut device),
    );
    let next = step_options(&begin("bob", json!("pay")));
    step(
        "v2_confirm_mfa_passkey",
        "passkey/tx",
        &next.0,
        signed_by(&next.1, &mut device),
    );
    let next = begin("bob", Value::Null).ok();
    step(
        "v2_set_mfa_payload",
        "payload",
        &next,
        json!({"payload": "pay"}),
    );
    step(
        "v2_request_mfa_otp",
        "otp/request",
        &next,
        json!({"method": "sms"}),
    );
    let refused = app.call(
        "POST",
        "/mfa/otp/verify",
        next["session"].as_str(),
        json!({"otp": "no code"}),
    );
    assert_eq!(refused.status, 401);
    is_of("the refusal of a step", &refused.json(), MFA_NEXT);
    let code = emulator.v2().sent_code(None, "bob").unwrap().code;
    step(
        "v2_verify_mfa_otp",
        "otp/verify",
        &next,
        json!({"otp": code}),
    );
    let external = app.backend(
        "POST",
        "/mgmt/grant/external-auth",
        json!({"username": "bob"}),
    );
    let next = begin("bob", Value::Null);
    let body = json!({"token": external.json()["token"]});
    step(
        "v2_verify_mfa_external",
        "third-party/verify",
        &next.json(),
        body,
    );
    see("v2_begin_mfa", next);
    see(
        "v2_delete_passkey",
        app.with_token(&token, "DELETE", &path, Value::Null),
    );

    let profile = format!("/profile/{}", text(&signed_up, "userId"));
    let code = || json!({"username": "alice", "authCode": emulator.v2().sent_code(None, "alice").unwrap().code});
    let email = format!("{profile}/email");
    see(
        "v2_set_email",
        app.backend("POST", &email, json!({"email": "a@b.example"})),
    );
    see("v2_verify_email", app.post("/profile/email/verify", code()));
    see(
        "v2_remove_email",
        app.backend("DELETE", &email, json!({"email": "a@b.example"})),
    );
    let phone = format!("{profile}/phone");
    see(
        "v2_set_phone",
        app.backend(
            "POST",
            &phone,
            json!({"phoneNumber": "+123456", "messagingConsent": true}),
        ),
    );
    see("v2_verify_phone", app.post("/profile/phone/verify", code()));
    see(
        "v2_remove_phone",
        app.backend("DELETE", &phone, Value::Null),
    );
    see(
        "v2_delete_user",
        app.backend("DELETE", &profile, Value::Null),
    );

    // The emulator knows nothing that was left on a device, so that this call has no good answer.
    checked.insert("v2_discover_mfa");
    let mut of_table: BTreeSet<_> = SHAPES.iter().map(|(name, _)| *name).collect();
    of_table.insert("v2_discover_mfa");
    assert_eq!(checked, of_table);
    let served: BTreeSet<_> = Emulator::v2_operations()
        .iter()
        .map(|route| route.operation)
        .collect();
    assert_eq!(served, of_table);
}
