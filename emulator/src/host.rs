//! Hosts: names and IP addresses, as URLs and the `Host` header write them.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr};

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

/// A host.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A name in lower case, without a dot at its end.
    Name(String),
    Ip(IpAddr),
}

impl Host {
    /// Parses a name, an IPv4 address, or an IPv6 address in brackets.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(address) = text.strip_prefix('[') {
            let address = address.strip_suffix(']')?.parse().ok()?;
            return Some(Self::Ip(IpAddr::V6(address)));
        }
        if let Ok(address) = text.parse::<Ipv4Addr>() {
            return Some(Self::Ip(address.into()));
        }
        let name = text.strip_suffix('.').unwrap_or(text);
        // A last label of digits is an IPv4 address in a form that browsers never send.
        let last = name.rsplit('.').next()?;
        let valid = name.len() <= 253
            && name.split('.').all(is_label)
            && !last.bytes().all(|byte| byte.is_ascii_digit());
        valid.then(|| Self::Name(name.to_ascii_lowercase()))
    }

    /// Whether it is this machine, whatever a resolver says: browsers resolve `localhost` and
    /// `*.localhost` without DNS (RFC 6761).
    pub fn is_loopback(&self) -> bool {
        match self {
            Self::Name(name) => name == "localhost" || name.ends_with(".localhost"),
            Self::Ip(address) => address.to_canonical().is_loopback(),
        }
    }
}

/// As in a URL: an IPv6 address in brackets.
impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Ip(IpAddr::V4(address)) => address.fmt(f),
            Self::Ip(IpAddr::V6(address)) => write!(f, "[{address}]"),
        }
    }
}

/// A host with a port, if it is not the default one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authority {
    pub host: Host,
    pub port: Option<u16>,
}

impl Authority {
    /// The one that a request's `Host` header names. HTTP/1.1 requires exactly one such header.
    pub fn of_request(headers: &HeaderMap) -> Option<Self> {
        Self::parse(only(headers, &header::HOST)?.to_str().ok()?)
    }

    /// Parses `host` or `host:port`.
    pub fn parse(text: &str) -> Option<Self> {
        let (host, port) = match text.rsplit_once(':') {
            // A colon before the bracket belongs to an IPv6 address.
            Some((host, port)) if !port.ends_with(']') => (host, Some(port)),
            _ => (text, None),
        };
        let port = match port {
            None | Some("") => None,
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                Some(digits.parse().ok()?)
            }
            Some(_) => return None,
        };
        Some(Self {
            host: Host::parse(host)?,
            port,
        })
    }

    /// Without a port that is the default of the scheme.
    pub fn normalized(mut self, scheme: &str) -> Self {
        let default = if scheme == "https" { 443 } else { 80 };
        self.port = self.port.filter(|port| *port != default);
        self
    }
}

impl fmt::Display for Authority {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.host.fmt(f)?;
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}

/// The value of a header that is there exactly once.
pub fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a HeaderValue> {
    let mut values = headers.get_all(name).iter();
    values.next().filter(|_| values.next().is_none())
}

fn is_label(label: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
    (1..=63).contains(&label.len()) && label.bytes().all(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_and_ports_are_parsed() {
        for (text, host, port) in [
            ("localhost", "localhost", None),
            ("LocalHost.:8080", "localhost", Some(8080)),
            ("127.0.0.1:80", "127.0.0.1", Some(80)),
            ("[::1]:65535", "[::1]", Some(65535)),
            ("[::1]", "[::1]", None),
            ("a_b.example:", "a_b.example", None),
        ] {
            let parsed = Authority::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(
                (parsed.host.to_string().as_str(), parsed.port),
                (host, port)
            );
        }
    }

    #[test]
    fn what_no_browser_sends_is_refused() {
        for text in [
            "",
            ".",
            ":80",
            "a b",
            "a@b",
            "a/b",
            "a..b",
            "::1",
            "[::1",
            "[127.0.0.1]",
            "127.1",
            "2130706433",
            "localhost:x",
            "localhost:+80",
            "localhost:65536",
            "ä.example",
        ] {
            assert_eq!(Authority::parse(text), None, "{text}");
        }
    }

    #[test]
    fn only_this_machine_is_loopback() {
        let loopback = |text| Host::parse(text).unwrap().is_loopback();
        for host in [
            "localhost",
            "a.b.localhost.",
            "127.9.9.9",
            "[::1]",
            "[::ffff:127.0.0.1]",
        ] {
            assert!(loopback(host), "{host}");
        }
        for host in [
            "localhost.example",
            "notlocalhost",
            "0.0.0.0",
            "[::]",
            "10.0.0.1",
        ] {
            assert!(!loopback(host), "{host}");
        }
    }
}
