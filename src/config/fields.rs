//! The fields a configuration may have, and their types; read from JSON or from
//! the environment.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::ops::RangeInclusive;
use std::time::Duration;

use serde_json::{Map, Value};
use zeroize::{Zeroize, Zeroizing};

use super::effective::{Setting, SettingValue};
use super::environment;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::input::number::whole_number;
use crate::input::pem::as_utf8;
use crate::input::spelling::nearest;
use crate::json;

/// A time limit in milliseconds: at most a day.
pub(crate) const MILLISECONDS: RangeInclusive<u64> = 1..=86_400_000;

/// The prefix of our variables.
const PREFIX: &str = "LOGINID_";

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Text,
    /// Text with PEM blocks; the text around them may have any encoding.
    Pem,
    Boolean,
    Integer,
    /// An object whose values are strings.
    Texts,
    Object,
}

/// Texts that are shown to a person. All others are hidden: keys, certificates, and the URL of a
/// proxy, which may hold a password.
const SHOWN: [&str; 5] = [
    "client_id",
    "base_url",
    "application_id",
    "issuer",
    "user_agent",
];

impl Kind {
    /// A variable has a single value.
    fn has_variable(self) -> bool {
        !matches!(self, Kind::Texts | Kind::Object)
    }
}

type Field = (&'static str, Kind);

/// The fields of a client of one service.
pub(crate) struct Fields {
    /// Fields that the other service has not, or whose variable is its own.
    own: &'static [Field],
    /// The prefix of the variables of these fields.
    prefix: &'static str,
    /// The field without which there is no configuration.
    required: &'static str,
}

/// The fields of both services.
const SHARED: [Field; 17] = [
    ("allow_http", Kind::Boolean),
    ("connect_timeout_ms", Kind::Integer),
    ("request_timeout_ms", Kind::Integer),
    ("max_retries", Kind::Integer),
    ("ca_file", Kind::Text),
    ("ca_pem", Kind::Pem),
    ("client_cert_pem", Kind::Pem),
    ("client_key_pem", Kind::Pem),
    ("proxy", Kind::Text),
    ("leeway_s", Kind::Integer),
    ("max_token_age_s", Kind::Integer),
    ("key_cache_ttl_s", Kind::Integer),
    ("fetch_keys", Kind::Boolean),
    ("verified_tokens", Kind::Integer),
    ("user_agent", Kind::Text),
    ("headers", Kind::Texts),
    ("max_response_bytes", Kind::Integer),
];

pub(crate) static V1: Fields = Fields {
    own: &[
        ("client_id", Kind::Text),
        ("private_key", Kind::Pem),
        ("private_key_file", Kind::Text),
        ("management", Kind::Boolean),
        ("base_url", Kind::Text),
        ("wait_timeout_ms", Kind::Integer),
        ("issuer", Kind::Text),
        ("require_exp", Kind::Boolean),
        ("public_keys", Kind::Texts),
    ],
    prefix: PREFIX,
    required: "client_id",
};

pub(crate) static V2: Fields = Fields {
    own: &[
        ("base_url", Kind::Text),
        ("api_key", Kind::Text),
        ("api_key_file", Kind::Text),
        ("application_id", Kind::Text),
        ("issuer", Kind::Text),
        ("jwks", Kind::Object),
    ],
    prefix: "LOGINID_V2_",
    required: "base_url",
};

impl Fields {
    fn all(&self) -> impl Iterator<Item = &'static Field> {
        self.own.iter().chain(&SHARED)
    }

    /// Whether a field is one that the other service has not, or whose variable is its own.
    fn is_own(&self, name: &str) -> bool {
        self.own.iter().any(|(own, _)| *own == name)
    }

    /// The variable of a field, if it has one.
    pub(crate) fn variable_of(&self, name: &str) -> Option<String> {
        let mut variables = self.variables();
        variables.find_map(|(variable, field, _)| (field == name).then_some(variable))
    }

    /// The variables of the fields, each with whether only this service reads it.
    pub(crate) fn named_variables(&self) -> impl Iterator<Item = (String, &'static str, bool)> {
        self.variables()
            .map(|(variable, field, _)| (variable, field, self.is_own(field)))
    }

    /// The variable of each field that has one.
    fn variables(&self) -> impl Iterator<Item = (String, &'static str, Kind)> {
        let own = self.own.iter().map(|field| (self.prefix, field));
        let fields = own.chain(SHARED.iter().map(|field| (PREFIX, field)));
        fields
            .filter(|(_, (_, kind))| kind.has_variable())
            .map(|(prefix, (name, kind))| (variable(prefix, name), *name, *kind))
    }

    /// The field without which there is no configuration.
    pub(super) fn required(&self) -> &'static str {
        self.required
    }

    /// Refuses a variable whose name is nearly that of a field.
    pub(super) fn check_spelling(&self) -> Result<()> {
        let known: Vec<_> = self.variables().collect();
        check_spelling(known.iter().map(|(variable, ..)| variable.as_str()), self)
    }

    /// The variable that was meant by one with the other prefix: some begin with `LOGINID_V2_`
    /// and some with `LOGINID_`. If the right one is set too, the other belongs to the program.
    fn misplaced(&self, name: &str) -> Option<String> {
        if self.prefix == PREFIX {
            return None;
        }
        let (field, prefix, fields) = match name.strip_prefix(self.prefix) {
            Some(field) => (field, PREFIX, SHARED.as_slice()),
            None => (name.strip_prefix(PREFIX)?, self.prefix, self.own),
        };
        let is_meant = |(name, kind): &Field| kind.has_variable() && variable("", name) == field;
        let meant = variable(prefix, field);
        // LOGINID_BASE_URL is a variable of the other service, and right.
        let is_others = V1.variables().any(|(variable, ..)| variable == name);
        let is_misplaced =
            fields.iter().any(is_meant) && !is_others && environment::variable(&meant).is_none();
        is_misplaced.then_some(meant)
    }
}

