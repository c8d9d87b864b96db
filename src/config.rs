//! The configuration of a client: parsed, checked, never silently defaulted.

pub(crate) mod environment;
mod fields;
mod files;
mod headers;
mod proxy;
pub(crate) mod trust;

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use zeroize::Zeroizing;

use crate::base_url::{self, BaseUrl};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::input;
use crate::input::pem::Block;
use crate::input::private_key::private_block;
use crate::json;
use crate::key::{SigningKey, VerifyingKey};
use crate::net::Proxy;
use crate::token::{KeySet, KeySettings, Name, Request, Rules};
pub(crate) use fields::MILLISECONDS;
use fields::Settings;
pub(crate) use headers::{Header, add_header};

/// A client's configuration. Made from JSON ([`Config::from_json`]), from the
/// environment ([`Config::from_env`]) or from the usual three values
/// ([`Config::new`]); `docs/configuration.md` describes every field.
#[derive(Debug)]
pub struct Config {
    pub(crate) client_id: String,
    pub(crate) private_key: Option<SigningKey>,
    pub(crate) base_url: BaseUrl,
    pub(crate) connect_timeout: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) wait_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) tls: TlsSettings,
    pub(crate) proxy: Option<Arc<Proxy>>,
    pub(crate) rules: Rules,
    pub(crate) keys: KeySettings,
    /// How many good signature verdicts are kept.
    pub(crate) verified_tokens: usize,
    pub(crate) user_agent: String,
    pub(crate) headers: Vec<Header>,
    pub(crate) max_response_bytes: u64,
}

/// How often a call may be retried.
pub(crate) const MAX_RETRIES: RangeInclusive<u64> = 0..=10;

/// The certificates that TLS connections trust and present.
#[derive(Debug, Default)]
pub(crate) struct TlsSettings {
    pub(crate) authorities: Option<Authorities>,
    pub(crate) client: Option<ClientCertificate>,
}

/// Certificates that are trusted in addition to the roots.
#[derive(Debug)]
pub(crate) struct Authorities {
    /// The field that holds them.
    pub(crate) field: &'static str,
    pub(crate) certificates: Vec<CertificateDer<'static>>,
}

/// A client certificate with its intermediate certificates and its key.
pub(crate) struct ClientCertificate {
    pub(crate) chain: Vec<CertificateDer<'static>>,
    pub(crate) key: Block,
}

impl std::fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientCertificate")
    }
}

impl Config {
    /// The usual three values; defaults for everything else.
    pub fn new(
        client_id: &str,
        private_key: Option<&str>,
        base_url: Option<&str>,
    ) -> Result<Config> {
        let mut settings = Settings::default();
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
        Config::build(Settings::from_json(text)?)
    }

    /// The variables `LOGINID_CLIENT_ID`, `LOGINID_PRIVATE_KEY` or
    /// `LOGINID_PRIVATE_KEY_FILE`, `LOGINID_BASE_URL` and one for each other
    /// field with a single value, for example `LOGINID_REQUEST_TIMEOUT_MS`. An
    /// empty variable is treated as unset; a misspelt one is an error.
    pub fn from_env() -> Result<Config> {
        Config::build(Settings::from_env()?)
    }

    fn build(mut settings: Settings) -> Result<Config> {
        let client_id = settings
            .text("client_id")
            .ok_or_else(|| Error::new(Code::MissingField, "client_id is required"))?;
        if client_id.is_empty() || !client_id.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(Error::new(
                Code::InvalidClientId,
                "client_id must be visible ASCII characters without spaces, as the dashboard shows it",
            ));
        }
        let private_key = private_key(&mut settings)?;
        if settings.boolean("management", false) && private_key.is_none() {
            return Err(private_key_required());
        }
        let allow_http = settings.boolean("allow_http", false);
        let base_url = match settings.text("base_url") {
            Some(text) => BaseUrl::parse(&text, allow_http)?,
            None => BaseUrl::parse(base_url::DEFAULT, false)?,
        };
        let issuer = settings.text("issuer");
        if issuer.as_deref() == Some("") {
            return Err(Error::new(Code::InvalidField, "issuer must not be empty"));
        }
        let proxy = proxy::proxy(&mut settings, &base_url)?;
        let public_keys = public_keys(&mut settings)?;
        let fetch_keys = settings.boolean("fetch_keys", true);
        if !fetch_keys && public_keys.is_empty() {
            return Err(Error::new(
                Code::ContradictoryFields,
                "fetch_keys is false and there are no public_keys, so no token could be \
                 verified: give public_keys (in a configuration; they have no variable)",
            ));
        }
        let audience = Name::Exact(client_id.clone());
        Ok(Config {
            client_id,
            private_key,
            base_url,
            connect_timeout: settings.milliseconds("connect_timeout_ms", 5_000)?,
            request_timeout: settings.milliseconds("request_timeout_ms", 20_000)?,
            wait_timeout: settings.milliseconds("wait_timeout_ms", 180_000)?,
            max_retries: settings.integer("max_retries", 2, MAX_RETRIES)? as u32,
            tls: tls(&mut settings)?,
            proxy,
            rules: Rules {
                audience,
                audience_field: "client_id",
                username_claims: &["udata", "username"],
                leeway: Duration::from_secs(settings.integer("leeway_s", 60, 0..=3_600)?),
                issuer: issuer.map(Name::Exact),
                max_token_age: settings
                    .optional_integer("max_token_age_s", 1..=31_536_000)?
                    .map(Duration::from_secs),
                require_exp: settings.boolean("require_exp", false),
            },
            keys: KeySettings {
                configured: KeySet::named(public_keys),
                request: Request::OneKey,
                ttl: Duration::from_secs(settings.integer("key_cache_ttl_s", 3_600, 1..=86_400)?),
                fetch: fetch_keys,
            },
            verified_tokens: settings.integer("verified_tokens", 0, 0..=1_000_000)? as usize,
            user_agent: user_agent(&mut settings)?,
            headers: headers(&mut settings)?,
            max_response_bytes: settings.integer("max_response_bytes", 1 << 20, 1..=(1 << 30))?,
        })
    }
}

