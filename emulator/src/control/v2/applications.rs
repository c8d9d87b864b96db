//! Applications of the current service and their API keys.

use axum::body::Bytes;
use axum::extract::{RawQuery, State as Shared};
use serde::Deserialize;
use serde_json::{Value, json};

use super::V2;
use crate::control::actions::Control;
use crate::control::reply::{Reply, answer, parameter, read};
use crate::error::ServiceError;
use crate::route::InPath;

impl V2 {
    /// Removes an added application with its users.
    pub fn remove_application(&self, id: &str) -> Result<(), ServiceError> {
        let application = self.application(Some(id))?;
        if application.id == self.application_id() {
            return Err(ServiceError::bad_request(
                "the default application cannot be removed",
            ));
        }
        self.state.v2.remove_application(&application.id);
        Ok(())
    }

    /// The API keys of an application (`None`: the default one) with their scopes, the first one first.
    pub fn api_keys(&self, application_id: Option<&str>) -> Result<Vec<Value>, ServiceError> {
        let application = self.application(application_id)?;
        let keys = application.keys().into_iter();
        Ok(keys
            .map(|key| {
                json!({
                    "api_key": key.secret,
                    "scopes": key.scopes.iter().map(|scope| scope.name()).collect::<Vec<_>>(),
                    "is_first": key.secret == application.first_key,
                })
            })
            .collect())
    }

    /// Removes an added API key of an application (`None`: the default one).
    pub fn remove_api_key(
        &self,
        application_id: Option<&str>,
        api_key: &str,
    ) -> Result<(), ServiceError> {
        let application = self.application(application_id)?;
        if api_key == application.first_key {
            return Err(ServiceError::bad_request(
                "the first API key of an application cannot be removed",
            ));
        }
        if application.remove_key(api_key) {
            return Ok(());
        }
        Err(ServiceError::not_found(
            "api_key_not_found",
            "The application has no such API key",
        ))
    }
}

pub async fn remove(Shared(control): Shared<Control>, InPath(id): InPath<String>) -> Reply {
    control.v2().remove_application(&id)?;
    answer(json!({}))
}

pub async fn api_keys(Shared(control): Shared<Control>, RawQuery(query): RawQuery) -> Reply {
    let application_id = parameter(query, "application_id");
    let keys = control.v2().api_keys(application_id.as_deref())?;
    answer(json!({"api_keys": keys}))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OldApiKey {
    api_key: String,
    application_id: Option<String>,
}

pub async fn remove_api_key(Shared(control): Shared<Control>, body: Bytes) -> Reply {
    let old: OldApiKey = read(&body)?;
    control
        .v2()
        .remove_api_key(old.application_id.as_deref(), &old.api_key)?;
    answer(json!({}))
}