fn variable(prefix: &str, field: &str) -> String {
    let mut name = [prefix, field].concat();
    name.make_ascii_uppercase();
    name
}

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
        let invalid = |problem: String| {
            Error::new(
                Code::InvalidConfigJson,
                format!("the configuration is not one JSON object: {problem}"),
            )
        };
        // The parser's message would quote a string or a number, which may be a key.
        if !text.trim_start().starts_with('{') {
            return Err(invalid("it does not begin with '{'".to_owned()));
        }
        let mut settings = Settings::new();
        for (name, raw) in json::members(text).map_err(|problem| invalid(problem.to_string()))? {
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
                    .ok_or_else(|| invalid(format!("{field} has an invalid escape")))?,
                Some(b'{') => json::parse_object(raw, 8)
                    .map(|object| Value::Object(object.into()))
                    .map_err(invalid)?,
                Some(b'-' | b'0'..=b'9') if *kind == Kind::Integer => integer(field, raw)?,
                _ => serde_json::from_str(raw).map_err(|error| invalid(error.to_string()))?,
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
        if !settings.values.contains_key(fields.required) {
            let why = if environment::is_ignored() {
                "the environment is not read in a program that runs with more rights \
                 than its caller (setuid, setgid, file capabilities)"
                    .to_owned()
            } else {
                format!("{} is not set", variable(fields.prefix, fields.required))
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

/// Refuses a variable whose name is nearly that of a field: it is a typo and would have no
/// effect. Other variables with our prefix belong to the program.
fn check_spelling<'a>(known: impl Iterator<Item = &'a str> + Clone, fields: &Fields) -> Result<()> {
    for name in environment::names() {
        let Some(name) = name.to_str().filter(|name| name.starts_with(PREFIX)) else {
            continue;
        };
        if known.clone().any(|known| known == name) || environment::variable(name).is_none() {
            continue;
        }
        let near = nearest(name, known.clone()).map(str::to_owned);
        if let Some(meant) = near.or_else(|| fields.misplaced(name)) {
            return Err(Error::new(
                Code::UnknownField,
                format!(
                    "there is no variable {}: did you mean {meant}?",
                    json::shown_name(name)
                ),
            ));
        }
    }
    Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    /// Variables that are not fields, of this project and its emulator.
    const OTHERS: [&str; 6] = [
        "LOGINID_EMULATOR_URL",
        "LOGINID_LIBRARY",
        "LOGINID_PUBLIC_KEY",
        "LOGINID_PUBLIC_KEY_FILE",
        "LOGINID_TEST_INPUT",
        "LOGINID_TORTURE",
    ];

    #[test]
    fn a_variable_with_the_prefix_of_others_is_misplaced() {
        for (name, meant) in [
            ("LOGINID_V2_FETCH_KEYS", Some("LOGINID_FETCH_KEYS")),
            ("LOGINID_V2_CA_FILE", Some("LOGINID_CA_FILE")),
            ("LOGINID_API_KEY", Some("LOGINID_V2_API_KEY")),
            ("LOGINID_APPLICATION_ID", Some("LOGINID_V2_APPLICATION_ID")),
            // Variables of v1, which may be set beside those of the current service.
            ("LOGINID_BASE_URL", None),
            ("LOGINID_ISSUER", None),
            ("LOGINID_CLIENT_ID", None),
            // Fields without a variable, and variables of the program.
            ("LOGINID_V2_HEADERS", None),
            ("LOGINID_JWKS", None),
            ("LOGINID_V2_REGION", None),
        ] {
            assert_eq!(V2.misplaced(name).as_deref(), meant, "{name}");
            assert_eq!(V1.misplaced(name), None, "{name}");
        }
    }

    #[test]
    fn no_known_variable_is_taken_for_a_typo_of_another() {
        let names = |fields: &'static Fields| fields.variables().map(|(variable, ..)| variable);
        for (own, other) in [(&V1, &V2), (&V2, &V1)] {
            let known: Vec<_> = names(own).collect();
            let others = OTHERS.iter().map(|name| (*name).to_owned());
            for name in others
                .chain(names(other))
                .filter(|name| !known.contains(name))
            {
                let meant = nearest(&name, known.iter().map(String::as_str));
                assert_eq!(meant, None, "{name}");
            }
        }
    }
}
