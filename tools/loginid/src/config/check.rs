//! `loginid config check`: the configuration in effect. Nothing is connected to.

use loginid::diagnostics::{Service, Setting};
use loginid::{Config, Error, v2};
use serde_json::{Value, json};

use super::source;
use crate::arguments::ConfigCheck;
use crate::failure::Failure;
use crate::{files, output};

/// What the library read, or the mistake that it found.
struct Checked {
    service: Service,
    result: Result<Vec<Setting>, Error>,
}

pub fn run(options: &ConfigCheck, as_json: bool) -> Result<u8, Failure> {
    let file = options.file.as_deref();
    let text = file.map(|path| files::text("--file", path)).transpose()?;
    let services = match (options.service, &text) {
        (Some(service), _) => vec![service],
        (None, Some(text)) => vec![source::service_of(text)],
        (None, None) => configured()?,
    };
    let checked: Vec<_> = services
        .into_iter()
        .map(|service| Checked {
            service,
            result: settings(service, text.as_ref().map(|text| text.as_str())),
        })
        .collect();
    let is_valid = checked.iter().all(|one| one.result.is_ok());
    let is_file = text.is_some();
    if as_json {
        let services: Vec<_> = checked.iter().map(|one| one.to_json(is_file)).collect();
        output::json(&json!({"valid": is_valid, "services": services}))?;
    } else {
        for one in &checked {
            one.print(is_file)?;
        }
    }
    Ok(u8::from(!is_valid))
}

fn configured() -> Result<Vec<Service>, Failure> {
    let all = [Service::V1, Service::V2].into_iter();
    let services: Vec<_> = all.filter(|one| source::is_configured(*one)).collect();
    match services.is_empty() {
        true => source::configured_service().map(|service| vec![service]),
        false => Ok(services),
    }
}

fn settings(service: Service, text: Option<&str>) -> Result<Vec<Setting>, Error> {
    match (service, text) {
        (Service::V1, None) => Config::from_env().map(|config| config.settings().to_vec()),
        (Service::V1, Some(text)) => {
            Config::from_json(text).map(|config| config.settings().to_vec())
        }
        (Service::V2, None) => v2::Config::from_env().map(|config| config.settings().to_vec()),
        (Service::V2, Some(text)) => {
            v2::Config::from_json(text).map(|config| config.settings().to_vec())
        }
    }
}

impl Checked {
    fn to_json(&self, is_file: bool) -> Value {
        let settings = self.result.as_ref().map_or(&[][..], Vec::as_slice);
        let settings: Vec<_> = settings
            .iter()
            .map(|setting| {
                json!({
                    "name": setting.field,
                    "variable": self.service.variable(setting.field),
                    "value": source::shown(setting),
                    "source": self.origin(setting, is_file),
                })
            })
            .collect();
        let error = self.result.as_ref().err().map(|error| {
            let object: Value = serde_json::from_str(&error.to_json()).unwrap_or_default();
            object["error"].clone()
        });
        json!({
            "service": source::name(self.service),
            "valid": self.result.is_ok(),
            "settings": settings,
            "error": error,
        })
    }

    fn print(&self, is_file: bool) -> Result<(), Failure> {
        let service = source::name(self.service);
        let settings = match &self.result {
            Ok(settings) => settings,
            Err(error) => {
                let (message, code) = (error.message(), error.code());
                return output::line(&format!("{service}: not valid: {message} ({code})"));
            }
        };
        output::line(&format!("{service}: valid"))?;
        for setting in settings {
            let value = match source::shown(setting) {
                Value::Null => "(none)".to_owned(),
                Value::String(text) => text,
                other => other.to_string(),
            };
            let origin = self.origin(setting, is_file);
            let field = setting.field;
            output::line(&format!("  {field:<18} {value}  [{origin}]"))?;
        }
        Ok(())
    }

    fn origin(&self, setting: &Setting, is_file: bool) -> String {
        match (setting.is_given, is_file) {
            (false, _) => "default".to_owned(),
            (true, true) => "file".to_owned(),
            (true, false) => self.service.variable(setting.field).unwrap_or_default(),
        }
    }
}
