//! The values of a configuration, read from JSON or from the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

use super::effective::{Setting, SettingValue};
use super::environment;
use super::fields::{Fields, Kind};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::input::number::whole_number;
use crate::input::pem::as_utf8;
use crate::input::spelling::nearest;
use crate::json::{self, Malformed};

/// A time limit in milliseconds: at most a day.
pub(crate) const MILLISECONDS: RangeInclusive<u64> = 1..=86_400_000;

/// Texts that are shown to a person. All others are hidden: keys, certificates, and the URL of a
/// proxy, which may hold a password.
const SHOWN: [&str; 5] = [
    "client_id",
    "base_url",
    "application_id",
    "issuer",
    "user_agent",
];

/// Values that have the types of their fields. Taking a field removes it, and notes the value
/// in effect.
pub(super) struct Settings {
    values: BTreeMap<&'static str, Value>,
    taken: Vec<Setting>,
}

impl Drop for Settings {
    /// Fields that were not taken, because building stopped early, may hold a key.
    fn drop(&mut self) {
        for value in self.values.values_mut() {
            if let Value::String(text) = value {
                text.zeroize();
            }
        }
    }
}

impl Settings {
    /// No values yet.
    pub(super) fn new() -> Settings {
        Settings {
            values: BTreeMap::new(),
            taken: Vec::new(),
        }
    }

    /// The values in effect, in the order in which they were taken.
    pub(super) fn take_effective(&mut self) -> Vec<Setting> {
        std::mem::take(&mut self.taken)
    }

    /// Notes the text in effect of a field that was taken: a default, or the path of a file.
    pub(super) fn note_text(&mut self, field: &'static str, text: &str) {
        let mut taken = self.taken.iter_mut();
        if let Some(setting) = taken.find(|setting| setting.field == field) {
            setting.value = SettingValue::Text(text.to_owned());
        }
    }

    fn note(&mut self, field: &'static str, is_given: bool, value: SettingValue) {
        self.taken.push(Setting {
            field,
            is_given,
            value,
        });
    }

    pub(super) fn from_json(text: &str, fields: &Fields) -> Result<Settings> {
        // The parser's message would quote a string or a number, which may be a key.
        if !text.trim_start().starts_with('{') {
            let problem = Malformed::NotAnObject("it does not begin with '{'".to_owned());
            return Err(unusable(&problem));
        }
        let mut settings = Settings::new();
        for (name, raw) in json::members(text).map_err(|problem| unusable(&problem))? {
            let Some((field, kind)) = fields.all().find(|(field, _)| *field == name) else {
                let known = fields.all().map(|(field, _)| *field);
                let meant = nearest(&name, known)
                    .map_or(String::new(), |field| format!(": did you mean '{field}'?"));
                return Err(Error::new(
                    Code::UnknownField,
                    format!(
                        "the configuration has no field {}{meant}",
                        json::shown_name(&name)
                    ),
                ));
            };
            let raw = raw.get();
            let value = match raw.as_bytes().first() {
                Some(b'"') => json::secret_text(raw)
                    .map(|mut text| Value::String(std::mem::take(&mut *text)))
                    .ok_or_else(|| unusable_value(field, "invalid escape"))?,
                Some(b'{') => json::parse_object(raw, 8)
                    .map(|object| Value::Object(object.into()))
                    .map_err(|problem| unusable_value(field, &problem))?,
                Some(b'-' | b'0'..=b'9') if *kind == Kind::Integer => integer(field, raw)?,
                _ => serde_json::from_str(raw)
                    .map_err(|error| unusable_value(field, &error.to_string()))?,
            };
            check_type(field, *kind, &value)?;
            settings.values.insert(field, value);
        }
        Ok(settings)
    }

    pub(super) fn from_env(fields: &Fields) -> Result<Settings> {
        Settings::from_env_with(Settings::new(), fields)
    }

    /// The environment, in which the fields that `settings` has already have these values.
    pub(super) fn from_env_with(settings: Settings, fields: &Fields) -> Result<Settings> {
        fields.check_spelling()?;
        Settings::from_variables(settings, fields)
    }

    /// The same, whatever else there is in the environment.
    pub(super) fn from_variables(mut settings: Settings, fields: &Fields) -> Result<Settings> {
        for (variable, field, kind) in &fields.variables().collect::<Vec<_>>() {
            if settings.values.contains_key(field) {
                continue;
            }
            let Some(value) = environment::variable(variable) else {
                continue;
            };
            let text = text_of(variable, *kind, value)?;
            let value = match kind {
                Kind::Boolean => boolean(variable, &text)?,
                Kind::Integer => integer(variable, &text)?,
                Kind::Text | Kind::Pem | Kind::Texts | Kind::Object => Value::String(text),
            };
            settings.values.insert(field, value);
        }
        if !settings.values.contains_key(fields.required()) {
            let why = if environment::is_ignored() {
                "the environment is not read in a program that runs with more rights \
                 than its caller (setuid, setgid, file capabilities)"
                    .to_owned()
            } else {
                format!("{} is not set", fields.required_variable())
            };
            return Err(Error::new(Code::MissingField, why));
        }
        Ok(settings)
    }

    /// Takes the values of the other settings in place of its own.
    pub(super) fn replace(&mut self, mut other: Settings) {
        for (field, value) in std::mem::take(&mut other.values) {
            if let Some(Value::String(mut old)) = self.values.insert(field, value) {
                // It may be a key.
                old.zeroize();
            }
        }
    }

