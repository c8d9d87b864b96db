//! Where the service is, and the way there.

use std::env;
use std::net::IpAddr;

use axum::http::Uri;
use axum::http::uri::Authority;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::report::Problem;
use super::settings;

const PUBLIC_SERVICE: &str = "https://directweb.usw1.loginid.io";

/// A host to connect to.
#[derive(Clone, Debug)]
pub struct Host {
    pub https: bool,
    /// A name or an address, without brackets.
    pub name: String,
    pub port: u16,
}

impl Host {
    /// As a URL and the header `Host` have it.
    pub fn authority(&self) -> String {
        if self.name.contains(':') {
            format!("[{}]:{}", self.name, self.port)
        } else {
            format!("{}:{}", self.name, self.port)
        }
    }

    fn from_uri(uri: &Uri, https: bool, default_port: u16) -> Option<Self> {
        let name = uri.host()?.trim_matches(['[', ']']).to_owned();
        let port = port(uri.authority()?, default_port)?;
        (!name.is_empty()).then_some(Self { https, name, port })
    }
}

/// A port that is no number is none, as in the library, not the default one.
fn port(authority: &Authority, default: u16) -> Option<u16> {
    let address = authority.as_str().rsplit('@').next()?;
    match address.strip_prefix(authority.host())?.strip_prefix(':') {
        Some(port) => port.parse().ok().filter(|port| *port > 0),
        None => Some(default),
    }
}

/// The service's address: a host, and what stands before each path.
#[derive(Debug)]
pub struct Address {
    pub host: Host,
    pub prefix: String,
}

/// Reads the base URL.
pub fn base_url() -> Result<(Address, String), Problem> {
    let text = settings::text("base_url");
    let origin = if text.is_some() {
        ""
    } else {
        ", the public service, since LOGINID_BASE_URL is not set"
    };
    let text = text.unwrap_or_else(|| PUBLIC_SERVICE.to_owned());
    let invalid = || {
        Problem::new(
            "LOGINID_BASE_URL is not a base URL",
            format!("give one as {PUBLIC_SERVICE}, without a user's name, query or fragment"),
        )
    };
    let uri: Uri = text.parse().map_err(|_| invalid())?;
    let https = match uri.scheme_str() {
        Some("https") => true,
        Some("http") => false,
        _ => return Err(invalid()),
    };
    if text.contains(['?', '#', '@']) {
        return Err(invalid());
    }
    let host = Host::from_uri(&uri, https, if https { 443 } else { 80 }).ok_or_else(invalid)?;
    if !https && !is_loopback(&host.name) && !settings::boolean("allow_http") {
        return Err(Problem::new(
            format!("{text} is plain http to another machine"),
            "use https, or set LOGINID_ALLOW_HTTP=true if you know that the path is safe",
        ));
    }
    let prefix = uri.path().trim_end_matches('/').to_owned();
    Ok((Address { host, prefix }, format!("{text}{origin}")))
}

fn is_loopback(host: &str) -> bool {
    host.parse::<IpAddr>()
        .map_or_else(|_| is_loopback_name(host), |ip| ip.is_loopback())
}

/// As in the library: `localhost` and `*.localhost` are this machine, without asking DNS.
pub fn is_loopback_name(host: &str) -> bool {
    let mut labels = host.strip_suffix('.').unwrap_or(host).rsplit('.');
    labels
        .next()
        .is_some_and(|last| last.eq_ignore_ascii_case("localhost"))
        && labels.all(|label| !label.is_empty())
}

/// A proxy that is asked with CONNECT.
#[derive(Debug)]
pub struct Proxy {
    pub host: Host,
    /// The value of `Proxy-Authorization`.
    pub authorization: Option<String>,
}

