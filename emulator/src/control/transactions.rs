//! Transactions as the user's device shows them.

use axum::body::Bytes;
use axum::extract::State as Shared;
use serde::Deserialize;
use serde_json::{Value, json};

use super::actions::Control;
use super::reply::{Reply, answer, read};
use crate::error::ServiceError;
use crate::route::InPath;
use crate::state::clock::timestamp;
use crate::state::transaction::{Transaction, transaction_not_found};

impl Control {
    /// The latest transactions, oldest first.
    pub fn transactions(&self) -> Vec<Value> {
        self.state.world().transactions.iter().map(view).collect()
    }

    /// A transaction as the user sees it.
    pub fn transaction(&self, id: &str) -> Result<Value, ServiceError> {
        let world = self.state.world();
        let transaction = world.transactions.get(id);
        transaction.map(view).ok_or_else(transaction_not_found)
    }

    /// Denies a transaction: nobody can confirm it any longer.
    pub fn deny_transaction(&self, id: &str) -> Result<Value, ServiceError> {
        let now = self.state.clock.now();
        let mut world = self.state.world();
        let transaction = world
            .transactions
            .get_mut(id)
            .ok_or_else(transaction_not_found)?;
        transaction.deny(now)?;
        Ok(view(transaction))
    }
}

fn view(transaction: &Transaction) -> Value {
    json!({
        "id": transaction.id,
        "client_id": transaction.client_id,
        "username": transaction.username,
        "tx_payload": transaction.payload,
        "confirmed": transaction.confirmed,
        "denied": transaction.denied,
        "expires_at": timestamp(transaction.expires),
    })
}

pub async fn list(Shared(control): Shared<Control>) -> Reply {
    answer(json!({"transactions": control.transactions()}))
}

pub async fn show(Shared(control): Shared<Control>, InPath(id): InPath<String>) -> Reply {
    answer(control.transaction(&id)?)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Confirmation {
    username: Option<String>,
}

pub async fn confirm(
    Shared(control): Shared<Control>,
    InPath(id): InPath<String>,
    body: Bytes,
) -> Reply {
    let Confirmation { username } = read(&body)?;
    answer(json!({"jwt": control.confirm(&id, username.as_deref())?}))
}

pub async fn deny(Shared(control): Shared<Control>, InPath(id): InPath<String>) -> Reply {
    answer(control.deny_transaction(&id)?)
}
