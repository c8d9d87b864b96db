//! Where a configuration comes from: the environment, or a file. The library reads both.

use std::path::Path;

use loginid::diagnostics::{Service, Setting, SettingValue, Variable};
use serde_json::{Map, Value};
use zeroize::Zeroizing;

use crate::failure::Failure;
use crate::files;

/// The name of a service in arguments and results.
pub fn name(service: Service) -> &'static str {
    match service {
        Service::V1 => "v1",
        Service::V2 => "v2",
    }
}

/// Whether a variable is set that only this service has.
pub fn is_configured(service: Service) -> bool {
    let variables = service.variables();
    let mut own = variables.iter().filter(|variable| variable.is_own);
    own.any(|Variable { name, .. }| is_set(name))
}

/// An empty variable is treated as unset.
pub fn is_set(variable: &str) -> bool {
    std::env::var_os(variable).is_some_and(|value| !value.is_empty())
}

/// The one service whose variables are set.
pub fn configured_service() -> Result<Service, Failure> {
    let why = match (is_configured(Service::V1), is_configured(Service::V2)) {
        (true, false) => return Ok(Service::V1),
        (false, true) => return Ok(Service::V2),
        (true, true) => "variables of both services are set: give --service v1 or --service v2",
        (false, false) => {
            "no service is configured: set LOGINID_V2_BASE_URL (v2) or LOGINID_CLIENT_ID (v1)"
        }
    };
    Err(Failure::Usage(why.to_owned()))
}

/// The text of a file that is one JSON object. The library reads it, and finds duplicate members.
pub fn object(option: &str, path: &Path) -> Result<Zeroizing<String>, Failure> {
    let text = files::text(option, path)?;
    match serde_json::from_str::<Map<String, Value>>(&text) {
        Ok(_) => Ok(text),
        Err(error) => Err(Failure::Usage(format!(
            "{option}: {} is not one JSON object: line {}, column {}",
            path.display(),
            error.line(),
            error.column()
        ))),
    }
}

/// The service that a configuration is for: only v1 has a client id, and requires one. If the
/// text is no object, the library says so.
pub fn service_of(text: &str) -> Service {
    match serde_json::from_str::<Map<String, Value>>(text) {
        Ok(config) if config.contains_key("client_id") => Service::V1,
        _ => Service::V2,
    }
}

/// The value of a setting as it is shown.
pub fn shown(setting: &Setting) -> Value {
    match &setting.value {
        SettingValue::None => Value::Null,
        SettingValue::Redacted => "(not shown)".into(),
        SettingValue::Text(text) => text.as_str().into(),
        SettingValue::Boolean(value) => (*value).into(),
        SettingValue::Number(number) => (*number).into(),
    }
}
