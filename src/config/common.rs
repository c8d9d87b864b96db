//! What the configurations of both services have in common.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::CertificateDer;
use ureq::http::HeaderValue;
use zeroize::Zeroizing;

use super::effective::ProxyChoice;
use super::headers::{Header, add_header};
use super::settings::Settings;
use super::{files, proxy};
use crate::base_url::BaseUrl;
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::input;
use crate::input::pem::Block;
use crate::input::private_key::private_block;
use crate::net::Proxy;
use crate::token::{Audience, KeySet, KeySettings, Name, Request, Rules};

/// The configuration that a client of either service has.
#[derive(Debug)]
pub(crate) struct Common {
    pub(crate) base_url: BaseUrl,
    pub(crate) connect_timeout: Duration,
    pub(crate) request_timeout: Duration,
    pub(crate) max_retries: u32,
    pub(crate) tls: TlsSettings,
    pub(crate) proxy: Option<Arc<Proxy>>,
    /// Why this proxy, or none, is used.
    pub(crate) proxy_choice: ProxyChoice,
    pub(crate) rules: Rules,
    pub(crate) keys: KeySettings,
    /// How many good signature verdicts are kept.
    pub(crate) verified_tokens: usize,
    pub(crate) user_agent: HeaderValue,
    /// Headers that name the application. A program cannot change them.
    pub(crate) own_headers: Vec<Header>,
    pub(crate) headers: Vec<Header>,
    pub(crate) max_response_bytes: u64,
}

/// What the service of a client decides.
pub(super) struct ServiceSettings {
    pub(super) base_url: BaseUrl,
    pub(super) own_headers: Vec<Header>,
    pub(super) audience: Audience,
    pub(super) issuer: Option<Name>,
    pub(super) username_claims: &'static [&'static str],
    pub(super) require_exp: bool,
    pub(super) request: Request,
    /// The field of the configured keys, and the keys.
    pub(super) configured: (&'static str, KeySet),
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

impl Common {
    pub(super) fn build(settings: &mut Settings, service: ServiceSettings) -> Result<Common> {
        let (proxy, proxy_choice) = proxy::proxy(settings, &service.base_url)?;
        let (keys_field, configured) = service.configured;
        let fetch = settings.boolean("fetch_keys", true);
        if !fetch && configured.is_empty() {
            return Err(Error::new(
                Code::ContradictoryFields,
                format!(
                    "fetch_keys is false and there are no {keys_field}, so no token could be \
                     verified: give {keys_field} (in a configuration; they have no variable)"
                ),
            ));
        }
        Ok(Common {
            base_url: service.base_url,
            connect_timeout: settings.milliseconds("connect_timeout_ms", 5_000)?,
            request_timeout: settings.milliseconds("request_timeout_ms", 20_000)?,
            max_retries: settings.integer("max_retries", 2, MAX_RETRIES)? as u32,
            tls: tls(settings)?,
            proxy,
            proxy_choice,
            rules: Rules {
                audience: service.audience,
                issuer: service.issuer,
                username_claims: service.username_claims,
                leeway: Duration::from_secs(settings.integer("leeway_s", 60, 0..=3_600)?),
                max_token_age: settings
                    .optional_integer("max_token_age_s", 1..=31_536_000)?
                    .map(Duration::from_secs),
                require_exp: service.require_exp,
            },
            keys: KeySettings {
                configured,
                request: service.request,
                ttl: Duration::from_secs(settings.integer("key_cache_ttl_s", 3_600, 1..=86_400)?),
                fetch,
            },
            verified_tokens: settings.integer("verified_tokens", 0, 0..=1_000_000)? as usize,
            user_agent: user_agent(settings)?,
            own_headers: service.own_headers,
            headers: headers(settings)?,
            max_response_bytes: settings.integer("max_response_bytes", 1 << 20, 1..=(1 << 30))?,
        })
    }

    /// Whether the service or the proxy is connected to over TLS.
    pub(crate) fn needs_tls(&self) -> bool {
        self.base_url.is_https() || self.proxy.as_ref().is_some_and(|proxy| proxy.https)
    }
}

/// The issuer that is configured, if there is one.
pub(super) fn issuer(settings: &mut Settings) -> Result<Option<String>> {
    let issuer = settings.text("issuer");
    let is_empty = |issuer: &str| issuer.trim_end_matches('/').is_empty();
    if issuer.as_deref().is_some_and(is_empty) {
        return Err(Error::new(Code::InvalidField, "issuer must not be empty"));
    }
    Ok(issuer)
}

/// A PEM text, and the field it comes from.
pub(super) struct PemText {
    pub(super) field: &'static str,
    pub(super) text: Zeroizing<Vec<u8>>,
}

/// The text of a field, or the contents of the file that another field names.
pub(super) fn pem_or_file(
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
        (None, Some(path)) => {
            let text = files::read(file_field, field, &path)?;
            settings.note_text(file_field, &path);
            Ok(Some(PemText {
                field: file_field,
                text,
            }))
        }
        (None, None) => Ok(None),
    }
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

fn user_agent(settings: &mut Settings) -> Result<HeaderValue> {
    let own = concat!("LoginID-SDK/", env!("CARGO_PKG_VERSION"), "/c");
    let Some(appended) = settings.text("user_agent") else {
        return Ok(HeaderValue::from_static(own));
    };
    let valid = |byte: u8| byte == b' ' || byte.is_ascii_graphic();
    let value = HeaderValue::try_from(format!("{own} {appended}"));
    value
        .ok()
        .filter(|_| appended.bytes().all(valid))
        .ok_or_else(|| {
            let why = "user_agent must be visible ASCII characters";
            Error::new(Code::InvalidField, why)
        })
}

fn headers(settings: &mut Settings) -> Result<Vec<Header>> {
    let mut headers = Vec::new();
    for (name, value) in settings.texts("headers")? {
        add_header(&mut headers, &name, &value)
            .map_err(|why| Error::new(Code::InvalidHeader, format!("headers: {why}")))?;
    }
    Ok(headers)
}
