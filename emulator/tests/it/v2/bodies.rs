//! The members of bodies: each required one is missed, and each one of another type is refused. Unknown ones are
//! ignored, as LoginID's SDKs of several years send different ones.

use std::collections::BTreeSet;

use loginid_emulator::Emulator;
use serde_json::{Value, json};

use super::{V2App, basic, refusal, token};
use crate::support::Answer;

/// What a call presents.
#[derive(Clone, Copy)]
enum With {
    Nothing,
    Key,
    Token,
    Session,
}

use With::{Key, Nothing, Session, Token};

/// The calls that take a body: operation, path, what it presents, the required members, the optional ones.
/// A member is written as its place and its type: text, bool, object, texts, or binary (base64url).
#[rustfmt::skip] // one row, one line: this is a table
const BODIES: [(&str, &str, &str, With, &str, &str); 29] = [
    ("v2_verify_token_remote", "POST", "/mgmt/token/verify", Key, "/jwtAccess:text", ""),
    ("v2_create_grant", "POST", "/mgmt/grant", Key, "/grants:texts", "/username:text"),
    ("v2_create_external_auth", "POST", "/mgmt/grant/external-auth", Key, "/username:text", ""),
    ("v2_rename_passkey", "PUT", "/passkeys/x", Token, "/name:text", ""),
    ("v2_set_email", "POST", "/profile/x/email", Key, "/email:text", "/requestVerification:bool"),
    ("v2_remove_email", "DELETE", "/profile/x/email", Key, "/email:text", ""),
    ("v2_verify_email", "POST", "/profile/email/verify", Nothing, "/authCode:text /username:text", ""),
    ("v2_set_phone", "POST", "/profile/x/phone", Key, "/phoneNumber:text", "/messagingConsent:bool /requestVerification:bool"),
    ("v2_verify_phone", "POST", "/profile/phone/verify", Nothing, "/authCode:text /username:text", ""),
    ("v2_send_otp_email", "POST", "/auth/otp/email", Nothing, "/user:object /user/username:text", "/user/usernameType:text"),
    ("v2_send_otp_sms", "POST", "/auth/otp/sms", Nothing, "/user:object /user/username:text", "/user/usernameType:text"),
    ("v2_verify_otp", "POST", "/auth/otp/verify", Nothing, "/authCode:text /user:object /user/username:text", "/user/usernameType:text"),
    ("v2_register_init", "POST", "/reg/init", Nothing, "/app:object /app/id:text /deviceInfo:object /user:object /user/username:text /user/usernameType:text", "/user/displayName:text /passkeyOptions:object /passkeyOptions/securityKey:bool /passkeyOptions/conditionalCreate:bool /trustItems:object"),
    ("v2_register_complete", "POST", "/reg/complete", Nothing, "/session:text /creationResult:object /creationResult/attestationObject:binary /creationResult/clientDataJSON:binary /creationResult/credentialId:binary", "/creationResult/publicKey:binary /creationResult/authenticatorData:binary /creationResult/transports:texts /passkeyName:text"),
    ("v2_authenticate_init", "POST", "/auth/init", Nothing, "/app:object /app/id:text /deviceInfo:object", "/user:object /user/username:text /user/usernameType:text /trustItems:object"),
    ("v2_authenticate_complete", "POST", "/auth/complete", Nothing, "/session:text /assertionResult:object /assertionResult/credentialId:binary /assertionResult/clientDataJSON:binary /assertionResult/authenticatorData:binary /assertionResult/signature:binary", "/assertionResult/userHandle:text"),
    ("v2_init_tx", "POST", "/tx/init", Nothing, "/username:text /txPayload:text /nonce:text /txType:text", ""),
    ("v2_complete_tx", "POST", "/tx/complete", Nothing, "/session:text /keyHandle:binary /clientData:binary /authenticatorData:binary /signature:binary", ""),
    ("v2_begin_mfa", "POST", "/mfa/begin", Nothing, "/user:object /deviceInfo:object", "/user/username:text /user/usernameType:text /user/displayName:text /user/name:text /trustItems:object /payload:text /traceId:text"),
    ("v2_discover_mfa", "POST", "/mfa/discover", Nothing, "/trustItems:object", ""),
    ("v2_set_mfa_payload", "POST", "/mfa/payload", Session, "/payload:text", ""),
    ("v2_request_mfa_otp", "POST", "/mfa/otp/request", Session, "/method:text", "/option:text"),
    ("v2_verify_mfa_otp", "POST", "/mfa/otp/verify", Session, "/otp:text", ""),
    ("v2_register_mfa_passkey", "POST", "/mfa/passkey/reg", Session, "/creationResult:object /creationResult/attestationObject:binary /creationResult/clientDataJSON:binary /creationResult/credentialId:binary", "/creationResult/transports:texts"),
    ("v2_authenticate_mfa_passkey", "POST", "/mfa/passkey/auth", Session, "/assertionResult:object /assertionResult/credentialId:binary /assertionResult/clientDataJSON:binary /assertionResult/authenticatorData:binary /assertionResult/signature:binary", "/assertionResult/userHandle:text"),
    ("v2_confirm_mfa_passkey", "POST", "/mfa/passkey/tx", Session, "/assertionResult:object /assertionResult/credentialId:binary /assertionResult/clientDataJSON:binary /assertionResult/authenticatorData:binary /assertionResult/signature:binary", "/assertionResult/userHandle:text"),
    ("v2_verify_mfa_external", "POST", "/mfa/third-party/verify", Session, "/token:text", ""),
    ("v2_submit_event", "POST", "/client-events/submit", Session, "/event:any", "/isError:bool"),
    // The calls without a body take one all the same, if it is JSON.
    ("v2_create_otp", "POST", "/auth/otp", Token, "", ""),
];

