//! The user's program that logs in with a key pair.

use serde_json::json;

use super::actions::Control;
use crate::error::ServiceError;
use crate::jws::SigningKey;

impl Control {
    /// Signs the challenge of a public-key log-in with the user's key (PKCS#8 PEM) and returns the assertion.
    pub fn sign_assertion(
        &self,
        username: &str,
        private_key: &str,
        challenge_id: &str,
        server_nonce: &str,
    ) -> Result<String, ServiceError> {
        let key = SigningKey::from_pem(private_key).ok_or_else(|| {
            ServiceError::bad_request("private_key must be a P-256 key as PKCS#8 PEM")
        })?;
        let header = json!({"alg": "ES256", "typ": "JWT"});
        let claims = json!({
            "challenge_id": challenge_id,
            "server_nonce": server_nonce,
            "username": username,
            "iat": self.now(),
        });
        Ok(key.sign(header.to_string().as_bytes(), claims.to_string().as_bytes()))
    }
}
