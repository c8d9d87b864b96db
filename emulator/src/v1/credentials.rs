//! Credential management: list, rename, revoke.

use serde::Deserialize;
use serde_json::{Value, json};

use super::answer::{Answer, Reply};
use super::call::Call;
use crate::error::ServiceError;
use crate::state::credential::{Credential, CredentialStatus};

/// Lists a user's credentials, all or those of one status.
pub async fn list(call: Call) -> Reply {
    list_of(&call, call.body.optional_text("status")?)
}

/// The older form of the list, with its arguments in the query.
pub async fn list_by_query(call: Call) -> Reply {
    list_of(
        &call,
        Some(call.parameter("status")).filter(|status| !status.is_empty()),
    )
}

fn list_of(call: &Call, status: Option<&str>) -> Reply {
    let status = status.map(|status| {
        CredentialStatus::deserialize(Value::from(status)).map_err(|_| {
            ServiceError::bad_request(
                "status must be active, pending, inactive, revoked or deleted",
            )
        })
    });
    let status = status.transpose()?;
    let world = call.state.world();
    let user = world.users.find(&call.subject)?;
    let listed = user
        .credentials
        .iter()
        .filter(|credential| status.is_none_or(|status| credential.status == status));
    let credentials: Vec<Value> = listed.map(Credential::view).collect();
    Ok(Answer::Json(
        json!({"user_id": user.id, "credentials": credentials}),
    ))
}

/// Renames a credential.
pub async fn rename(call: Call) -> Reply {
    let fields = call.body.object("credential")?;
    let name = fields.text("name")?;
    change(&call, fields.text("uuid")?, |credential, now| {
        credential.rename(name, now);
        Ok(())
    })
}

/// Revokes a credential for good.
pub async fn revoke(call: Call) -> Reply {
    let fields = call.body.object("credential")?;
    change(&call, fields.text("uuid")?, Credential::revoke)
}

fn change(
    call: &Call,
    uuid: &str,
    change: impl FnOnce(&mut Credential, i64) -> Result<(), ServiceError>,
) -> Reply {
    let mut world = call.state.world();
    let user = world.users.find_mut(&call.subject)?;
    let user_id = user.id.clone();
    let credential = user.credential_mut(uuid)?;
    change(credential, call.now())?;
    Ok(Answer::Json(
        json!({"user_id": user_id, "credential": credential.view()}),
    ))
}
