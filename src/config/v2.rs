//! The configuration of a client of the current service.

use std::fmt;

use zeroize::Zeroizing;

use super::common::{Common, ServiceSettings, issuer, pem_or_file};
use super::effective::Setting;
use super::fields::V2;
use super::mistakes;
use super::settings::Settings;
use crate::base_url::BaseUrl;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::token::{Audience, KeySet, Name, Request};

/// What a base URL is like.
const URL_OF_DASHBOARD: &str = "https://<application id>.api.loginid.io";

/// A client's configuration. Made from JSON ([`Config::from_json`]), from the environment
/// ([`Config::from_env`]) or from the usual two values ([`Config::new`]);
/// `docs/configuration.md` describes every field.
#[derive(Debug)]
pub struct Config {
    pub(crate) common: Common,
    pub(crate) application: Application,
    settings: Vec<Setting>,
}

/// The application that a client acts for.
#[derive(Debug)]
pub(crate) struct Application {
    pub(crate) id: String,
    pub(crate) api_key: Option<ApiKey>,
}

/// The application's API key, a secret.
pub(crate) struct ApiKey(Zeroizing<String>);

impl ApiKey {
    pub(crate) fn secret(&self) -> &Zeroizing<String> {
        &self.0
    }
}

impl fmt::Debug for ApiKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ApiKey(redacted)")
    }
}

impl Config {
    /// The usual two values; defaults for everything else.
    pub fn new(base_url: &str, api_key: Option<&str>) -> Result<Config> {
        let mut settings = Settings::new();
        settings.set("base_url", base_url.into());
        if let Some(api_key) = api_key {
            settings.set("api_key", api_key.into());
        }
        Config::build(settings)
    }

    /// One JSON object. An unknown or mistyped field is an error that names it.
    pub fn from_json(text: &str) -> Result<Config> {
        Config::build(Settings::from_json(text, &V2)?)
    }

    /// The variables `LOGINID_V2_BASE_URL`, `LOGINID_V2_API_KEY` or `LOGINID_V2_API_KEY_FILE`,
    /// `LOGINID_V2_APPLICATION_ID`, `LOGINID_V2_ISSUER`, and one for each other field with a
    /// single value, for example `LOGINID_REQUEST_TIMEOUT_MS`. An empty variable is treated as
    /// unset; a misspelt one is an error.
    pub fn from_env() -> Result<Config> {
        Config::build(Settings::from_env(&V2)?)
    }

    /// The same, except that the fields of this JSON object have the values given there.
    pub fn from_env_with(json: &str) -> Result<Config> {
        let given = Settings::from_json(json, &V2)?;
        Config::build(Settings::from_env_with(given, &V2)?)
    }

    /// All mistakes of the variables, where [`Config::from_env`] names the first. None if it
    /// succeeds.
    pub fn mistakes_of_env() -> Vec<Error> {
        mistakes::of_environment(&V2, "https://unknown.api.loginid.io", Config::build)
    }

    /// [`Config::from_json`], except that the fields of the other object have the values given
    /// there.
    pub fn from_json_with(text: &str, fields: &str) -> Result<Config> {
        let mut settings = Settings::from_json(text, &V2)?;
        settings.replace(Settings::from_json(fields, &V2)?);
        Config::build(settings)
    }

    /// The settings in effect, for a person to read: no secret is among them.
    pub fn settings(&self) -> &[Setting] {
        &self.settings
    }

    fn build(mut settings: Settings) -> Result<Config> {
        let settings = &mut settings;
        let allow_http = settings.boolean("allow_http", false);
        let base_url = settings
            .text("base_url")
            .ok_or_else(|| Error::new(Code::MissingField, "base_url is required"))?;
        let base_url = BaseUrl::parse(&base_url, allow_http, URL_OF_DASHBOARD)?;
        if base_url.has_path() {
            return Err(Error::new(
                Code::InvalidBaseUrl,
                format!(
                    "base_url must have no path: give it as the dashboard shows it, \
                     {URL_OF_DASHBOARD}"
                ),
            ));
        }
        let api_key = api_key(settings)?;
        let (id, name) = application_id(settings, &base_url)?;
        let issuer = match issuer(settings)? {
            Some(issuer) => issuer.trim_end_matches('/').to_owned(),
            None => base_url.issuer(),
        };
        settings.note_text("base_url", base_url.as_str());
        settings.note_text("application_id", &id);
        settings.note_text("issuer", &issuer);
        let service = ServiceSettings {
            base_url,
            own_headers: Vec::new(),
            audience: Audience {
                name,
                field: "application_id",
            },
            issuer: Some(Name::Url(issuer)),
            username_claims: &["username"],
            // Tokens of transactions need none; those of logins are checked for it.
            require_exp: false,
            request: Request::WholeSet,
            configured: ("jwks", pinned_keys(settings)?),
        };
        Ok(Config {
            common: Common::build(settings, service)?,
            application: Application { id, api_key },
            settings: settings.take_effective(),
        })
    }
}

