//! The registered applications.

use axum::extract::State as Shared;
use serde_json::json;

use super::actions::Control;
use super::reply::{Reply, answer};
use crate::error::ServiceError;
use crate::route::InPath;

impl Control {
    /// Removes an added application. Its users stay.
    pub fn remove_application(&self, client_id: &str) -> Result<(), ServiceError> {
        if client_id == self.client_id() {
            return Err(ServiceError::bad_request(
                "the default application cannot be removed",
            ));
        }
        self.application(client_id)?;
        self.state.remove_application(client_id);
        Ok(())
    }
}

pub async fn list(Shared(control): Shared<Control>) -> Reply {
    answer(json!({"applications": control.info().applications}))
}

pub async fn remove(Shared(control): Shared<Control>, InPath(client_id): InPath<String>) -> Reply {
    control.remove_application(&client_id)?;
    answer(json!({}))
}
