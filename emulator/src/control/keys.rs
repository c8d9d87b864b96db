//! The keys that the service signs its tokens with.

use std::sync::Arc;

use axum::extract::State as Shared;
use serde_json::{Value, json};

use super::actions::Control;
use super::reply::{Reply, answer};
use crate::error::ServiceError;
use crate::route::InPath;
use crate::state::keyring::ServiceKey;

impl Control {
    /// The keys that are served at `/certs`, the current one last.
    pub fn keys(&self) -> Vec<Value> {
        view(&self.state.keys(), &self.state.signing_key())
    }

    /// Stops serving a previous key.
    pub fn retire_key(&self, kid: &str) -> Result<(), ServiceError> {
        if self.state.signing_key().kid == kid {
            return Err(ServiceError::bad_request(
                "the current key signs tokens: rotate the keys first",
            ));
        }
        self.state.retire_key(kid)
    }
}

/// The keys of a service, as the control API shows them.
pub fn view(keys: &[Arc<ServiceKey>], current: &ServiceKey) -> Vec<Value> {
    keys.iter()
        .map(|key| {
            json!({"kid": key.kid, "public_key": key.public_pem, "is_current": key.kid == current.kid})
        })
        .collect()
}

pub async fn list(Shared(control): Shared<Control>) -> Reply {
    answer(json!({"keys": control.keys()}))
}

pub async fn retire(Shared(control): Shared<Control>, InPath(kid): InPath<String>) -> Reply {
    control.retire_key(&kid)?;
    answer(json!({}))
}
