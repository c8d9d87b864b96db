//! The URL of the service.

use std::borrow::Cow;

use bytes::Bytes;
use ureq::http::uri::{Authority, Parts, PathAndQuery, Scheme};
use ureq::http::{HeaderValue, Uri};

use crate::codes::Code;
use crate::error::{Error, Result};
use crate::input::host::is_loopback;

/// The public service.
pub(crate) const DEFAULT: &str = "https://directweb.usw1.loginid.io";

/// A checked base URL without trailing slashes; an operation's path is appended.
#[derive(Clone, Debug)]
pub(crate) struct BaseUrl {
    text: String,
    https: bool,
    /// With the brackets of an IPv6 address.
    host: String,
    port: u16,
    authority: Authority,
    /// What is before the path of an operation. Often empty.
    prefix: String,
    /// The `Host` of a request.
    host_header: HeaderValue,
}

impl BaseUrl {
    /// Checks a URL of a service whose URLs are like `example`. Plain http is refused except to
    /// this machine, unless `allow_http` is set: the bearer tokens would be sent unencrypted.
    pub(crate) fn parse(text: &str, allow_http: bool, example: &str) -> Result<BaseUrl> {
        let invalid = |why: &str| Error::new(Code::InvalidBaseUrl, format!("base_url {why}"));
        if text.is_empty() {
            return Err(invalid(&format!(
                "must not be empty: give a URL like {example}"
            )));
        }
        if text.trim() != text {
            return Err(invalid("has blanks around it"));
        }
        if text.contains(char::is_whitespace) {
            return Err(invalid("has a blank in it"));
        }
        if text.contains(['?', '#']) {
            return Err(invalid("must not have a query or a fragment"));
        }
        let uri: Uri = text
            .parse()
            .map_err(|_| invalid(&format!("is not a URL like {example}")))?;
        let authority = uri
            .authority()
            .ok_or_else(|| invalid(&format!("must be absolute, for example {example}")))?;
        if authority.as_str().contains('@') {
            return Err(invalid("must not contain a user name or password"));
        }
        if authority.host().is_empty() {
            return Err(invalid("has no host"));
        }
        if !has_usable_port(authority) {
            return Err(invalid("has a port that is not a number from 1 to 65535"));
        }
        let https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(invalid("must start with https://")),
        };
        if !https && !allow_http && !is_loopback(authority.host()) {
            return Err(Error::new(
                Code::InsecureBaseUrl,
                "base_url is plain http to another machine: tokens would be sent unencrypted; \
                 use https, or set allow_http if you know that the path is safe",
            ));
        }
        // A token names its issuer with the scheme in small letters.
        let scheme = if https { "https" } else { "http" };
        let rest = text.get(scheme.len()..).unwrap_or_default();
        let default_port = if https { 443 } else { 80 };
        let port = authority.port_u16().unwrap_or(default_port);
        let host = authority.host();
        let host_header = match port == default_port {
            true => HeaderValue::try_from(host),
            false => HeaderValue::try_from(format!("{host}:{port}")),
        };
        Ok(BaseUrl {
            text: format!("{scheme}{}", rest.trim_end_matches('/')),
            https,
            host: host.to_owned(),
            port,
            authority: authority.clone(),
            prefix: uri.path().trim_end_matches('/').to_owned(),
            host_header: host_header.map_err(|_| invalid("has a host that cannot be sent"))?,
        })
    }

    /// Without a slash at its end.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The service at this URL, as a token names it: without the dot that may end a host's name.
    pub(crate) fn issuer(&self) -> String {
        match self.host.strip_suffix('.') {
            Some(host) => self.text.replacen(&self.host, host, 1),
            None => self.text.clone(),
        }
    }

    pub(crate) fn is_https(&self) -> bool {
        self.https
    }

    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Whether paths of operations are appended to another path.
    pub(crate) fn has_path(&self) -> bool {
        !self.prefix.is_empty()
    }

    /// The URL of a path that starts with a slash. It shares its parts with this one: most paths
    /// are constants.
    #[expect(
        clippy::ptr_arg,
        reason = "only a constant is borrowed, and needs no copy"
    )]
    pub(crate) fn uri(&self, path: &Cow<'static, str>) -> Result<Uri> {
        let whole = match path {
            Cow::Borrowed(path) if self.prefix.is_empty() => Bytes::from_static(path.as_bytes()),
            path => Bytes::from(format!("{}{path}", self.prefix)),
        };
        let mut parts = Parts::default();
        parts.scheme = Some(match self.https {
            true => Scheme::HTTPS,
            false => Scheme::HTTP,
        });
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = PathAndQuery::from_maybe_shared(whole).ok();
        Uri::from_parts(parts).map_err(|_| Error::internal("the URL of the request is not valid"))
    }

    /// The `Host` of a request.
    pub(crate) fn host_header(&self) -> &HeaderValue {
        &self.host_header
    }
}

