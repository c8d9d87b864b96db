//! Creating service tokens, and verifying tokens that the service issued.

use super::client::Client;
use super::service_token::{service_token, transaction_token};
use super::transaction_token::check_is_login;
use crate::error::Result;
use crate::json::ObjectWriter;
use crate::token::{Origin, Subject};

impl Client {
    /// A token that allows one call of a scope, for programs that send requests
    /// themselves: `{token}`. The username takes precedence over the user id. Without a
    /// nonce, a random one is used.
    pub fn generate_service_token(
        &self,
        scope: &str,
        username: Option<&str>,
        user_id: Option<&str>,
        nonce: Option<&str>,
    ) -> Result<String> {
        token(service_token(
            self.signing_key()?,
            &self.application().client_id,
            scope,
            Subject { username, user_id },
            nonce,
        )?)
    }

    /// A token that allows creating a transaction with this payload: `{token}`.
    pub fn generate_tx_auth_token(
        &self,
        tx_payload: &str,
        username: Option<&str>,
        nonce: Option<&str>,
    ) -> Result<String> {
        token(transaction_token(
            self.signing_key()?,
            &self.application().client_id,
            tx_payload,
            username,
            nonce,
        )?)
    }

    /// Verifies a token that the service issued to log a user in:
    /// `{"valid":true,"header":{…},"claims":{…}}`. Anything but a valid
    /// login token is an error, also the token of a transaction. With a username, the token
    /// must be of that user.
    pub fn verify_token(&self, token: &str, username: Option<&str>) -> Result<String> {
        self.verify(
            token,
            Origin::Presented,
            username,
            &self.budget(),
            |claims| check_is_login(claims.members()),
        )
        .map(|verified| verified.to_json())
        .map_err(|error| error.with_operation("verify_token"))
    }
}

fn token(token: String) -> Result<String> {
    // What is written below, and the NUL of a C string.
    let mut result = ObjectWriter::with_capacity(token.len() + 13);
    result.value("token", &token);
    Ok(result.finish())
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use super::*;
    use crate::config::Config;
    use crate::failpoint::{Point, arm};
    use crate::key::SigningKey;

    /// A client that keeps this many verdicts, and a token for it.
    fn client_and_token(verified_tokens: Option<u64>) -> (Client, String) {
        let pair: Value = serde_json::from_str(&crate::generate_key_pair().unwrap()).unwrap();
        let mut config = json!({
            "client_id": "app-1", "fetch_keys": false,
            "public_keys": {"k": pair["public_key"]},
        });
        if let Some(number) = verified_tokens {
            config["verified_tokens"] = number.into();
        }
        let client = Client::with_config(Config::from_json(&config.to_string()).unwrap());
        let key = SigningKey::from_pem(pair["private_key"].as_str().unwrap().as_bytes()).unwrap();
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"ES256","kid":"k"}"#);
        let claims = URL_SAFE_NO_PAD.encode(r#"{"aud":"app-1"}"#);
        let signed = format!("{header}.{claims}");
        let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()).unwrap());
        (client.unwrap(), format!("{signed}.{signature}"))
    }

    fn is_remembered(client: &Client, token: &str) -> bool {
        arm(Some(Point::SignatureVerified));
        let ended = catch_unwind(AssertUnwindSafe(|| client.verify_token(token, None)));
        arm(None);
        ended.is_ok_and(|verified| verified.is_ok())
    }

    #[test]
    fn verified_tokens_says_how_many_verdicts_are_kept() {
        for (verified_tokens, kept) in [(None, false), (Some(0), false), (Some(1), true)] {
            let (client, token) = client_and_token(verified_tokens);
            assert!(!is_remembered(&client, &token));
            client.verify_token(&token, None).unwrap();
            assert_eq!(is_remembered(&client, &token), kept, "{verified_tokens:?}");
        }
    }

    #[test]
    fn the_token_of_an_answer_is_not_verified_again_when_it_is_presented() {
        let (client, token) = client_and_token(Some(1));
        let budget = client.budget();
        client
            .verify(&token, Origin::Answer, None, &budget, |_| Ok(()))
            .unwrap();
        assert!(is_remembered(&client, &token));
    }

    #[test]
    fn a_derived_client_shares_the_verdicts_of_its_parent() {
        let (client, token) = client_and_token(Some(1));
        let derived = client.with_options(Some(r#"{"timeout_ms":1000}"#), None);
        derived.unwrap().verify_token(&token, None).unwrap();
        assert!(is_remembered(&client, &token));
        let derived = client.with_options(None, None).unwrap();
        assert!(is_remembered(&derived, &token));
    }
}
