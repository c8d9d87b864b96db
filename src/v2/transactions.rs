//! Transactions that a user confirms with a passkey.

use super::claims::check_transaction;
use super::client::Client;
use super::forms::V2_CONFIRMATION;
use super::operations;
use crate::calls::Call;
use crate::calls::answer::with_member;
use crate::error::Result;
use crate::json;
use crate::random;
use crate::token::{Claims, Origin};

impl Client {
    /// Begins the confirmation of a transaction: `{txId, session, assertionOptions}`, and the
    /// `nonce` that was sent, which [`Client::verify_transaction`] needs.
    pub fn init_tx(&self, username: &str, tx_payload: &str, nonce: Option<&str>) -> Result<String> {
        let nonce = random::given_or_nonce(nonce)?;
        let call = Call::new(&operations::INIT_TX)
            .text("username", username)
            .text("txPayload", tx_payload)
            .text("nonce", &nonce);
        self.send_then(call, |answer| {
            with_member(answer, "nonce", &json::quoted(&nonce))
        })
    }

    /// Completes the confirmation with what the browser answered: `{token, credentialId, …}`.
    /// The token is not verified here, because payload and nonce are not known: give it to
    /// [`Client::verify_transaction`].
    pub fn complete_tx(&self, session: &str, confirmation: &str) -> Result<String> {
        let call = Call::new(&operations::COMPLETE_TX)
            .secret("session", session)
            .page_members("confirmation", confirmation, &V2_CONFIRMATION)?;
        self.send(call)
    }

    /// Verifies the token of a confirmed transaction: form, signature, audience and times as
    /// [`Client::verify_token`] does, except that it need not expire; and that it confirms this
    /// payload for the transaction with this nonce. With a username, a token that names another
    /// user is refused.
    pub fn verify_transaction(
        &self,
        tx_token: &str,
        tx_payload: &str,
        nonce: &str,
        username: Option<&str>,
    ) -> Result<String> {
        let check = |claims: &Claims<'_>| check_transaction(claims, tx_payload, nonce, username);
        self.verify(tx_token, Origin::Presented, None, &self.budget(), check)
            .map(|verified| verified.to_json())
            .map_err(|error| error.with_operation("v2_verify_transaction"))
    }
}