/// The error of every call that requires the application's API key.
pub(crate) fn api_key_required() -> Error {
    Error::new(
        Code::ApiKeyRequired,
        "this needs the application's API key: make the client with it, \
         or set LOGINID_V2_API_KEY or LOGINID_V2_API_KEY_FILE",
    )
}

fn api_key(settings: &mut Settings) -> Result<Option<ApiKey>> {
    let Some(given) = pem_or_file(settings, "api_key", "api_key_file")? else {
        return Ok(None);
    };
    let text = given.text.as_slice();
    let line = text.strip_suffix(b"\r\n");
    let text = line.or(text.strip_suffix(b"\n")).unwrap_or(text);
    // A colon would end the key in basic authorization (RFC 7617).
    let fits = |byte: &u8| byte.is_ascii_graphic() && *byte != b':';
    let key = std::str::from_utf8(text).unwrap_or_default();
    if key.is_empty() || !key.bytes().all(|byte| fits(&byte)) {
        let field = given.field;
        return Err(Error::new(
            Code::InvalidApiKey,
            format!("{field} must be visible ASCII characters without ':' or blanks"),
        ));
    }
    Ok(Some(ApiKey(Zeroizing::new(key.to_owned()))))
}

/// The application's id, and how it is compared with a token's audience.
fn application_id(settings: &mut Settings, base_url: &BaseUrl) -> Result<(String, Name)> {
    let given = settings.text("application_id");
    if let Some(id) = given {
        if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::new(
                Code::InvalidField,
                "application_id must be visible ASCII characters without spaces",
            ));
        }
        return Ok((id.clone(), Name::Exact(id)));
    }
    let host = base_url.host();
    let host = host.strip_suffix('.').unwrap_or(host);
    let label = host.split('.').next().unwrap_or_default();
    if is_address(host) || label.is_empty() || host.eq_ignore_ascii_case("localhost") {
        return Err(Error::new(
            Code::MissingField,
            "application_id is required, because the host of base_url does not begin with it",
        ));
    }
    Ok((label.to_owned(), Name::AnyCase(label.to_owned())))
}

/// Whether a host is an IP address, in any form that resolvers read: a name never ends with a
/// number.
fn is_address(host: &str) -> bool {
    let last = host.rsplit('.').next().unwrap_or_default();
    let digits = last.strip_prefix("0x").or(last.strip_prefix("0X"));
    let is_number = match digits {
        Some(digits) => digits.bytes().all(|digit| digit.is_ascii_hexdigit()),
        None => last.bytes().all(|digit| digit.is_ascii_digit()),
    };
    host.starts_with('[') || is_number
}

