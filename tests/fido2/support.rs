//! The emulator, a client of it, and helpers for the checks of the tests.

use std::ops::Deref;

use loginid::{Client, Result, Status};
use loginid_emulator::{Emulator, NewApplication};
use loginid_test_authenticator::SoftAuthenticator;
use serde_json::Value;

pub const USER: &str = "ada@example.com";
/// The origin of the user's page.
pub const PAGE: &str = "http://localhost:3000";

/// A client with its own emulator; it has the calls of both.
pub struct Service {
    pub emulator: Emulator,
    client: Client,
}

impl Deref for Service {
    type Target = Client;

    fn deref(&self) -> &Client {
        &self.client
    }
}

/// No test leaves a token that was sent twice: only LoginID's browser SDKs do that.
impl Drop for Service {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            assert_eq!(self.emulator.resent_token_count(), 0);
        }
    }
}

impl Service {
    /// With an application that has a key.
    pub fn start() -> Service {
        let emulator = Emulator::start();
        let key = Some(emulator.private_key());
        let client = Client::new(emulator.client_id(), key, Some(emulator.base_url()));
        Service {
            client: client.expect("the emulator's own settings are good"),
            emulator,
        }
    }

    /// With an application that has no key, and so sends no token.
    pub fn start_public() -> Service {
        let emulator = Emulator::start();
        let order = NewApplication {
            keyless: true,
            ..NewApplication::default()
        };
        let application = emulator.add_application(order).expect("a free client id");
        let client = Client::new(&application.client_id, None, Some(emulator.base_url()));
        Service {
            client: client.expect("the emulator's own settings are good"),
            emulator,
        }
    }

    /// Registers the user with a key of this device; returns the credential's UUID.
    pub fn register(&self, device: &mut SoftAuthenticator, options: Option<&str>) -> String {
        let begun = json(self.register_fido2_init(USER, options));
        let made = device.register(&begun["attestation_payload"], PAGE);
        let made = made.expect("the device takes the order").to_string();
        let answer = json(self.register_fido2_complete(USER, &made, Some("phone")));
        authenticated(&answer, "fido2");
        text(&answer, "/credential/uuid")
    }

    /// The payload that the device has to sign to log the user in.
    pub fn login_payload(&self) -> Value {
        json(self.authenticate_fido2_init(USER))["assertion_payload"].take()
    }

    /// Signs the payload on the user's page, and sends the result.
    pub fn complete(&self, device: &mut SoftAuthenticator, payload: &Value) -> Result<String> {
        let signed = device.login(payload, PAGE).expect("the device has a key");
        self.authenticate_fido2_complete(USER, &signed.to_string())
    }

    pub fn log_in(&self, device: &mut SoftAuthenticator) -> Result<String> {
        self.complete(device, &self.login_payload())
    }
}

/// The answer of a call that succeeds.
#[track_caller]
pub fn json(result: Result<String>) -> Value {
    let text = result.expect("the call succeeds");
    serde_json::from_str(&text).expect("every answer is JSON")
}

/// The call is refused by the service with this code.
#[track_caller]
pub fn refused(result: Result<String>, code: &str) {
    fails(result, Status::LID_ERROR_API, code);
}

/// The call fails with this status and code.
#[track_caller]
pub fn fails(result: Result<String>, status: Status, code: &str) {
    let error = result.expect_err("the call fails");
    assert_eq!((error.status(), error.code()), (status, code), "{error}");
}

/// The string at a JSON pointer.
#[track_caller]
pub fn text(value: &Value, pointer: &str) -> String {
    let found = value.pointer(pointer).and_then(Value::as_str);
    found
        .unwrap_or_else(|| panic!("{pointer} in {value}"))
        .to_owned()
}

/// Checks that an authentication response is a login of our user with a credential of this type.
#[track_caller]
pub fn authenticated(answer: &Value, kind: &str) {
    assert_eq!(answer["is_authenticated"], true, "{answer}");
    assert_eq!(text(answer, "/user/username"), USER);
    assert_eq!(text(answer, "/credential/type"), kind);
}
