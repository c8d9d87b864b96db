//! Origins: of pages, and of Android apps.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::host::{Authority, Host};

/// What precedes the hash of an app's signing certificate.
const ANDROID: &str = "android:apk-key-hash:";

/// An origin as WebAuthn's client data and the `Origin` header name it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A page: scheme, host and port.
    Page {
        scheme: &'static str,
        authority: Authority,
    },
    /// An Android app: SHA-256 of its signing certificate, in base64url.
    AndroidApp(String),
}

impl Origin {
    /// Parses an origin, or says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        if let Some(hash) = text.strip_prefix(ANDROID) {
            return match URL_SAFE_NO_PAD.decode(hash) {
                Ok(bytes) if bytes.len() == 32 => Ok(Self::AndroidApp(hash.to_owned())),
                _ => {
                    Err("after android:apk-key-hash: comes a SHA-256 in base64url without padding")
                }
            };
        }
        let (scheme, rest) = text.split_once("://").unwrap_or_default();
        let scheme = match scheme {
            "https" => "https",
            "http" => "http",
            _ => return Err("an origin begins with https://, http:// or android:apk-key-hash:"),
        };
        let authority = Authority::parse(rest)
            .ok_or("an origin has a scheme, a host name and a port, and nothing after them")?;
        if matches!(authority.host, Host::Ip(_)) {
            return Err(
                "pages of an IP address have no passkeys: open them under a name, such as localhost, which is always allowed",
            );
        }
        Ok(Self::Page {
            scheme,
            authority: authority.normalized(scheme),
        })
    }

    /// Parses an origin that a browser sent, which must be in its canonical form.
    pub fn parse_exact(text: &str) -> Option<Self> {
        let origin = Self::parse(text).ok()?;
        (origin.to_string() == text).then_some(origin)
    }

    /// The same page under the name `localhost`, if its origin has a loopback address. Such an origin cannot be
    /// added.
    pub fn as_localhost(text: &str) -> Option<Self> {
        let (scheme, rest) = text.split_once("://")?;
        let Authority { host, port } = Authority::parse(rest)?;
        let is_loopback_address = matches!(host, Host::Ip(_)) && host.is_loopback();
        let port = port.map_or(String::new(), |port| format!(":{port}"));
        let named = Self::parse(&format!("{scheme}://localhost{port}")).ok()?;
        is_loopback_address.then_some(named)
    }

    /// The host of a page.
    pub fn host(&self) -> Option<&Host> {
        match self {
            Self::Page { authority, .. } => Some(&authority.host),
            Self::AndroidApp(_) => None,
        }
    }

    /// Whether it is a page of this machine: `http://localhost`, `http://*.localhost` or
    /// `https://localhost`, on any port.
    pub fn is_local(&self) -> bool {
        match self {
            Self::Page {
                scheme: "http",
                authority,
            } => authority.host.is_loopback(),
            Self::Page { authority, .. } => {
                matches!(&authority.host, Host::Name(name) if name == "localhost")
            }
            Self::AndroidApp(_) => false,
        }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Page { scheme, authority } => write!(f, "{scheme}://{authority}"),
            Self::AndroidApp(hash) => write!(f, "{ANDROID}{hash}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_written_as_browsers_write_them() {
        let app = format!("{ANDROID}{}", "A".repeat(43));
        for (text, canonical) in [
            ("https://Shop.example:443", "https://shop.example"),
            ("http://localhost:80", "http://localhost"),
            ("https://localhost:80", "https://localhost:80"),
            ("http://a.localhost:3000", "http://a.localhost:3000"),
            (&app, &app),
        ] {
            let origin = Origin::parse(text).unwrap();
            assert_eq!(origin.to_string(), canonical);
            let exact = Origin::parse_exact(text);
            assert_eq!(exact.is_some(), text == canonical, "{text}");
        }
    }

    #[test]
    fn what_is_no_origin_is_refused() {
        for text in [
            "",
            "null",
            "shop.example",
            "ftp://shop.example",
            "HTTPS://shop.example",
            "https://",
            "https://shop.example/",
            "https://shop.example/path",
            "https://user@shop.example",
            "https://shop.example:x",
            "https://shop.example?query",
            "https://127.0.0.1",
            "http://[::1]:3000",
            "https://*.example",
            "android:apk-key-hash:",
            "android:apk-key-hash:AAAA",
            "android:apk-key-hash:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            "android:apk-key-hash:+AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(Origin::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn pages_of_this_machine_are_local() {
        let local = |text| Origin::parse(text).is_ok_and(|origin| origin.is_local());
        for text in [
            "http://localhost",
            "http://localhost:3000",
            "http://a.b.localhost:1",
            "https://localhost",
            "https://localhost:9443",
        ] {
            assert!(local(text), "{text}");
        }
        for text in [
            "https://a.localhost",
            "http://localhost.example",
            "http://notlocalhost",
            "https://shop.example",
        ] {
            assert!(!local(text), "{text}");
        }
    }
}
