//! The current service (FIDO2 v2), as backends and pages use it.

mod addresses;
mod authentication;
mod authorization;
mod bodies;
mod codes;
mod control;
mod grants;
mod mfa;
mod passkeys;
mod profile;
mod registration;
mod shapes;
mod tokens;
mod transactions;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use loginid_emulator::{Control, Emulator};
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::{Value, json};

use crate::support::{Answer, send};

const ORIGIN: &str = "http://localhost:3000";

/// An application of the current service, its backend and its pages.
#[derive(Clone)]
struct V2App {
    control: Control,
    id: String,
    base_url: String,
    api_key: String,
}

impl V2App {
    /// The default application.
    fn of(emulator: &Emulator) -> Self {
        let control = emulator.control();
        Self {
            id: control.v2().application_id().to_owned(),
            base_url: control.v2().base_url().to_owned(),
            api_key: control.v2().api_key().to_owned(),
            control,
        }
    }

    /// Another one.
    fn added(emulator: &Emulator, settings: Value) -> Self {
        let added = control_v2(emulator, "POST", "/applications", settings).ok();
        let text = |name: &str| added[name].as_str().unwrap().to_owned();
        Self {
            control: emulator.control(),
            id: text("application_id"),
            base_url: text("base_url"),
            api_key: text("api_key"),
        }
    }

    fn host(&self) -> &str {
        self.base_url.split_once("://").unwrap().1
    }

    /// A request to this application's host, with this `Authorization` or none.
    fn call(&self, method: &str, path: &str, authorization: Option<&str>, body: Value) -> Answer {
        let mut headers = vec![("Host", self.host().to_owned())];
        headers.extend(authorization.map(|value| ("Authorization", value.to_owned())));
        let body = if body.is_null() {
            String::new()
        } else {
            headers.push(("Content-Type", "application/json".to_owned()));
            body.to_string()
        };
        let path = format!("/fido2/v2{path}");
        // Not every resolver knows the host: the connection is to the emulator's address.
        send(self.control.base_url(), method, &path, &headers, &body).expect("an answer")
    }

    /// A call of a page.
    fn post(&self, path: &str, body: Value) -> Answer {
        self.call("POST", path, None, body)
    }

    /// A call of the backend.
    fn backend(&self, method: &str, path: &str, body: Value) -> Answer {
        self.call(method, path, Some(&basic(&self.api_key)), body)
    }

    /// A call for a user, with a LoginID token or a grant.
    fn with_token(&self, token: &str, method: &str, path: &str, body: Value) -> Answer {
        self.call(method, path, Some(&format!("Bearer {token}")), body)
    }

    fn grant(&self, username: &str, scopes: &[&str]) -> String {
        let body = json!({"username": username, "grants": scopes});
        let answer = self.backend("POST", "/mgmt/grant", body).ok();
        answer["token"].as_str().unwrap().to_owned()
    }

    fn reg_init_with(&self, username: &str, authorization: Option<&str>) -> Answer {
        let body = json!({
            "app": {"id": self.id},
            "deviceInfo": {},
            "user": {"username": username, "usernameType": "other"},
        });
        self.call("POST", "/reg/init", authorization, body)
    }

    fn reg_init(&self, username: &str) -> Value {
        self.reg_init_with(username, None).ok()
    }

    /// Signs a user up with a device and returns the authentication answer.
    fn sign_up(&self, username: &str, device: &mut SoftAuthenticator) -> Value {
        let begun = self.reg_init(username);
        let body = reg_complete(&begun, device);
        self.post("/reg/complete", body).ok()
    }

    fn auth_init(&self, username: &str) -> Value {
        let body = json!({
            "app": {"id": self.id},
            "deviceInfo": {},
            "user": {"username": username, "usernameType": "other"},
        });
        self.post("/auth/init", body).ok()
    }

    fn log_in(&self, username: &str, device: &mut SoftAuthenticator) -> Answer {
        let begun = self.auth_init(username);
        let body = auth_complete(&begun, device);
        self.post("/auth/complete", body)
    }
}

/// What a page sends after `navigator.credentials.create()`.
fn reg_complete(begun: &Value, device: &mut SoftAuthenticator) -> Value {
    let created = device.created(&begun["registrationRequestOptions"], ORIGIN);
    let created = created.expect("a passkey");
    json!({
        "session": begun["session"],
        "creationResult": {
            "attestationObject": created["response"]["attestationObject"],
            "clientDataJSON": created["response"]["clientDataJSON"],
            "credentialId": created["id"],
            "publicKey": created["response"]["publicKey"],
            "publicKeyAlgorithm": created["response"]["publicKeyAlgorithm"],
            "authenticatorData": created["response"]["authenticatorData"],
            "transports": created["response"]["transports"],
        },
    })
}

/// What a page sends after `navigator.credentials.get()`.
fn auth_complete(begun: &Value, device: &mut SoftAuthenticator) -> Value {
    let signed = device.signed(&begun["assertionOptions"], ORIGIN);
    let signed = signed.expect("a signature");
    json!({
        "session": begun["session"],
        "assertionResult": {
            "credentialId": signed["id"],
            "clientDataJSON": signed["response"]["clientDataJSON"],
            "authenticatorData": signed["response"]["authenticatorData"],
            "signature": signed["response"]["signature"],
            "userHandle": signed["response"]["userHandle"],
        },
    })
}

/// The `Authorization` of a backend.
fn basic(api_key: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{api_key}:")))
}

/// A call of the control API for the current service.
fn control_v2(control: &Control, method: &str, path: &str, body: Value) -> Answer {
    crate::support::control_api(control, method, &format!("/v2{path}"), body)
}

/// Status and code of a refusal in the shape of the current service: `404 not_found` for instance.
fn refusal(answer: &Answer) -> String {
    let body = answer.json();
    let members: Vec<_> = body.as_object().expect("an object").keys().collect();
    assert_eq!(members, ["msg", "msgCode"], "{answer:?}");
    assert!(!body["msg"].as_str().unwrap().is_empty(), "{answer:?}");
    format!("{} {}", answer.status, body["msgCode"].as_str().unwrap())
}

/// The token of an authentication answer.
fn token(answer: &Value) -> String {
    answer["jwtAccess"].as_str().expect("a token").to_owned()
}

/// A text of an answer.
fn text<'a>(answer: &'a Value, name: &str) -> &'a str {
    answer[name]
        .as_str()
        .unwrap_or_else(|| panic!("{name} in {answer}"))
}
