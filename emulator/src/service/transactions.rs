//! Transactions an application asks its user to confirm.

use serde_json::json;

use super::answer::{Answer, Reply};
use super::call::Call;
use crate::error::ServiceError;
use crate::state::transaction::Transaction;

/// Creates a transaction. The user confirms it at `url`, on their device.
pub async fn create(call: Call) -> Reply {
    if !matches!(call.body.optional_text("tx_type")?, None | Some("text")) {
        return Err(ServiceError::bad_request("tx_type must be text"));
    }
    let payload = call.body.text("tx_payload")?;
    let nonce = call.body.text("nonce")?;
    let now = call.state.clock.now();
    let mut world = call.state.world();
    if call.subject.username.is_some() {
        world.users.find(&call.subject)?.require_active()?;
    }
    let transaction = Transaction::new(
        &call.application.client_id,
        call.subject.username.clone(),
        payload,
        nonce,
        now,
    );
    let answer = json!({"id": transaction.id, "url": format!("{}/_emulator/tx/{}", call.state.base_url, transaction.id)});
    world
        .transactions
        .insert(transaction.id.clone(), transaction);
    Ok(Answer::Json(answer))
}