    pub(super) fn set(&mut self, field: &'static str, value: Value) {
        self.values.insert(field, value);
    }

    pub(super) fn text(&mut self, field: &'static str) -> Option<String> {
        let text = match self.values.remove(field) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let shown = match &text {
            None => SettingValue::None,
            Some(text) if SHOWN.contains(&field) => SettingValue::Text(text.clone()),
            // The path of a file is noted once the file is read: until then it may be a key.
            Some(_) => SettingValue::Redacted,
        };
        self.note(field, text.is_some(), shown);
        text
    }

    pub(super) fn boolean(&mut self, field: &'static str, default: bool) -> bool {
        let given = self.values.remove(field).and_then(|value| value.as_bool());
        let value = given.unwrap_or(default);
        self.note(field, given.is_some(), SettingValue::Boolean(value));
        value
    }

    pub(super) fn optional_integer(
        &mut self,
        field: &'static str,
        range: RangeInclusive<u64>,
    ) -> Result<Option<u64>> {
        let Some(value) = self.values.remove(field).and_then(|value| value.as_u64()) else {
            self.note(field, false, SettingValue::None);
            return Ok(None);
        };
        self.note(field, true, SettingValue::Number(value));
        if !range.contains(&value) {
            return Err(Error::new(
                Code::OutOfRange,
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
        let given = self.optional_integer(field, range)?;
        if let (None, Some(setting)) = (given, self.taken.last_mut()) {
            setting.value = SettingValue::Number(default);
        }
        Ok(given.unwrap_or(default))
    }

    /// A time limit.
    pub(super) fn milliseconds(&mut self, field: &'static str, default: u64) -> Result<Duration> {
        self.integer(field, default, MILLISECONDS)
            .map(Duration::from_millis)
    }

    pub(super) fn object(&mut self, field: &'static str) -> Option<Map<String, Value>> {
        let object = match self.values.remove(field) {
            Some(Value::Object(object)) => Some(object),
            _ => None,
        };
        let shown = match &object {
            None => SettingValue::None,
            Some(_) => SettingValue::Redacted,
        };
        self.note(field, object.is_some(), shown);
        object
    }

    /// An object whose values are strings.
    pub(super) fn texts(&mut self, field: &'static str) -> Result<Vec<(String, String)>> {
        self.object(field)
            .unwrap_or_default()
            .into_iter()
            .map(|(name, value)| match value {
                Value::String(text) => Ok((name, text)),
                other => Err(mistyped(
                    &format!("{field}: the member {}", json::shown_name(&name)),
                    "a string",
                    &other,
                )),
            })
            .collect()
    }
}

fn unusable(problem: &Malformed) -> Error {
    let message = match problem {
        Malformed::NotAnObject(why) => format!("the configuration is not one JSON object: {why}"),
        problem => format!("the configuration cannot be used: {problem}"),
    };
    Error::new(Code::InvalidConfigJson, message)
}

/// A value that the parser refuses. It counts lines and columns from where the value begins.
fn unusable_value(field: &str, problem: &str) -> Error {
    let why = problem.split(" at line ").next().unwrap_or(problem);
    Error::new(
        Code::InvalidConfigJson,
        format!("the configuration cannot be used: {field}: {why}"),
    )
}

fn mistyped(what: &str, expected: &str, value: &Value) -> Error {
    Error::new(
        Code::MistypedField,
        format!("{what} must be {expected}, not {}", type_name(value)),
    )
}

fn check_type(field: &str, kind: Kind, value: &Value) -> Result<()> {
    let (fits, expected) = match kind {
        Kind::Text | Kind::Pem => (value.is_string(), "a string"),
        Kind::Boolean => (value.is_boolean(), "true or false"),
        Kind::Integer => (value.is_u64(), "a whole number"),
        Kind::Texts => (value.is_object(), "an object of strings"),
        Kind::Object => (value.is_object(), "an object"),
    };
    if fits {
        return Ok(());
    }
    Err(mistyped(field, expected, value))
}

/// `name` is a field's or a variable's.
fn integer(name: &str, text: &str) -> Result<Value> {
    whole_number(text).map(Value::from).map_err(|hint| {
        Error::new(
            Code::MistypedField,
            format!("{name} must be a whole number{hint}"),
        )
    })
}

fn boolean(variable: &str, text: &str) -> Result<Value> {
    let hint = match text {
        "true" | "1" => return Ok(Value::Bool(true)),
        "false" | "0" => return Ok(Value::Bool(false)),
        blank if blank.trim() != blank => ", without blanks around it",
        _ => "",
    };
    Err(Error::new(
        Code::MistypedField,
        format!("{variable} must be true or false{hint}"),
    ))
}

fn text_of(variable: &str, kind: Kind, value: OsString) -> Result<String> {
    match String::from_utf8(value.into_encoded_bytes()) {
        Ok(text) => Ok(text),
        Err(error) => {
            // It may be a key.
            let bytes = Zeroizing::new(error.into_bytes());
            match kind {
                Kind::Pem => Ok(as_utf8(&bytes)),
                _ => Err(Error::new(
                    Code::MistypedField,
                    format!("{variable} is not UTF-8"),
                )),
            }
        }
    }
}

/// The JSON type of a value, for messages that must not show the value.
fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}
