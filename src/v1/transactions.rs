//! Transactions that a user confirms with a credential.

use super::client::Client;
use super::forms::CONFIRMATION;
use super::operations;
use super::transaction_token::check_transaction;
use crate::calls::answer::with_member;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json;
use crate::random;
use crate::token::Origin;

impl Client {
    /// Creates a transaction: the service's `{id, …}` and the `nonce` that was
    /// sent, which [`Client::verify_transaction`] needs.
    pub fn create_tx(
        &self,
        tx_payload: &str,
        username: Option<&str>,
        nonce: Option<&str>,
    ) -> Result<String> {
        let nonce = random::given_or_nonce(nonce)?;
        let mut call = self
            .call(&operations::CREATE_TX)
            .text("tx_payload", tx_payload)
            .text("nonce", &nonce)
            .optional_text("username", username);
        call.subject.username = username;
        call.tx_payload = tx_payload;
        self.send_then(call, |answer| {
            with_member(answer, "nonce", &json::quoted(&nonce))
        })
    }

    /// Verifies the token of a confirmed transaction: form, signature, audience
    /// and times as [`Client::verify_token`] does, that it confirms this payload
    /// and, when given, that it was made for this nonce.
    pub fn verify_transaction(
        &self,
        tx_token: &str,
        tx_payload: &str,
        nonce: Option<&str>,
    ) -> Result<String> {
        self.verify(
            tx_token,
            Origin::Presented,
            None,
            &self.budget(),
            |claims| check_transaction(claims.members(), tx_payload, nonce),
        )
        .map(|verified| verified.to_json())
        .map_err(|error| error.with_operation("verify_transaction"))
    }

    /// Begins the confirmation of a transaction: `{tx_id, assertion_options}`,
    /// and the `nonce` that was sent. Either an existing transaction is given
    /// by its id, or a new one by its payload.
    pub fn init_tx(
        &self,
        username: &str,
        tx_id: Option<&str>,
        tx_payload: Option<&str>,
        nonce: Option<&str>,
    ) -> Result<String> {
        if tx_id.is_some() == tx_payload.is_some() {
            return Err(Error::new(
                Code::TransactionRequired,
                "give either tx_id or tx_payload",
            ));
        }
        let nonce = random::given_or_nonce(nonce)?;
        let call = self
            .call(&operations::INIT_TX)
            .username(username)
            .text("nonce", &nonce)
            .optional_text("tx_id", tx_id)
            .optional_text("tx_payload", tx_payload);
        self.send_then(call, |answer| {
            with_member(answer, "nonce", &json::quoted(&nonce))
        })
    }

    /// Completes the confirmation with the answer of the browser: the object of
    /// `PublicKeyCredential.toJSON()`, or `{challenge, key_handle, client_data, auth_data,
    /// sign_data}`. Answers `{jwt}`, the token for [`Client::verify_transaction`].
    pub fn complete_tx(
        &self,
        tx_id: &str,
        username: &str,
        assertion_payload: &str,
    ) -> Result<String> {
        let call = self
            .call(&operations::COMPLETE_TX)
            .text("tx_id", tx_id)
            .username(username)
            .page_members("assertion_payload", assertion_payload, &CONFIRMATION)?;
        self.send(call)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn an_unknown_member_is_named_unless_its_name_may_be_a_key() {
        let client = Client::new("app-1", None, Some("http://127.0.0.1:1")).unwrap();
        let message = |name: &str| {
            let mut payload = serde_json::Map::new();
            for name in CONFIRMATION.names().into_iter().chain([name]) {
                payload.insert(name.to_owned(), "x".into());
            }
            let payload = Value::from(payload).to_string();
            let error = client.complete_tx("tx-1", "ann", &payload).unwrap_err();
            assert_eq!(error.code(), "invalid_assertion_payload");
            error.message().to_owned()
        };
        assert!(message("signature").contains("'signature'"));
        let key = "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wCANARY";
        assert!(!message(key).contains("CANARY"));
    }
}
