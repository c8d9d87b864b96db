//! The keys that the current service signs its tokens with.

use axum::extract::State as Shared;
use serde_json::{Value, json};

use super::V2;
use crate::control::actions::Control;
use crate::control::keys::view;
use crate::control::reply::{Reply, answer};
use crate::error::ServiceError;
use crate::route::InPath;

impl V2 {
    /// The keys of the key set, the current one last.
    pub fn keys(&self) -> Vec<Value> {
        view(&self.state.v2.keys(), &self.state.v2.signing_key())
    }

    /// Removes a previous key from the key set.
    pub fn retire_key(&self, kid: &str) -> Result<(), ServiceError> {
        if self.state.v2.signing_key().kid == kid {
            return Err(ServiceError::bad_request(
                "the current key signs tokens: rotate the keys first",
            ));
        }
        if self.state.v2.retire_key(kid) {
            return Ok(());
        }
        Err(ServiceError::not_found(
            "key_not_found",
            "There is no key with this id",
        ))
    }
}

pub async fn list(Shared(control): Shared<Control>) -> Reply {
    answer(json!({"keys": control.v2().keys()}))
}

pub async fn retire(Shared(control): Shared<Control>, InPath(kid): InPath<String>) -> Reply {
    control.v2().retire_key(&kid)?;
    answer(json!({}))
}
