//! The configuration of a client of the v1 service.

use std::time::Duration;

use ureq::http::HeaderName;

use super::common::{Common, ServiceSettings, issuer, pem_or_file};
use super::effective::Setting;
use super::fields::V1;
use super::headers::Header;
use super::mistakes;
use super::settings::Settings;
use crate::base_url::{self, BaseUrl};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::json;
use crate::key::{SigningKey, VerifyingKey};
use crate::token::{Audience, KeySet, Name, Request};

/// A client's configuration. Made from JSON ([`Config::from_json`]), from the
/// environment ([`Config::from_env`]) or from the usual three values
/// ([`Config::new`]); `docs/configuration.md` describes every field.
#[derive(Debug)]
pub struct Config {
    pub(crate) common: Common,
    pub(crate) application: Application,
    settings: Vec<Setting>,
}

/// The application that a client acts for.
#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) client_id: String,
    pub(crate) private_key: Option<SigningKey>,
    pub(crate) wait_timeout: Duration,
}

impl Config {
    /// The usual three values; defaults for everything else.
    pub fn new(
        client_id: &str,
        private_key: Option<&str>,
        base_url: Option<&str>,
    ) -> Result<Config> {
        let mut settings = Settings::new();
        settings.set("client_id", client_id.into());
        for (name, value) in [("private_key", private_key), ("base_url", base_url)] {
            if let Some(value) = value {
                settings.set(name, value.into());
            }
        }
        Config::build(settings)
    }

    /// One JSON object. An unknown or mistyped field is an error that names it.
    pub fn from_json(text: &str) -> Result<Config> {
        Config::build(Settings::from_json(text, &V1)?)
    }

    /// The variables `LOGINID_CLIENT_ID`, `LOGINID_PRIVATE_KEY` or
    /// `LOGINID_PRIVATE_KEY_FILE`, `LOGINID_BASE_URL` and one for each other
    /// field with a single value, for example `LOGINID_REQUEST_TIMEOUT_MS`. An
    /// empty variable is treated as unset; a misspelt one is an error.
    pub fn from_env() -> Result<Config> {
        Config::build(Settings::from_env(&V1)?)
    }

    /// The same, except that the fields of this JSON object have the values given there.
    pub fn from_env_with(json: &str) -> Result<Config> {
        let given = Settings::from_json(json, &V1)?;
        Config::build(Settings::from_env_with(given, &V1)?)
    }

    /// All mistakes of the variables, where [`Config::from_env`] names the first. None if it
    /// succeeds.
    pub fn mistakes_of_env() -> Vec<Error> {
        mistakes::of_environment(&V1, "unknown", Config::build)
    }

    /// [`Config::from_json`], except that the fields of the other object have the values given
    /// there.
    pub fn from_json_with(text: &str, fields: &str) -> Result<Config> {
        let mut settings = Settings::from_json(text, &V1)?;
        settings.replace(Settings::from_json(fields, &V1)?);
        Config::build(settings)
    }

    /// The settings in effect, for a person to read: no secret is among them.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    fn build(mut settings: Settings) -> Result<Config> {
        let settings = &mut settings;
        let client_id = settings
            .text("client_id")
            .ok_or_else(|| Error::new(Code::MissingField, "client_id is required"))?;
        if client_id.is_empty() || !client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(invalid_client_id());
        }
        let private_key = private_key(settings)?;
        if settings.boolean("management", false) && private_key.is_none() {
            return Err(private_key_required());
        }
        let allow_http = settings.boolean("allow_http", false);
        let base_url = match settings.text("base_url") {
            Some(text) => BaseUrl::parse(&text, allow_http, base_url::DEFAULT)?,
            None => BaseUrl::parse(base_url::DEFAULT, false, base_url::DEFAULT)?,
        };
        settings.note_text("base_url", base_url.as_str());
        let application = Application {
            private_key,
            wait_timeout: settings.milliseconds("wait_timeout_ms", 180_000)?,
            client_id,
        };
        let service = ServiceSettings {
            base_url,
            own_headers: vec![application.header()?],
            audience: Audience {
                name: Name::Exact(application.client_id.clone()),
                field: "client_id",
            },
            issuer: issuer(settings)?.map(Name::Exact),
            username_claims: &["udata", "username"],
            require_exp: settings.boolean("require_exp", false),
            request: Request::OneKey,
            configured: ("public_keys", public_keys(settings)?),
        };
        Ok(Config {
            common: Common::build(settings, service)?,
            application,
            settings: settings.take_effective(),
        })
    }
}