/// Whether the host is followed by nothing or by a valid port. ureq would use the default
/// port for an invalid one.
pub(crate) fn has_usable_port(authority: &Authority) -> bool {
    let address = authority.as_str().rsplit('@').next().unwrap_or_default();
    let rest = address.strip_prefix(authority.host()).unwrap_or_default();
    match rest.strip_prefix(':') {
        Some(port) => port.parse().is_ok_and(|port: u16| port > 0),
        None => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, allow_http: bool) -> Result<BaseUrl> {
        BaseUrl::parse(text, allow_http, DEFAULT)
    }

    #[test]
    fn a_path_prefix_is_kept_and_trailing_slashes_do_not_matter() {
        for base in [
            "https://example.com/api/native",
            "https://example.com/api/native//",
        ] {
            let url = parse(base, false).unwrap();
            assert_eq!(
                url.uri(&Cow::Borrowed("/tx")).unwrap(),
                "https://example.com/api/native/tx"
            );
        }
    }

    #[test]
    fn a_scheme_is_kept_in_small_letters() {
        for (given, kept) in [
            ("HTTPS://APP.example.com/", "https://APP.example.com"),
            ("Http://App.localhost:8080", "http://App.localhost:8080"),
        ] {
            assert_eq!(parse(given, false).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn an_issuer_has_no_dot_after_its_host() {
        for (given, issuer) in [
            ("https://app.example.com.", "https://app.example.com"),
            (
                "https://app.example.com.:8443",
                "https://app.example.com:8443",
            ),
            ("https://app.example.com", "https://app.example.com"),
            ("https://[::1]:8443", "https://[::1]:8443"),
        ] {
            assert_eq!(parse(given, false).unwrap().issuer(), issuer);
        }
    }

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for local in [
            "http://localhost:8080",
            "http://127.0.0.1:1",
            "http://127.9.9.9",
            "http://[::1]:80/api",
            "http://localhost.:8080",
            "http://app.localhost:8080",
            "http://a.b.LocalHost.",
        ] {
            assert!(parse(local, false).is_ok(), "{local}");
        }
        for remote in [
            "http://example.com",
            "http://localhost.example.com",
            "http://notlocalhost",
            "http://.localhost",
            "http://localhost..",
            "http://10.0.0.1",
            "http://0.0.0.0",
        ] {
            let error = parse(remote, false).unwrap_err();
            assert_eq!(error.code(), "insecure_base_url", "{remote}");
            assert!(parse(remote, true).is_ok(), "{remote}");
        }
    }

    #[test]
    fn blanks_and_an_empty_text_are_named_in_the_error() {
        for (text, message) in [
            (" https://example.com", "base_url has blanks around it"),
            ("https://example.com ", "base_url has blanks around it"),
            ("https://example.com\n", "base_url has blanks around it"),
            ("https://exa mple.com", "base_url has a blank in it"),
            (
                "",
                "base_url must not be empty: give a URL like https://directweb.usw1.loginid.io",
            ),
        ] {
            let error = parse(text, false).unwrap_err();
            assert_eq!(
                (error.code(), error.message()),
                ("invalid_base_url", message)
            );
        }
    }

    #[test]
    fn invalid_base_urls_are_refused() {
        for text in [
            "example.com",
            "ftp://example.com",
            "https://",
            "https:///path",
            "https://user:secret@example.com",
            "https://example.com?x=1",
            "https://example.com/#a",
            "https://exa mple.com",
            "https://example.com:port",
            "https://example.com:",
            "https://example.com:0/path",
            "https://example.com:65536",
            "/relative",
        ] {
            let error = parse(text, false).unwrap_err();
            assert_eq!(error.code(), "invalid_base_url", "{text}");
            assert!(!error.message().contains("secret"), "{text}");
        }
    }
}
