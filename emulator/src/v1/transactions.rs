//! Transactions that a user confirms with a signature.

use serde_json::json;

use super::answer::{Answer, Reply};
use super::assertion::{Assertion, assertion_payload};
use super::call::Call;
use super::token::{Identity, issue_token};
use crate::error::ServiceError;
use crate::state::State;
use crate::state::transaction::{Transaction, not_the_last_challenge, transaction_not_found};

/// Creates a transaction. The user confirms it at `url`, on their device.
pub async fn create(call: Call) -> Reply {
    // Backends always give a nonce; pages of public applications may not.
    if call.application.key.is_some() {
        call.body.text("nonce")?;
    }
    let transaction = Transaction {
        username: call.subject.username.clone(),
        ..read(&call)?
    };
    let mut world = call.state.world();
    if call.subject.username.is_some() {
        world.users.find_active(&call.subject)?;
    }
    let answer = json!({"id": transaction.id, "url": format!("{}/_emulator/tx/{}", call.state.base_url, transaction.id)});
    world
        .transactions
        .insert(transaction.id.clone(), transaction);
    Ok(Answer::Json(answer))
}

fn read(call: &Call) -> Result<Transaction, ServiceError> {
    require_text_type(call)?;
    let payload = call.body.text("tx_payload")?;
    let nonce = call.body.optional_text("nonce")?;
    let client_id = &call.application.client_id;
    Ok(Transaction::new(client_id, payload, nonce, call.now()))
}

fn require_text_type(call: &Call) -> Result<(), ServiceError> {
    match call.body.optional_text("tx_type")? {
        None | Some("text") => Ok(()),
        Some(_) => Err(ServiceError::bad_request("tx_type must be text")),
    }
}

/// Asks for the user's signature on an existing transaction or on a new one. An existing transaction keeps
/// the nonce it was created with, because its application verifies that nonce.
pub async fn init(call: Call) -> Reply {
    require_text_type(&call)?;
    let existing = call.body.optional_text("tx_id")?;
    if existing.is_some() == call.body.optional_text("tx_payload")?.is_some() {
        return Err(ServiceError::bad_request("give either tx_id or tx_payload"));
    }
    call.body.optional_text("nonce")?;

    let mut world = call.state.world();
    let world = &mut *world;
    let user = world.users.find_active(&call.subject)?;
    let rp_id = call.rp_id();
    let mut options = assertion_payload(user, &rp_id, "")?;
    let id = match existing {
        Some(id) => id.to_owned(),
        None => {
            let transaction = Transaction {
                username: Some(user.username.clone()),
                ..read(&call)?
            };
            let id = transaction.id.clone();
            world.transactions.insert(id.clone(), transaction);
            id
        }
    };
    let transaction = own(world.transactions.get_mut(&id), &call)?;
    transaction.require_open(&user.username, call.now())?;
    options["challenge"] = json!(transaction.ask(&user.id, &rp_id));
    Ok(Answer::Json(
        json!({"tx_id": id, "assertion_options": options}),
    ))
}

/// Confirms a transaction with that signature.
pub async fn complete(call: Call) -> Reply {
    let assertion = Assertion::of_transaction(&call.body)?;
    let id = call.body.text("tx_id")?;
    let (identity, rp_id) = {
        let mut world = call.state.world();
        let identity = Identity::from(world.users.find(&call.subject)?);
        let transaction = own(world.transactions.get_mut(id), &call)?;
        transaction.require_open(&identity.username, call.now())?;
        let rp_id = transaction
            .answer(&identity.user_id, &assertion.challenge)
            .ok_or_else(not_the_last_challenge)?;
        (identity, rp_id)
    };
    assertion.verify(&call, &identity.user_id, &rp_id)?;
    let transaction = {
        let mut world = call.state.world();
        let transaction = own(world.transactions.get_mut(id), &call)?;
        transaction.confirm(&identity.username, &assertion.challenge, call.now())?;
        transaction.clone()
    };
    Ok(Answer::Json(
        json!({"jwt": confirmation(&call.state, &transaction, &identity)}),
    ))
}

/// The transaction, if it belongs to the calling application.
fn own<'a>(
    found: Option<&'a mut Transaction>,
    call: &Call,
) -> Result<&'a mut Transaction, ServiceError> {
    let own = found.filter(|transaction| transaction.client_id == call.application.client_id);
    own.ok_or_else(transaction_not_found)
}

/// The token for a confirmed transaction.
pub fn confirmation(state: &State, transaction: &Transaction, identity: &Identity) -> String {
    issue_token(
        state,
        &transaction.client_id,
        identity,
        "transaction",
        transaction.claims(),
    )
}
