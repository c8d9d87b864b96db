//! The way out: direct by default, through a proxy when told so.

use std::env;

use ureq::Proxy;

use super::fields::Settings;
use crate::base_url::has_usable_port;
use crate::error::{Error, Result};

/// Which proxy connections go through.
#[derive(Clone, Debug, Default)]
pub(crate) struct ProxySetting(pub(crate) Option<Proxy>);

impl ProxySetting {
    /// `proxy` is a URL, or `env` for the variables `HTTPS_PROXY` or
    /// `HTTP_PROXY` (by the base URL's scheme), then `ALL_PROXY`, in either
    /// case of letters; then the hosts in `NO_PROXY` are reached directly.
    pub(super) fn from_settings(settings: &mut Settings, https: bool) -> Result<ProxySetting> {
        let mut excluded = String::new();
        let url = match settings.text("proxy").as_deref() {
            None => return Ok(ProxySetting(None)),
            Some("env") => {
                excluded = variable("NO_PROXY").unwrap_or_default();
                let by_scheme = if https { "HTTPS_PROXY" } else { "HTTP_PROXY" };
                match variable(by_scheme).or_else(|| variable("ALL_PROXY")) {
                    Some(url) => url,
                    None => return Ok(ProxySetting(None)),
                }
            }
            Some(url) => url.to_owned(),
        };
        build(&url, &excluded).map(|proxy| ProxySetting(Some(proxy)))
    }
}

/// A variable in capitals or, as curl has it, in small letters.
fn variable(name: &str) -> Option<String> {
    [name.to_owned(), name.to_lowercase()]
        .iter()
        .filter_map(|name| env::var(name).ok())
        .find(|value| !value.is_empty())
}

/// The message never shows the URL: it may hold a password.
fn build(url: &str, excluded: &str) -> Result<Proxy> {
    let invalid = || {
        Error::config(
            "invalid_proxy",
            "proxy must be 'env' or a URL as http://proxy.example.com:3128",
        )
    };
    let parsed = Proxy::new(url).map_err(|_| invalid())?;
    if !matches!(
        parsed.protocol(),
        ureq::ProxyProtocol::Http | ureq::ProxyProtocol::Https
    ) {
        return Err(invalid());
    }
    if !parsed.uri().authority().is_some_and(has_usable_port) {
        return Err(invalid());
    }
    let mut builder = Proxy::builder(parsed.protocol())
        .host(parsed.host())
        .port(parsed.port());
    if let Some(username) = parsed.username() {
        builder = builder.username(username);
    }
    if let Some(password) = parsed.password() {
        builder = builder.password(password);
    }
    for host in excluded.split(',').map(str::trim) {
        if !host.is_empty() {
            builder = builder.no_proxy(host);
        }
    }
    builder.build().map_err(|_| invalid())
}
