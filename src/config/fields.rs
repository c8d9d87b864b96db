//! The fields a configuration may have, and their types; read from JSON or from
//! the environment.

use std::collections::BTreeMap;
use std::env;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::Value;
use zeroize::Zeroize;

use super::files::shown;
use super::type_name;
use crate::error::{Error, Result};
use crate::json;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    Boolean,
    Integer,
    /// An object whose values are strings.
    Texts,
}

const FIELDS: [(&str, Kind); 25] = [
    ("client_id", Kind::Text),
    ("private_key", Kind::Text),
    ("private_key_file", Kind::Text),
    ("management", Kind::Boolean),
    ("base_url", Kind::Text),
    ("allow_http", Kind::Boolean),
    ("connect_timeout_ms", Kind::Integer),
    ("request_timeout_ms", Kind::Integer),
    ("wait_timeout_ms", Kind::Integer),
    ("max_retries", Kind::Integer),
    ("ca_file", Kind::Text),
    ("ca_pem", Kind::Text),
    ("client_cert_pem", Kind::Text),
    ("client_key_pem", Kind::Text),
    ("proxy", Kind::Text),
    ("leeway_s", Kind::Integer),
    ("issuer", Kind::Text),
    ("max_token_age_s", Kind::Integer),
    ("require_exp", Kind::Boolean),
    ("public_keys", Kind::Texts),
    ("key_cache_ttl_s", Kind::Integer),
    ("fetch_keys", Kind::Boolean),
    ("user_agent", Kind::Text),
    ("headers", Kind::Texts),
    ("max_response_bytes", Kind::Integer),
];

/// Values that have the types of their fields. Taking a field removes it.
#[derive(Default)]
pub(super) struct Settings(BTreeMap<&'static str, Value>);

impl Drop for Settings {
    /// What was not taken, because building stopped early, may be a key.
    fn drop(&mut self) {
        for value in self.0.values_mut() {
            if let Value::String(text) = value {
                text.zeroize();
            }
        }
    }
}

impl Settings {
    pub(super) fn from_json(text: &str) -> Result<Settings> {
        let invalid = |problem: String| {
            Error::config(
                "invalid_json",
                format!("the configuration is not one JSON object: {problem}"),
            )
        };
        // The parser's message would quote a text or a number, perhaps a key.
        if !text.trim_start().starts_with('{') {
            return Err(invalid("it does not begin with '{'".to_owned()));
        }
        let mut settings = Settings::default();
        for (name, raw) in json::members(text).map_err(|problem| invalid(problem.to_string()))? {
            let Some((field, kind)) = FIELDS.iter().find(|(field, _)| *field == name) else {
                return Err(Error::config(
                    "unknown_field",
                    format!("the configuration has no field {}", shown(&name)),
                ));
            };
            let raw = raw.get();
            let value = match raw.as_bytes().first() {
                Some(b'"') => json::secret_text(raw)
                    .map(|mut text| Value::String(std::mem::take(&mut *text)))
                    .ok_or_else(|| invalid(format!("{field} has an invalid escape")))?,
                Some(b'{') => json::parse_object(raw, 8)
                    .map(Value::Object)
                    .map_err(invalid)?,
                _ => serde_json::from_str(raw).map_err(|error| invalid(error.to_string()))?,
            };
            check_type(field, *kind, &value)?;
            settings.0.insert(field, value);
        }
        Ok(settings)
    }

    pub(super) fn from_env() -> Result<Settings> {
        let mut settings = Settings::default();
        for (field, kind) in FIELDS.iter().filter(|(_, kind)| *kind != Kind::Texts) {
            let variable = format!("LOGINID_{}", field.to_uppercase());
            let text = match env::var(&variable) {
                Ok(text) if !text.is_empty() => text,
                Ok(_) | Err(env::VarError::NotPresent) => continue,
                Err(env::VarError::NotUnicode(_)) => {
                    return Err(Error::config(
                        "mistyped_field",
                        format!("{variable} is not UTF-8"),
                    ));
                }
            };
            let value = match kind {
                Kind::Boolean => match text.as_str() {
                    "true" | "1" => Value::Bool(true),
                    "false" | "0" => Value::Bool(false),
                    _ => {
                        return Err(Error::config(
                            "mistyped_field",
                            format!("{variable} must be true or false"),
                        ));
                    }
                },
                Kind::Integer => text.parse::<u64>().map(Value::from).map_err(|_| {
                    Error::config(
                        "mistyped_field",
                        format!("{variable} must be a whole number"),
                    )
                })?,
                _ => Value::String(text),
            };
            settings.0.insert(field, value);
        }
        if !settings.0.contains_key("client_id") {
            return Err(Error::config(
                "missing_field",
                "LOGINID_CLIENT_ID is not set",
            ));
        }
        Ok(settings)
    }

    pub(super) fn set(&mut self, field: &'static str, value: Value) {
        self.0.insert(field, value);
    }

    pub(super) fn text(&mut self, field: &'static str) -> Option<String> {
        match self.0.remove(field) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        }
    }

    pub(super) fn boolean(&mut self, field: &'static str, default: bool) -> bool {
        match self.0.remove(field) {
            Some(Value::Bool(value)) => value,
            _ => default,
        }
    }

    pub(super) fn optional_integer(
        &mut self,
        field: &'static str,
        range: RangeInclusive<u64>,
    ) -> Result<Option<u64>> {
        let Some(value) = self.0.remove(field).and_then(|value| value.as_u64()) else {
            return Ok(None);
        };
        if !range.contains(&value) {
            return Err(Error::config(
                "out_of_range",
                format!("{field} must be from {} to {}", range.start(), range.end()),
            ));
        }
        Ok(Some(value))
    }

    pub(super) fn integer(
        &mut self,
        field: &'static str,
        default: u64,
        range: RangeInclusive<u64>,
    ) -> Result<u64> {
        Ok(self.optional_integer(field, range)?.unwrap_or(default))
    }

    /// A time limit: at least a millisecond, at most a day.
    pub(super) fn milliseconds(&mut self, field: &'static str, default: u64) -> Result<Duration> {
        self.integer(field, default, 1..=86_400_000)
            .map(Duration::from_millis)
    }

    pub(super) fn texts(&mut self, field: &'static str) -> Result<Vec<(String, String)>> {
        let Some(Value::Object(object)) = self.0.remove(field) else {
            return Ok(Vec::new());
        };
        object
            .into_iter()
            .map(|(name, value)| match value {
                Value::String(text) => Ok((name, text)),
                other => Err(mistyped(
                    &format!("{field}: the member {}", shown(&name)),
                    "a string",
                    &other,
                )),
            })
            .collect()
    }
}

fn mistyped(what: &str, expected: &str, value: &Value) -> Error {
    Error::config(
        "mistyped_field",
        format!("{what} must be {expected}, not {}", type_name(value)),
    )
}

fn check_type(field: &str, kind: Kind, value: &Value) -> Result<()> {
    let (fits, expected) = match kind {
        Kind::Text => (value.is_string(), "a string"),
        Kind::Boolean => (value.is_boolean(), "true or false"),
        Kind::Integer => (value.is_u64(), "a whole number, not negative"),
        Kind::Texts => (value.is_object(), "an object of strings"),
    };
    if fits {
        return Ok(());
    }
    Err(mistyped(field, expected, value))
}
