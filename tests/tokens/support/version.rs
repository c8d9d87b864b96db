//! The two services: what a test has to know of either. A test of tokens runs with both.

use loginid_emulator::{Emulator, Fault, FaultKind, TokenPart};
use serde_json::{Value, json};

use super::CLIENT_ID;
use super::service::{Signer, login_claims, v2_login_claims, with};
use crate::capi::{Client, Outcome, V2Client};

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Version {
    V1,
    V2,
}

/// Runs a test with each service.
pub fn both(test: impl Fn(Version)) {
    for version in [Version::V1, Version::V2] {
        // Shown if the test fails.
        println!("the service {version:?}");
        test(version);
    }
}

impl Version {
    /// The configuration of a client that has to fetch keys from the emulator.
    pub fn online(self, emulator: &Emulator) -> Value {
        let service = match self {
            Version::V1 => json!({"client_id": CLIENT_ID, "base_url": emulator.base_url()}),
            Version::V2 => json!({
                "application_id": CLIENT_ID, "base_url": emulator.v2().base_url(),
            }),
        };
        let limits = json!({"max_retries": 0, "request_timeout_ms": 60_000});
        with(&service, limits)
    }

    /// The configuration of a client that knows this key, also for tokens without a key id.
    pub fn knowing(self, key: &Signer) -> Value {
        match self {
            Version::V1 => json!({"public_keys": {key.kid: key.pem(), "": key.pem()}}),
            Version::V2 => json!({"jwks": {"keys": [key.jwk()]}}),
        }
    }

    /// The configuration of a client that knows this key, and fetches none.
    pub fn pinned(self, key: &Signer) -> Value {
        let service = match self {
            Version::V1 => json!({"client_id": CLIENT_ID}),
            Version::V2 => json!({"application_id": CLIENT_ID, "base_url": ISSUER}),
        };
        with(
            &with(&service, self.knowing(key)),
            json!({"fetch_keys": false}),
        )
    }

    /// The path of the request for keys.
    pub fn key_path(self) -> &'static str {
        match self {
            Version::V1 => "/certs",
            Version::V2 => "/fido2/v2/.well-known/jwks.json",
        }
    }

    /// The answer to a request for keys that has this key.
    pub fn key_answer(self, key: &Signer) -> String {
        match self {
            Version::V1 => key.pem(),
            Version::V2 => json!({"keys": [key.jwk()]}).to_string(),
        }
    }

    /// Makes the emulator answer every request for a key with this text.
    pub fn serve(self, emulator: &Emulator, body: impl Into<String>) {
        emulator.clear_faults();
        let answer = FaultKind::Status {
            code: 200,
            body: body.into(),
            content_type: Some("text/plain; charset=utf-8".to_owned()),
            headers: Vec::new(),
            carried_out: false,
        };
        emulator.inject(Fault::new(answer).on("GET", self.key_path()));
    }

    /// The claims of a login with a service that a client has by [`Version::pinned`].
    pub fn claims(self) -> Value {
        self.claims_of(ISSUER)
    }

    /// The claims of a login with the emulator's service.
    pub fn claims_at(self, emulator: &Emulator) -> Value {
        self.claims_of(emulator.v2().base_url())
    }

    fn claims_of(self, issuer: &str) -> Value {
        match self {
            Version::V1 => login_claims(CLIENT_ID),
            Version::V2 => v2_login_claims(issuer, CLIENT_ID),
        }
    }

    /// The claim that names the user.
    pub fn user(self) -> &'static str {
        match self {
            Version::V1 => "udata",
            Version::V2 => "username",
        }
    }

    /// A login signed by the emulator's current key, with this header.
    pub fn signed(self, emulator: &Emulator, header: impl Into<TokenPart>) -> String {
        let claims = self.claims_at(emulator).into();
        match self {
            Version::V1 => emulator.sign_token(header.into(), claims),
            Version::V2 => emulator.v2().sign_token(header.into(), claims),
        }
    }

    pub fn rotate_keys(self, emulator: &Emulator) {
        match self {
            Version::V1 => emulator.rotate_keys(),
            Version::V2 => emulator.v2().rotate_keys(),
        };
    }

    pub fn rotate_and_retire_keys(self, emulator: &Emulator) {
        match self {
            Version::V1 => emulator.rotate_and_retire_keys(),
            Version::V2 => emulator.v2().rotate_and_retire_keys(),
        };
    }

    #[track_caller]
    pub fn client(self, config: &Value) -> Verifier {
        match self {
            Version::V1 => Verifier::V1(Client::new(config)),
            Version::V2 => Verifier::V2(V2Client::new(config)),
        }
    }
}

/// The base URL of a service that no test connects to.
const ISSUER: &str = "https://app-1.api.loginid.io";

/// A client that verifies tokens.
pub enum Verifier {
    V1(Client),
    V2(V2Client),
}

impl Verifier {
    pub fn verify_token(&self, token: impl AsRef<[u8]>) -> Outcome {
        self.verify_token_for(token, None)
    }

    pub fn verify_token_for(&self, token: impl AsRef<[u8]>, username: Option<&str>) -> Outcome {
        match self {
            Verifier::V1(client) => client.verify_token_for(token, username),
            Verifier::V2(client) => client.verify_token(token, username),
        }
    }

    /// # Panics
    /// If there is no nonce, which the current service needs.
    pub fn verify_transaction(
        &self,
        token: impl AsRef<[u8]>,
        payload: &str,
        nonce: Option<&str>,
    ) -> Outcome {
        match self {
            Verifier::V1(client) => client.verify_transaction(token, payload, nonce),
            Verifier::V2(client) => {
                let nonce = nonce.expect("a nonce");
                client.verify_transaction(token, payload, nonce)
            }
        }
    }
}
