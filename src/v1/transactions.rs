//! Transactions that a user confirms with a credential.

use serde_json::Value;

use super::answer::members;
use super::client::Client;
use super::forms::CONFIRMATION;
use super::operations;
use super::transaction_token::check_transaction;
use crate::calls::object;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json::{self, Members};
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
        let nonce = nonce_or_new(nonce)?;
        let mut call = self
            .call(&operations::CREATE_TX)
            .text("tx_payload", tx_payload)
            .text("nonce", &nonce)
            .optional_text("username", username);
        call.subject.username = username;
        call.tx_payload = tx_payload;
        self.send_then(call, |answer| with_nonce(answer, &nonce))
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
        let nonce = nonce_or_new(nonce)?;
        let call = self
            .call(&operations::INIT_TX)
            .username(username)
            .text("nonce", &nonce)
            .optional_text("tx_id", tx_id)
            .optional_text("tx_payload", tx_payload);
        self.send_then(call, |answer| with_nonce(answer, &nonce))
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
        let argument = "assertion_payload_json";
        let members = object(assertion_payload, argument)?;
        let texts = match CONFIRMATION.read(&members, argument)? {
            Some(texts) => texts,
            None => confirmation(&members, argument)?,
        };
        let mut call = self
            .call(&operations::COMPLETE_TX)
            .text("tx_id", tx_id)
            .username(username);
        for (name, text) in texts {
            call = call.text(name, &text);
        }
        self.send(call)
    }
}

/// The members of a confirmation and no others: they are not sent in an object of their own.
fn confirmation(members: &Members<'_>, argument: &str) -> Result<Vec<(&'static str, String)>> {
    let names = CONFIRMATION.names();
    let refuse = |why: String| CONFIRMATION.refusal(argument, &why);
    let is_unknown = |name: &str| !names.contains(&name);
    if let Some((name, _)) = members.iter().find(|(name, _)| is_unknown(name)) {
        let name = json::shown_name(name);
        return Err(refuse(format!("has an unknown member {name}")));
    }
    let text = |name: &&'static str| {
        let text = json::text_member(members, name);
        let text = text.ok_or_else(|| refuse(format!("needs a string '{name}'")))?;
        Ok((*name, text))
    };
    names.iter().map(text).collect()
}

fn nonce_or_new(nonce: Option<&str>) -> Result<String> {
    match nonce {
        Some(nonce) => Ok(nonce.to_owned()),
        None => random::nonce(),
    }
}

/// The answer with the nonce that was sent. It replaces a nonce in the answer.
fn with_nonce(mut answer: String, nonce: &str) -> Result<String> {
    let [existing] = members(&answer, ["nonce"])?;
    let nonce = Value::from(nonce).to_string();
    if let Some(existing) = existing {
        let start = existing.get().as_ptr().addr() - answer.as_ptr().addr();
        answer.replace_range(start..start + existing.get().len(), &nonce);
        return Ok(answer);
    }
    answer.truncate(answer.trim_end().len() - 1);
    let is_empty = answer.trim_end().ends_with('{');
    let comma = if is_empty { "" } else { "," };
    answer.push_str(&format!("{comma}\"nonce\":{nonce}}}"));
    Ok(answer)
}

#[cfg(test)]
mod tests {
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

    #[test]
    fn the_nonce_that_was_sent_is_in_the_answer_once() {
        for (answer, expected) in [
            ("{}", r#"{"nonce":"n\""}"#),
            (" { } \n", r#" { "nonce":"n\""}"#),
            (r#"{"id":1.10}"#, r#"{"id":1.10,"nonce":"n\""}"#),
            (r#"{"a":{}} "#, r#"{"a":{},"nonce":"n\""}"#),
            (r#"{"a":"{"}"#, r#"{"a":"{","nonce":"n\""}"#),
            (r#"{"nonce":null}"#, r#"{"nonce":"n\""}"#),
            (
                r#"{"a":{"nonce":1}, "\u006eonce" : "other", "b":[]}"#,
                r#"{"a":{"nonce":1}, "\u006eonce" : "n\"", "b":[]}"#,
            ),
        ] {
            let with = with_nonce(answer.to_owned(), "n\"").unwrap();
            assert_eq!(with, expected, "{answer}");
        }
        let twice = r#"{"nonce":1,"\u006eonce":2}"#;
        assert!(with_nonce(twice.to_owned(), "n").is_err());
    }
}
