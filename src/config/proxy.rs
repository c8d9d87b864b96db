//! The proxy that connections go through: none by default.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;
use ureq::http::Uri;
use zeroize::Zeroizing;

use super::effective::ProxyChoice;
use super::environment::variable;
use super::settings::Settings;
use crate::base_url::{self, BaseUrl};
use crate::codes::Code;
use crate::error::{Error, Result};
use crate::input;
use crate::input::host::is_loopback;
use crate::net::Proxy;

/// The proxy between this machine and the service.
///
/// `proxy` is a URL, or `env`: then it is the one that the variables name, unless
/// `NO_PROXY` lists the service's host. A loopback host is never behind a proxy.
pub(super) fn proxy(
    settings: &mut Settings,
    service: &BaseUrl,
) -> Result<(Option<Arc<Proxy>>, ProxyChoice)> {
    let loopback = is_loopback(service.host());
    let (proxy, choice) = match settings.text("proxy").as_deref() {
        None => return Ok((None, ProxyChoice::NotAsked)),
        Some("env") if loopback => return Ok((None, ProxyChoice::Loopback)),
        Some("env") => from_environment(service)?,
        Some(url) => (Some(parse("proxy", url)?), ProxyChoice::Setting),
    };
    if loopback {
        return Ok((None, ProxyChoice::Loopback));
    }
    Ok((proxy.map(Arc::new), choice))
}

/// The variable that would name the proxy of a service, if `proxy` were `env`.
pub(crate) fn unasked_variable(service: &BaseUrl) -> Option<String> {
    input::proxy::proxy(service.is_https(), variable).map(|named| named.variable)
}

fn from_environment(service: &BaseUrl) -> Result<(Option<Proxy>, ProxyChoice)> {
    let Some(named) = input::proxy::proxy(service.is_https(), variable) else {
        return Ok((None, ProxyChoice::NoVariable));
    };
    if input::proxy::is_excluded(service.host(), service.port(), variable) {
        return Ok((None, ProxyChoice::Excluded(named.variable)));
    }
    let url = named
        .value
        .into_string()
        .map_err(|_| invalid(&named.variable, "is not UTF-8"))?;
    let proxy = parse(&named.variable, &url)?;
    Ok((Some(proxy), ProxyChoice::Variable(named.variable)))
}

/// The message never shows the URL: it may hold a password.
fn invalid(setting: &str, why: &str) -> Error {
    Error::new(
        Code::InvalidProxy,
        format!("{setting} {why}; give a URL like http://proxy.example.com:3128"),
    )
}

fn parse(setting: &str, url: &str) -> Result<Proxy> {
    let invalid = |why| invalid(setting, why);
    if url.is_empty() {
        return Err(invalid("is empty"));
    }
    if url.contains(char::is_whitespace) {
        return Err(invalid("has blanks in it"));
    }
    let (scheme, rest) = url.split_once("://").unwrap_or(("http", url));
    let https = match scheme.to_ascii_lowercase().as_str() {
        "https" => true,
        "http" => false,
        _ => {
            return Err(invalid(
                "has another scheme than http and https, and no other kind of proxy is supported",
            ));
        }
    };
    let uri: Uri = format!("http://{rest}")
        .parse()
        .map_err(|_| invalid("is not the URL of a proxy"))?;
    let authority = uri
        .authority()
        .filter(|authority| !authority.host().is_empty())
        .ok_or_else(|| invalid("names no host"))?;
    if !base_url::has_usable_port(authority) {
        return Err(invalid("has a port that is not a number from 1 to 65535"));
    }
    let user = authority.as_str().rsplit_once('@').map(|(user, _)| user);
    Ok(Proxy {
        https,
        host: authority.host().to_owned(),
        port: authority.port_u16().unwrap_or(if https { 443 } else { 80 }),
        authorization: user.map(basic),
    })
}

/// A user and a password, percent-encoded in a URL, as `Proxy-Authorization` has
/// them (RFC 7617).
fn basic(user: &str) -> Zeroizing<String> {
    let mut credentials = Zeroizing::new(Vec::with_capacity(user.len() + 1));
    credentials.extend(percent_decode_str(user));
    if !user.contains(':') {
        credentials.push(b':');
    }
    Zeroizing::new(format!(
        "Basic {}",
        *Zeroizing::new(STANDARD.encode(&*credentials))
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxys_url_may_leave_out_all_but_its_host() {
        let is = |url: &str, https: bool, host: &str, port: u16, user: Option<&str>| {
            let proxy = parse("proxy", url).unwrap();
            assert_eq!(
                (proxy.https, proxy.host.as_str(), proxy.port),
                (https, host, port),
                "{url}"
            );
            let authorization = user.map(|user| format!("Basic {}", STANDARD.encode(user)));
            assert_eq!(
                proxy.authorization.map(|value| value.to_string()),
                authorization,
                "{url}"
            );
        };
        is(
            "http://proxy.example.com:3128",
            false,
            "proxy.example.com",
            3128,
            None,
        );
        is(
            "http://proxy.example.com/",
            false,
            "proxy.example.com",
            80,
            None,
        );
        is(
            "HTTPS://proxy.example.com",
            true,
            "proxy.example.com",
            443,
            None,
        );
        is(
            "proxy.example.com:3128",
            false,
            "proxy.example.com",
            3128,
            None,
        );
        is("proxy", false, "proxy", 80, None);
        is("http://[::1]:3128", false, "[::1]", 3128, None);
        is(
            "me:p%40ss@proxy:3128",
            false,
            "proxy",
            3128,
            Some("me:p@ss"),
        );
        is("http://me@proxy", false, "proxy", 80, Some("me:"));
        is("http://a:b:c%3A@proxy", false, "proxy", 80, Some("a:b:c:"));
    }

    #[test]
    fn an_error_names_the_setting_and_shows_nothing_of_the_url() {
        for (url, why) in [
            ("", "is empty"),
            (" http://proxy:3128", "has blanks"),
            ("http://proxy:3128 ", "has blanks"),
            ("socks5://me:hunter2@proxy", "another scheme"),
            ("http://me:hunter2@", "not the URL"),
            ("http://me:hunter2@:3128", "names no host"),
            ("http://me:hunter2@proxy:port", "port"),
            ("http://me:hunter2@proxy:0", "port"),
            ("http://me:hunter2@pro\"xy", "not the URL"),
        ] {
            let error = parse("ALL_PROXY", url).unwrap_err();
            assert_eq!(error.code(), "invalid_proxy", "{url}");
            let message = error.message();
            assert!(
                message.starts_with("ALL_PROXY ") && message.contains(why),
                "{url}: {message}"
            );
            assert!(!message.contains("hunter2"), "{message}");
        }
    }
}