impl Config {
    /// Whether the service or the proxy is connected to over TLS.
    pub(crate) fn needs_tls(&self) -> bool {
        self.base_url.is_https() || self.proxy.as_ref().is_some_and(|proxy| proxy.https)
    }
}

/// The error of every call that requires the application's private key.
pub(crate) fn private_key_required() -> Error {
    Error::new(
        Code::PrivateKeyRequired,
        "this needs the application's private key: give it to lid_new, \
         or set LOGINID_PRIVATE_KEY or LOGINID_PRIVATE_KEY_FILE",
    )
}

/// A PEM text, and the field it comes from.
struct PemText {
    field: &'static str,
    text: Zeroizing<Vec<u8>>,
}

/// The text of a field, or the contents of the file that another field names.
fn pem_or_file(
    settings: &mut Settings,
    field: &'static str,
    file_field: &'static str,
) -> Result<Option<PemText>> {
    let text = settings
        .text(field)
        .map(|text| Zeroizing::new(text.into_bytes()));
    // Secret, too: the two fields are easily confused, and this may be the key.
    let path = settings.text(file_field).map(Zeroizing::new);
    match (text, path) {
        (Some(_), Some(_)) => Err(Error::new(
            Code::ContradictoryFields,
            format!("{field} and {file_field} are both given; give one"),
        )),
        (Some(text), None) => Ok(Some(PemText { field, text })),
        (None, Some(path)) => Ok(Some(PemText {
            field: file_field,
            text: files::read(file_field, field, &path)?,
        })),
        (None, None) => Ok(None),
    }
}

fn private_key(settings: &mut Settings) -> Result<Option<SigningKey>> {
    pem_or_file(settings, "private_key", "private_key_file")?
        .map(|key| SigningKey::from_pem(&key.text))
        .transpose()
}

fn tls(settings: &mut Settings) -> Result<TlsSettings> {
    let authorities = pem_or_file(settings, "ca_pem", "ca_file")?
        .map(|PemText { field, text }| {
            let certificates = certificates(field, &text)?;
            Ok(Authorities {
                field,
                certificates,
            })
        })
        .transpose()?;
    let chain = settings.text("client_cert_pem");
    let key = settings.text("client_key_pem").map(Zeroizing::new);
    let client = match (chain, key) {
        (None, None) => None,
        (Some(chain), Some(key)) => Some(ClientCertificate {
            chain: certificates("client_cert_pem", chain.as_bytes())?,
            key: private_block(key.as_bytes()).map_err(|refusal| {
                let why = refusal.explain();
                Error::new(Code::InvalidCertificate, format!("client_key_pem {why}"))
            })?,
        }),
        _ => {
            return Err(Error::new(
                Code::ContradictoryFields,
                "client_cert_pem and client_key_pem belong together; give both or none",
            ));
        }
    };
    Ok(TlsSettings {
        authorities,
        client,
    })
}

fn certificates(field: &str, text: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    let certificates = input::certificates::read(text).map_err(|problem| {
        Error::new(
            Code::InvalidCertificate,
            format!("{field} cannot be used: {problem}"),
        )
    })?;
    Ok(certificates.into_iter().map(CertificateDer::from).collect())
}

fn public_keys(settings: &mut Settings) -> Result<Vec<(String, VerifyingKey)>> {
    settings
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
        })
        .collect()
}

fn user_agent(settings: &mut Settings) -> Result<String> {
    let own = concat!("LoginID-SDK/", env!("CARGO_PKG_VERSION"), "/c");
    let Some(appended) = settings.text("user_agent") else {
        return Ok(own.to_owned());
    };
    let valid = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    if !appended.bytes().all(valid) {
        return Err(Error::new(
            Code::InvalidField,
            "user_agent must be visible ASCII characters",
        ));
    }
    Ok(format!("{own} {appended}"))
}

fn headers(settings: &mut Settings) -> Result<Vec<Header>> {
    let mut headers = Vec::new();
    for (name, value) in settings.texts("headers")? {
        add_header(&mut headers, &name, &value)
            .map_err(|why| Error::new(Code::InvalidHeader, format!("headers: {why}")))?;
    }
    Ok(headers)
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
