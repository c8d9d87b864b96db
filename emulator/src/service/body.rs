//! The fields of a JSON body, read with the error a caller can use.

use serde_json::{Map, Value};

use crate::error::ServiceError;
use crate::json;
use crate::state::user::Subject;

/// The members of a JSON object. `null` counts as absent: some SDKs send it for what was not given.
#[derive(Clone, Debug, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Reads a body, which has to be one JSON object.
    pub fn parse(bytes: &[u8]) -> Result<Self, ServiceError> {
        let map = json::object(bytes);
        map.map(Self).ok_or_else(|| {
            ServiceError::bad_request("The body must be one JSON object, no member named twice")
        })
    }

    /// A text that has to be there and not be empty.
    pub fn text(&self, name: &str) -> Result<&str, ServiceError> {
        self.optional_text(name)?
            .ok_or_else(|| ServiceError::bad_request(format!("{name} is required")))
    }

    /// A text that may be absent but not empty.
    pub fn optional_text(&self, name: &str) -> Result<Option<&str>, ServiceError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
            Some(_) => Err(ServiceError::bad_request(format!(
                "{name} must be a text that is not empty"
            ))),
        }
    }

    /// A truth value that has to be there.
    pub fn flag(&self, name: &str) -> Result<bool, ServiceError> {
        let value = self.get(name).and_then(Value::as_bool);
        value.ok_or_else(|| ServiceError::bad_request(format!("{name} must be true or false")))
    }

    /// An object that has to be there.
    pub fn object(&self, name: &str) -> Result<Self, ServiceError> {
        match self.get(name) {
            Some(Value::Object(map)) => Ok(Self(map.clone())),
            _ => Err(ServiceError::bad_request(format!(
                "{name} must be an object"
            ))),
        }
    }

    /// Whom the fields name.
    pub fn subject(&self) -> Result<Subject, ServiceError> {
        let text = |name| self.optional_text(name).map(|text| text.map(str::to_owned));
        Ok(Subject {
            username: text("username")?,
            user_id: text("user_id")?,
        })
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}
