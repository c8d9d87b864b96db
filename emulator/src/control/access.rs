//! Who may use the control API: programs, and pages that the emulator serves itself.
//!
//! A browser says in `Origin` that a request is of a page of another origin, or in `Sec-Fetch-Site` if the page
//! only loads something. A page whose name an attacker resolves to this machine (DNS rebinding) is of the same
//! origin, but its name is in `Host`. A program on another computer needs the token. All three are checked before anything else of a request.

use aws_lc_rs::constant_time::verify_slices_are_equal;
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, StatusCode, header};

use crate::encoding::random_text;
use crate::error::ServiceError;
use crate::host::{Authority, Host, only};

/// How browsers name the relation of the page to this address. `axum` has no constant for it.
const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// How the answer is used.
const SEC_FETCH_MODE: HeaderName = HeaderName::from_static("sec-fetch-mode");
const SEC_FETCH_DEST: HeaderName = HeaderName::from_static("sec-fetch-dest");

/// The rules of one emulator.
pub struct Access {
    scheme: &'static str,
    /// The host it listens on.
    host: Host,
    token: Option<String>,
}

impl Access {
    /// The rules for this host: anything but a loopback one needs a token.
    pub fn new(scheme: &'static str, host: Host) -> Self {
        let token = (!host.is_loopback()).then(|| random_text(43));
        Self {
            scheme,
            host,
            token,
        }
    }

    /// The bearer token that every request needs, if there is one.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Refuses a request of a foreign page or without the token.
    pub fn check(&self, head: &Parts) -> Result<(), ServiceError> {
        let host = self.own_host(head)?;
        self.check_origin(&head.headers, host)?;
        self.check_token(&head.headers)
    }

    /// Refuses a file of the console under a foreign name, and to the pages of others. They may link to its pages.
    pub fn check_page(&self, head: &Parts) -> Result<(), ServiceError> {
        let host = self.own_host(head)?;
        if is_navigation(&head.headers) {
            return Ok(());
        }
        self.check_origin(&head.headers, host)
    }

    /// The host and port that the request names, if they are this emulator's.
    fn own_host(&self, head: &Parts) -> Result<Authority, ServiceError> {
        let named = Authority::of_request(&head.headers).filter(|named| self.serves(&named.host));
        // A request to a proxy names the host in its first line as well.
        let target = head.uri.authority().map(|target| target.as_str());
        match named {
            Some(named)
                if target
                    .is_none_or(|target| Authority::parse(target).as_ref() == Some(&named)) =>
            {
                Ok(named)
            }
            _ => Err(ServiceError::new(
                StatusCode::FORBIDDEN,
                "host_not_allowed",
                "The control API answers under localhost, *.localhost, a loopback address, and the host given with --host. \
                 The Host header of this request names another host",
            )),
        }
    }

    fn serves(&self, host: &Host) -> bool {
        let every_address = matches!(self.host, Host::Ip(address) if address.is_unspecified());
        host.is_loopback() || *host == self.host || (every_address && matches!(host, Host::Ip(_)))
    }

    fn check_origin(&self, headers: &HeaderMap, host: Authority) -> Result<(), ServiceError> {
        if !headers.contains_key(header::ORIGIN) && !is_of_another_page(headers) {
            return Ok(());
        }
        let origin = only(headers, &header::ORIGIN)
            .and_then(|origin| origin.to_str().ok()?.split_once("://"))
            .and_then(|(scheme, rest)| Some((scheme, Authority::parse(rest)?.normalized(scheme))));
        if origin == Some((self.scheme, host.normalized(self.scheme))) {
            return Ok(());
        }
        Err(ServiceError::new(
            StatusCode::FORBIDDEN,
            "origin_not_allowed",
            "Pages of other origins may not use the control API. Call it from a program, which sends no Origin header",
        ))
    }

    fn check_token(&self, headers: &HeaderMap) -> Result<(), ServiceError> {
        let Some(token) = &self.token else {
            return Ok(());
        };
        let given = only(headers, &header::AUTHORIZATION)
            .and_then(|value| value.to_str().ok()?.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
        match given {
            Some((_, given))
                if verify_slices_are_equal(given.as_bytes(), token.as_bytes()).is_ok() =>
            {
                Ok(())
            }
            _ => Err(ServiceError::new(
                StatusCode::UNAUTHORIZED,
                "control_token_required",
                "Other computers can reach this emulator, so its control API needs the header \
                 Authorization: Bearer with the token that was printed at the start as LOGINID_EMULATOR_TOKEN",
            )),
        }
    }
}

/// Whether a browser says that it shows the answer as a page of its own, in no frame.
fn is_navigation(headers: &HeaderMap) -> bool {
    let is = |name: &HeaderName, expected: &str| {
        only(headers, name).is_some_and(|value| value == expected)
    };
    is(&SEC_FETCH_MODE, "navigate") && is(&SEC_FETCH_DEST, "document")
}

/// Whether a browser says that a page of another origin loads this, as images and links do without `Origin`.
/// `none` is a person, who typed the address.
fn is_of_another_page(headers: &HeaderMap) -> bool {
    let mut sites = headers.get_all(SEC_FETCH_SITE).iter();
    sites.any(|site| site == "cross-site" || site == "same-site")
}