fn pinned_keys(settings: &mut Settings) -> Result<KeySet> {
    let Some(set) = settings.object("jwks") else {
        return Ok(KeySet::default());
    };
    KeySet::from_members(&set).map_err(|problem| {
        Error::new(
            Code::InvalidConfiguredKey,
            format!("jwks cannot be used: {problem}"),
        )
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::error::Status;

    fn read(text: &str) -> Result<Config> {
        Config::from_json(text)
    }

    fn code_of(text: &str) -> String {
        read(text).unwrap_err().code().to_owned()
    }

    #[test]
    fn the_application_id_is_the_first_label_of_the_host_as_it_is_written() {
        for (base_url, id) in [
            ("https://0V1ABC.api.loginid.io", "0V1ABC"),
            ("https://0v1abc.api.loginid.io/", "0v1abc"),
            ("http://app1.localhost:8080", "app1"),
            ("https://intranet", "intranet"),
            ("https://123.api.loginid.io.", "123"),
        ] {
            let config = Config::new(base_url, None).unwrap();
            assert_eq!(config.application.id, id, "{base_url}");
            assert!(!config.common.base_url.as_str().ends_with('/'));
        }
        for base_url in [
            "http://127.0.0.1:8080",
            "http://[::1]:8080",
            "http://localhost:8080",
            "http://LOCALHOST.:8080",
            "https://127.0.0.1.:8080",
            "https://127.1",
            "https://2130706433",
            "https://0x7f.0x1",
        ] {
            let error = Config::new(base_url, None).unwrap_err();
            assert_eq!(error.code(), "missing_field", "{base_url}");
            let text = json!({"base_url": base_url, "application_id": "app1"}).to_string();
            assert_eq!(read(&text).unwrap().application.id, "app1");
        }
    }

    #[test]
    fn a_base_url_is_required_and_has_no_path() {
        assert_eq!(code_of("{}"), "missing_field");
        for (text, problem) in [
            ("", "must not be empty: give a URL like"),
            ("https://[", "is not a URL like"),
            ("/nowhere", "must be absolute, for example"),
            (
                "https://a.api.loginid.io/x",
                "must have no path: give it as the dashboard shows it,",
            ),
        ] {
            let error = Config::new(text, None).unwrap_err();
            assert_eq!(error.code(), "invalid_base_url", "{text}");
            assert_eq!(
                error.message(),
                format!("base_url {problem} https://<application id>.api.loginid.io")
            );
        }
        for path in ["/fido2/v2", "/api/"] {
            let error = Config::new(&format!("https://a.api.loginid.io{path}"), None);
            assert_eq!(error.unwrap_err().code(), "invalid_base_url", "{path}");
        }
        let error = Config::new("http://a.api.loginid.io", None).unwrap_err();
        assert_eq!(error.code(), "insecure_base_url");
    }

    #[test]
    fn an_api_key_is_visible_ascii_without_a_colon_and_a_final_newline_is_cut_off() {
        let key = |key: &str| Config::new("https://a.api.loginid.io", Some(key));
        for given in ["k-_1", "k-_1\n", "k-_1\r\n"] {
            let config = key(given).unwrap();
            let read = config.application.api_key.as_ref().unwrap();
            assert_eq!(read.secret().as_str(), "k-_1");
            assert!(!format!("{config:?}").contains("k-_1"));
        }
        for bad in [
            "",
            "\n",
            "CAN:ARY",
            "CAN ARY",
            "CANARY\n\n",
            "CANARY\r",
            "CANARYé",
            " CANARY",
        ] {
            let error = key(bad).unwrap_err();
            assert_eq!(error.status(), Status::LID_ERROR_CONFIG);
            assert_eq!(error.code(), "invalid_api_key", "{bad:?}");
            assert!(!error.message().contains("ARY"), "{error}");
        }
    }

    #[test]
    fn an_issuer_is_more_than_slashes() {
        for issuer in ["", "/", "//"] {
            let text = json!({"base_url": "https://a.api.loginid.io", "issuer": issuer});
            assert_eq!(code_of(&text.to_string()), "invalid_field", "{issuer:?}");
        }
    }

    #[test]
    fn fields_of_the_other_service_are_unknown() {
        for field in [
            "client_id",
            "private_key",
            "public_keys",
            "wait_timeout_ms",
            "require_exp",
        ] {
            let text = json!({"base_url": "https://a.api.loginid.io", field: "x"}).to_string();
            assert_eq!(code_of(&text), "unknown_field", "{field}");
        }
    }

    #[test]
    fn pinned_keys_must_be_usable_and_are_needed_without_fetching() {
        let with = |more: serde_json::Value| {
            let mut config = json!({"base_url": "https://a.api.loginid.io"});
            let members = config.as_object_mut().unwrap();
            members.extend(more.as_object().unwrap().clone());
            code_of(&config.to_string())
        };
        for jwks in [
            json!({}),
            json!({"keys": []}),
            json!({"keys": [{"kty": "RSA"}]}),
        ] {
            assert_eq!(with(json!({ "jwks": jwks })), "invalid_public_key");
        }
        assert_eq!(with(json!({"jwks": "text"})), "mistyped_field");
        assert_eq!(with(json!({"fetch_keys": false})), "contradictory_fields");
    }
}
