//! The address of the service and of the proxy.

use axum::http::Uri;
use axum::http::uri::Authority;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use percent_encoding::percent_decode_str;

use super::input;
use super::input::host::{is_loopback, without_brackets};
use super::report::Problem;
use super::settings::{self, environment};

/// A host to connect to.
#[derive(Clone, Debug)]
pub struct Host {
    /// The variable that names it.
    pub variable: String,
    pub https: bool,
    /// A name or an address, without brackets.
    pub name: String,
    pub port: u16,
}

impl Host {
    /// As in a URL and in the header `Host`.
    pub fn authority(&self) -> String {
        if self.name.contains(':') {
            format!("[{}]:{}", self.name, self.port)
        } else {
            format!("{}:{}", self.name, self.port)
        }
    }

    fn from_uri(variable: &str, uri: &Uri, https: bool) -> Option<Self> {
        let default_port = if https { 443 } else { 80 };
        let name = without_brackets(uri.host()?).to_owned();
        let port = port(uri.authority()?, default_port)?;
        (!name.is_empty()).then(|| Self {
            variable: variable.to_owned(),
            https,
            name,
            port,
        })
    }
}

/// A port that is not a number is an error, as in the library, not the default.
fn port(authority: &Authority, default: u16) -> Option<u16> {
    let address = authority.as_str().rsplit('@').next()?;
    match address.strip_prefix(authority.host())?.strip_prefix(':') {
        Some(port) => port.parse().ok().filter(|port| *port > 0),
        None => Some(default),
    }
}

/// The address of the service: a host, and the prefix of each path.
#[derive(Debug)]
pub struct Address {
    pub host: Host,
    pub prefix: String,
}

/// Reads the base URL of this variable. `example` is a right one.
pub fn base_url(variable: &str, text: &str, example: &str) -> Result<Address, Problem> {
    if text.contains(char::is_whitespace) {
        return Err(Problem::new(
            format!("{variable} has blanks in it or around it"),
            "remove them",
        ));
    }
    let invalid = || {
        Problem::new(
            format!("{variable} is not a base URL"),
            format!("give one as {example}, without a user's name, query or fragment"),
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
    let host = Host::from_uri(variable, &uri, https).ok_or_else(invalid)?;
    if !https && !is_loopback(&host.name) && !settings::boolean("allow_http") {
        return Err(Problem::new(
            format!("{text} is plain http to another machine"),
            "use https, or set LOGINID_ALLOW_HTTP=true if you know that the path is safe",
        ));
    }
    let prefix = uri.path().trim_end_matches('/').to_owned();
    Ok(Address { host, prefix })
}

/// A proxy for CONNECT.
#[derive(Debug)]
pub struct Proxy {
    pub host: Host,
    /// The value of `Proxy-Authorization`.
    pub authorization: Option<String>,
}

/// The effective proxy, if there is one. Its description leaves the password out.
pub fn proxy(service: &Host) -> Result<(Option<Proxy>, String), Problem> {
    let loopback = is_loopback(&service.name);
    let none = |why: String| Ok((None, why));
    let named = || input::proxy::proxy(service.https, environment);
    let (setting, url) = match settings::text("proxy").as_deref() {
        None => {
            let unused = named().map_or(String::new(), |named| {
                let name = named.variable;
                format!("; {name} is set, but not asked for: LOGINID_PROXY=env would use it")
            });
            return none(format!("none{unused}"));
        }
        Some("env") if loopback => {
            return none(format!("none: {} is this machine", service.name));
        }
        Some("env") => match named() {
            None => {
                return none("none: LOGINID_PROXY is env, and no variable names one".to_owned());
            }
            Some(named) if input::proxy::is_excluded(&service.name, service.port, environment) => {
                return none(format!(
                    "none: NO_PROXY excludes {} from {}",
                    service.name, named.variable
                ));
            }
            Some(named) => {
                let url = named.value.to_string_lossy().into_owned();
                (named.variable, url)
            }
        },
        Some(url) => ("LOGINID_PROXY".to_owned(), url.to_owned()),
    };
    let proxy = parse_proxy(&setting, &url).ok_or_else(|| {
        Problem::new(
            format!("{setting} is not the URL of a proxy"),
            "give one like http://proxy.example.com:3128, without blanks; SOCKS is not supported",
        )
    })?;
    if loopback {
        return none(format!(
            "none: {} is this machine, which is reached directly whatever {setting} is",
            service.name
        ));
    }
    let description = format!("{} from {setting}", proxy.host.authority());
    Ok((Some(proxy), description))
}

fn parse_proxy(variable: &str, url: &str) -> Option<Proxy> {
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
        let mut decoded: Vec<u8> = percent_decode_str(user).collect();
        if !user.contains(':') {
            decoded.push(b':');
        }
        format!("Basic {}", STANDARD.encode(decoded))
    });
    Some(Proxy {
        host: Host::from_uri(variable, &uri, https)?,
        authorization,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_may_have_a_password_and_no_scheme() {
        let proxy = parse_proxy("X", "me:p%40ss@proxy.example.com:3128").unwrap();
        assert_eq!(proxy.host.authority(), "proxy.example.com:3128");
        assert_eq!(proxy.authorization.as_deref(), Some("Basic bWU6cEBzcw=="));
        assert_eq!(parse_proxy("X", "https://[::1]").unwrap().host.port, 443);
        for url in [
            "socks5://proxy.example.com",
            "http://proxy.example.com:port",
            "http://me:pass@proxy.example.com:0",
            " http://me:pass@proxy.example.com",
        ] {
            assert!(parse_proxy("X", url).is_none(), "{url}");
        }
    }
}
