//! Transactions that a user confirms with a passkey.

use serde_json::json;

use super::answer::{Answer, Reply};
use super::assertion::Assertion;
use super::call::Call;
use super::error::not_found;
use super::options;
use super::token::{self, Confirmed};
use crate::encoding::{base64url, random, sha256};
use crate::error::ServiceError;
use crate::state::v2::new_id;
use crate::state::v2::session::{Challenge, Pending, Transaction, wrong_session};
use crate::state::v2::user::user_not_found;

/// Asks the user to sign a transaction.
pub async fn init(call: Call) -> Reply {
    let username = call.body.text("username")?;
    let payload = call.body.text("txPayload")?;
    let nonce = call.body.text("nonce")?;
    if call.body.text("txType")? != "raw" {
        return Err(ServiceError::bad_request("txType must be raw"));
    }
    let device = call.device()?;
    let mut world = call.state.v2.world();
    let user = world.users.named(&call.application.id, username);
    let user = user.ok_or_else(user_not_found)?;
    if user.passkeys.is_empty() {
        return Err(not_found("The user has no passkey"));
    }
    let service_nonce = new_nonce();
    let hash = hash(payload, nonce, &service_nonce);
    // The device signs the hash itself: the emulator's choice.
    let challenge = Challenge {
        text: hash.clone(),
        ..Challenge::new(call.rp_id(), device)
    };
    let options = options::request(&challenge, Some(user));
    let id = new_id();
    let pending = Pending::Transaction(Transaction {
        id: id.clone(),
        challenge,
        username: user.username.clone(),
        hash,
        nonce: nonce.to_owned(),
        service_nonce,
    });
    let session = world
        .sessions
        .begin(&call.application.id, pending, call.now());
    Ok(Answer::Json(json!({
        "txId": id,
        "session": session,
        "assertionOptions": options,
    })))
}

/// Confirms a transaction with that signature.
pub async fn complete(call: Call) -> Reply {
    let session = call.body.text("session")?;
    let assertion = Assertion::of_transaction(&call.body)?;
    let (id, now) = (&call.application.id, call.now());
    let pending = call.state.v2.world().sessions.take(session, id, now)?;
    let Pending::Transaction(transaction) = pending else {
        return Err(wrong_session());
    };
    let signer = assertion.verify(
        &call.state,
        &call.application,
        &transaction.challenge,
        Some(&transaction.username),
    )?;
    let confirmed = Confirmed {
        user_id: &signer.user_id,
        username: &signer.username,
        passkey_id: Some(&signer.passkey_id),
        hash: &transaction.hash,
        nonce: &transaction.nonce,
        service_nonce: &transaction.service_nonce,
    };
    let token = token::of_transaction(&call.state, &call.application, &confirmed);
    Ok(Answer::Json(json!({
        "token": token,
        "credentialId": signer.passkey_id,
        // In 2024 the answer had these. The browser SDK 1.6.0 keeps `jwtAccess` as its session; that it is the same
        // token, which is no log-in, is the emulator's choice.
        "jwtAccess": token,
        "txId": transaction.id,
        "txHash": transaction.hash,
        "nonce": transaction.nonce,
        "lNonce": transaction.service_nonce,
    })))
}

/// `base64url(SHA-256(txPayload ‖ nonce ‖ lNonce))`, the texts one after the other. LoginID documents the hash; the
/// encoding is inferred.
pub fn hash(payload: &str, nonce: &str, service_nonce: &str) -> String {
    base64url(sha256(&[
        payload.as_bytes(),
        nonce.as_bytes(),
        service_nonce.as_bytes(),
    ]))
}

/// A nonce of the service.
pub fn new_nonce() -> String {
    base64url(random::<16>())
}
