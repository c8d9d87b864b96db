//! The fields of a JSON body, with an error for each that is missing or of the wrong type.

use axum::http::header;
use axum::http::request::Parts;
use serde_json::{Map, Value};

use crate::encoding::from_base64url;
use crate::error::ServiceError;
use crate::json;

/// The members of a JSON object. `null` counts as absent: some SDKs send it for arguments that were not given.
#[derive(Clone, Debug, Default)]
pub struct Fields(Map<String, Value>);

impl Fields {
    /// Reads the body of a request, which must name its type.
    pub fn of_request(head: &Parts, bytes: &[u8]) -> Result<Self, ServiceError> {
        let content_type = head.headers.get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let media_type = content_type.unwrap_or_default().split(';').next();
        let media_type = media_type.unwrap_or_default().trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            return Err(ServiceError::bad_request(
                "Content-Type must be application/json",
            ));
        }
        Self::parse(bytes)
    }

    /// Reads a body, which must be one JSON object.
    pub fn parse(bytes: &[u8]) -> Result<Self, ServiceError> {
        let map = json::object(bytes);
        map.map(Self).ok_or_else(|| {
            ServiceError::bad_request("The body must be one JSON object, no member named twice")
        })
    }

    /// A required text that is not empty.
    pub fn text(&self, name: &str) -> Result<&str, ServiceError> {
        self.optional_text(name)?
            .ok_or_else(|| ServiceError::bad_request(format!("{name} is required")))
    }

    /// An optional text that is not empty.
    pub fn optional_text(&self, name: &str) -> Result<Option<&str>, ServiceError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
            Some(_) => Err(ServiceError::bad_request(format!(
                "{name} must be a text that is not empty"
            ))),
        }
    }

    /// A required boolean.
    pub fn flag(&self, name: &str) -> Result<bool, ServiceError> {
        let value = self.get(name).and_then(Value::as_bool);
        value.ok_or_else(|| ServiceError::bad_request(format!("{name} must be true or false")))
    }

    /// An optional boolean; false if absent.
    pub fn optional_flag(&self, name: &str) -> Result<bool, ServiceError> {
        if self.get(name).is_none() {
            Ok(false)
        } else {
            self.flag(name)
        }
    }

    /// Required bytes in base64url.
    pub fn binary(&self, name: &str) -> Result<Vec<u8>, ServiceError> {
        let bytes = from_base64url(self.text(name)?);
        bytes.ok_or_else(|| {
            ServiceError::bad_request(format!("{name} must be base64url without padding"))
        })
    }

    /// A required object.
    pub fn object(&self, name: &str) -> Result<Self, ServiceError> {
        self.optional_object(name)?
            .ok_or_else(|| ServiceError::bad_request(format!("{name} is required")))
    }

    /// An optional object.
    pub fn optional_object(&self, name: &str) -> Result<Option<Self>, ServiceError> {
        match self.get(name) {
            None => Ok(None),
            Some(Value::Object(map)) => Ok(Some(Self(map.clone()))),
            Some(_) => Err(ServiceError::bad_request(format!(
                "{name} must be an object"
            ))),
        }
    }

    /// An optional value of any type.
    pub fn value(&self, name: &str) -> Option<Value> {
        self.get(name).cloned()
    }

    /// An optional text. An empty one counts as absent: some SDKs send it for an argument that was not given.
    pub fn text_unless_empty(&self, name: &str) -> Result<Option<&str>, ServiceError> {
        match self.get(name) {
            Some(Value::String(text)) if text.is_empty() => Ok(None),
            _ => self.optional_text(name),
        }
    }

    /// An optional list of texts.
    pub fn optional_texts(&self, name: &str) -> Result<Option<Vec<&str>>, ServiceError> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        let texts = value
            .as_array()
            .and_then(|items| items.iter().map(Value::as_str).collect());
        texts
            .map(Some)
            .ok_or_else(|| ServiceError::bad_request(format!("{name} must be an array of strings")))
    }

    fn get(&self, name: &str) -> Option<&Value> {
        self.0.get(name).filter(|value| !value.is_null())
    }
}