/// The proxy in effect, if there is one. What is told about it leaves its password out.
pub fn proxy(service: &Host) -> Result<(Option<Proxy>, String), Problem> {
    let from_environment = || {
        let by_scheme = if service.https {
            "HTTPS_PROXY"
        } else {
            "HTTP_PROXY"
        };
        [by_scheme, "ALL_PROXY"]
            .into_iter()
            .find_map(|name| Some((name, either_case(name)?)))
    };
    let (setting, url) = match settings::text("proxy").as_deref() {
        None => {
            let unused = from_environment().map_or(String::new(), |(name, _)| {
                format!("; {name} is set, but not asked for: LOGINID_PROXY=env would use it")
            });
            return Ok((None, format!("none{unused}")));
        }
        Some("env") => match from_environment() {
            None => {
                return Ok((
                    None,
                    "none: LOGINID_PROXY is env, and no variable names one".to_owned(),
                ));
            }
            Some((name, _))
                if is_excluded(&service.name, &either_case("NO_PROXY").unwrap_or_default()) =>
            {
                return Ok((
                    None,
                    format!("none: NO_PROXY excludes {} from {name}", service.name),
                ));
            }
            Some(found) => found,
        },
        Some(url) => ("LOGINID_PROXY", url.to_owned()),
    };
    let proxy = parse_proxy(&url).ok_or_else(|| {
        Problem::new(
            format!("{setting} is not the URL of a proxy"),
            "give one as http://proxy.example.com:3128",
        )
    })?;
    let told = format!("{} from {setting}", proxy.host.authority());
    Ok((Some(proxy), told))
}

fn either_case(name: &str) -> Option<String> {
    [name.to_owned(), name.to_lowercase()]
        .iter()
        .find_map(|name| env::var(name).ok().filter(|value| !value.is_empty()))
}

fn parse_proxy(url: &str) -> Option<Proxy> {
    let url = if url.contains("://") {
        url.to_owned()
    } else {
        format!("http://{url}")
    };
    let uri: Uri = url.parse().ok()?;
    let https = match uri.scheme_str()? {
        "https" => true,
        "http" => false,
        _ => return None,
    };
    let user = uri
        .authority()?
        .as_str()
        .rsplit_once('@')
        .map(|(user, _)| user);
    let authorization = user.map(|user| {
        let decoded: Vec<u8> = percent_decode_str(user).collect();
        format!("Basic {}", STANDARD.encode(decoded))
    });
    Some(Proxy {
        host: Host::from_uri(&uri, https, if https { 443 } else { 80 })?,
        authorization,
    })
}

/// Whether one of the patterns, separated by commas, fits the host.
fn is_excluded(host: &str, patterns: &str) -> bool {
    let host = host.to_ascii_lowercase();
    patterns
        .to_ascii_lowercase()
        .split(',')
        .map(str::trim)
        .any(|pattern| {
            if pattern.is_empty() {
                false
            } else if let Some(end) = pattern.strip_prefix('*') {
                host.ends_with(end)
            } else if pattern.starts_with('.') {
                host.ends_with(pattern)
            } else if let Some(start) = pattern.strip_suffix('*') {
                host.starts_with(start)
            } else if pattern.ends_with('.') {
                host.starts_with(pattern)
            } else {
                host == pattern
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_excluded_from_the_proxy_as_the_library_does_it() {
        for patterns in [
            "*",
            "a.example.com",
            "x, *.example.com",
            ".Example.com",
            "a.*",
        ] {
            assert!(is_excluded("a.example.com", patterns), "{patterns}");
        }
        for patterns in ["", "example.com", "b.*", ".a.example.com", " ,"] {
            assert!(!is_excluded("a.example.com", patterns), "{patterns}");
        }
    }

    #[test]
    fn a_proxy_may_have_a_password_and_no_scheme() {
        let proxy = parse_proxy("me:p%40ss@proxy.example.com:3128").unwrap();
        assert_eq!(proxy.host.authority(), "proxy.example.com:3128");
        assert_eq!(proxy.authorization.as_deref(), Some("Basic bWU6cEBzcw=="));
        assert_eq!(parse_proxy("https://[::1]").unwrap().host.port, 443);
        for url in [
            "socks5://proxy.example.com",
            "http://proxy.example.com:port",
            "http://me:pass@proxy.example.com:0",
        ] {
            assert!(parse_proxy(url).is_none(), "{url}");
        }
    }
}