impl Application {
    fn header(&self) -> Result<Header> {
        let value = self.client_id.parse().map_err(|_| invalid_client_id())?;
        Ok((HeaderName::from_static("x-client-id"), value))
    }
}

fn invalid_client_id() -> Error {
    Error::new(
        Code::InvalidClientId,
        "client_id must be visible ASCII characters without spaces, as the dashboard shows it",
    )
}

/// The error of every call that requires the application's private key.
pub(crate) fn private_key_required() -> Error {
    Error::new(
        Code::PrivateKeyRequired,
        "this needs the application's private key: make the client with it, \
         or set LOGINID_PRIVATE_KEY or LOGINID_PRIVATE_KEY_FILE",
    )
}

fn private_key(settings: &mut Settings) -> Result<Option<SigningKey>> {
    pem_or_file(settings, "private_key", "private_key_file")?
        .map(|key| SigningKey::from_pem(&key.text))
        .transpose()
}

fn public_keys(settings: &mut Settings) -> Result<KeySet> {
    let keys = settings
        .texts("public_keys")?
        .into_iter()
        .map(|(kid, pem)| {
            let key = VerifyingKey::from_pem(&pem).map_err(|problem| {
                Error::new(
                    Code::InvalidConfiguredKey,
                    format!(
                        "public_keys: the key {} cannot be used: {problem}",
                        json::shown_name(&kid)
                    ),
                )
            })?;
            Ok((kid, key))
        });
    Ok(KeySet::named(keys.collect::<Result<Vec<_>>>()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::Status;

    fn error_of(text: &str) -> Error {
        Config::from_json(text).unwrap_err()
    }

    #[test]
    fn an_unknown_field_is_named() {
        let error = error_of(r#"{"client_id":"a","max_retrys":1}"#);
        assert_eq!(error.status(), Status::LID_ERROR_CONFIG);
        assert_eq!(error.code(), "unknown_field");
        assert!(error.message().contains("max_retrys"), "{error}");
    }

    #[test]
    fn a_mistyped_field_is_named_and_its_value_is_not_shown() {
        for text in [
            r#"{"client_id":"a","max_retries":"CANARY"}"#,
            r#"{"client_id":"a","management":"CANARY"}"#,
            r#"{"client_id":"a","headers":["CANARY"]}"#,
            r#"{"client_id":"a","headers":{"x-a":1}}"#,
            r#"{"client_id":"a","private_key":["CANARY"]}"#,
            r#"{"client_id":null}"#,
            r#"{"client_id":"a","connect_timeout_ms":1.5}"#,
            r#"{"client_id":"a","connect_timeout_ms":-1}"#,
        ] {
            let error = error_of(text);
            assert_eq!(error.code(), "mistyped_field", "{text}: {error}");
            assert!(!error.message().contains("CANARY"), "{error}");
        }
    }

    #[test]
    fn numbers_outside_their_range_are_refused() {
        for text in [
            r#"{"client_id":"a","connect_timeout_ms":0}"#,
            r#"{"client_id":"a","max_retries":11}"#,
            r#"{"client_id":"a","max_response_bytes":0}"#,
            r#"{"client_id":"a","verified_tokens":1000001}"#,
        ] {
            assert_eq!(error_of(text).code(), "out_of_range", "{text}");
        }
    }

    #[test]
    fn contradictions_are_refused() {
        for text in [
            r#"{"client_id":"a","private_key":"x","private_key_file":"y"}"#,
            r#"{"client_id":"a","ca_pem":"x","ca_file":"y"}"#,
            r#"{"client_id":"a","client_cert_pem":"x"}"#,
        ] {
            assert_eq!(error_of(text).code(), "contradictory_fields", "{text}");
        }
    }

    #[test]
    fn our_own_headers_cannot_be_configured() {
        for name in ["Authorization", "HOST", "x-client-id"] {
            let text = format!(r#"{{"client_id":"a","headers":{{"{name}":"v"}}}}"#);
            assert_eq!(error_of(&text).code(), "invalid_header", "{name}");
        }
        let split = r#"{"client_id":"a","headers":{"x-a":"v\r\nx-b: w"}}"#;
        assert_eq!(error_of(split).code(), "invalid_header");
        let twice = r#"{"client_id":"a","headers":{"X-A":"1","x-a":"2"}}"#;
        assert_eq!(error_of(twice).code(), "invalid_header");
    }

    #[test]
    fn management_needs_a_key() {
        let error = error_of(r#"{"client_id":"a","management":true}"#);
        assert_eq!(error.status(), Status::LID_ERROR_PRIVATE_KEY);
        assert_eq!(error.code(), "private_key_required");
    }
}