/// Calls without a body: those by GET, and these.
const NO_BODY: [&str; 3] = ["v2_delete_passkey", "v2_delete_user", "v2_remove_phone"];

/// A value of this type that passes the checks of form; the application's id where it belongs.
fn good(place: &str, kind: &str, app: &V2App) -> Value {
    match (place, kind) {
        ("/app/id", _) => json!(app.id),
        ("/grants", _) => json!(["passkey:read"]),
        ("/txType", _) => json!("raw"),
        ("/method", _) => json!("email"),
        ("/email", _) => json!("a@b.example"),
        ("/phoneNumber", _) => json!("+123456"),
        (_, "object") => json!({}),
        (_, "bool") => json!(true),
        (_, "texts") => json!(["internal"]),
        (_, "binary") => json!("AAAA"),
        (place, _) if place.ends_with("usernameType") => json!("other"),
        _ => json!("nobody"),
    }
}

fn wrong(kind: &str) -> Vec<Value> {
    match kind {
        "object" => vec![json!("x"), json!([]), json!(1)],
        "bool" => vec![json!("true"), json!(1), json!({})],
        "texts" => vec![json!("x"), json!([1]), json!({})],
        "binary" => vec![json!("="), json!("AA+A"), json!(1), json!([])],
        "any" => Vec::new(),
        _ => vec![json!(1), json!(true), json!([]), json!({})],
    }
}

/// The name of a member at a place.
fn last(place: &str) -> &str {
    place.rsplit('/').next().unwrap()
}

fn set(body: &mut Value, place: &str, value: Value) {
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).expect("a parent comes first");
    parent[name] = value;
}

fn remove(body: &mut Value, place: &str) {
    let (parent, name) = place.rsplit_once('/').unwrap();
    let parent = body.pointer_mut(parent).unwrap().as_object_mut().unwrap();
    parent.remove(name);
}

#[test]
fn what_is_missing_or_of_another_type_is_refused() {
    let emulator = Emulator::start();
    let app = V2App::of(&emulator);
    let login = token(&emulator.v2().login("alice").unwrap());
    let mut tried = 0;
    for (operation, method, path, with, required, optional) in BODIES {
        let authorization = match with {
            Nothing => None,
            Key => Some(basic(&app.api_key)),
            Token => Some(login.clone()),
            Session => Some("unknown".to_owned()),
        };
        let send = |body: &Value| app.call(method, path, authorization.as_deref(), body.clone());
        let mut refused = |answer: Answer, place: &str| {
            assert_eq!(refusal(&answer), "400 bad_request", "{operation} {place}");
            let is_named = answer.body.contains(last(place));
            assert!(is_named, "{operation}: {answer:?} does not name {place}");
            tried += 1;
        };
        let members = |text: &'static str| {
            text.split_ascii_whitespace()
                .map(|member| member.split_once(':').unwrap())
        };
        let mut body = json!({"unknown": {"member": null}});
        for (place, kind) in members(required).chain(members(optional)) {
            set(&mut body, place, good(place, kind, &app));
        }
        // All is of the right form: whatever is refused, it is no member.
        let answer = send(&body).body;
        for (place, _) in members(required).chain(members(optional)) {
            let name = last(place);
            let is_refused = ["is required", "must be"]
                .iter()
                .any(|wrong| answer.contains(&format!("{name} {wrong}")));
            assert!(!is_refused, "{operation}: {answer}");
        }
        for (place, kind) in members(required) {
            for absent in [None, Some(Value::Null)] {
                let mut body = body.clone();
                match absent {
                    None => remove(&mut body, place),
                    Some(null) => set(&mut body, place, null),
                }
                refused(send(&body), place);
            }
            if kind == "text" {
                let mut body = body.clone();
                set(&mut body, place, json!(""));
                refused(send(&body), place);
            }
        }
        for (place, kind) in members(required).chain(members(optional)) {
            for value in wrong(kind) {
                let mut body = body.clone();
                set(&mut body, place, value);
                refused(send(&body), place);
            }
        }
    }
    assert!(tried > 300, "{tried}");

    let with_body: BTreeSet<_> = BODIES.iter().map(|row| row.0).chain(NO_BODY).collect();
    let served: BTreeSet<_> = Emulator::v2_operations()
        .iter()
        .filter(|route| route.method != "GET")
        .map(|route| route.operation)
        .collect();
    assert_eq!(with_body, served);
}
