//! What our connector tells the transport through ureq's error type, which has
//! no room for it by name.

use std::error::Error;
use std::fmt;
use std::io;

/// The reasons that ureq carries as [`ureq::Error::Other`].
#[derive(Debug)]
pub(super) enum Failure {
    Cancelled,
    /// The host's name has no address, or no resolver answered.
    Dns(String),
    /// No connection to any of the host's addresses.
    Connect(io::Error),
    /// The other side's certificate is not trusted.
    Certificate(String),
    /// TLS could not be agreed upon, or broke.
    Tls(String),
    /// The connection broke. ureq must not see this as its own `Io`: it takes a
    /// broken connection for the end of a body that has no length.
    Lost(io::Error),
    /// The call cannot go on in this process.
    Internal(crate::error::Error),
    /// The proxy made no tunnel to the service.
    Proxy(String),
    /// The proxy requires a login, or refused the one it was given.
    ProxyLogin(String),
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Failure::Cancelled => f.write_str("cancelled"),
            Failure::Dns(why) => write!(f, "the host's name could not be resolved: {why}"),
            Failure::Connect(why) => write!(f, "no connection could be made: {why}"),
            Failure::Certificate(why) => write!(f, "the certificate is not trusted: {why}"),
            Failure::Tls(why) => write!(f, "TLS failed: {why}"),
            Failure::Lost(why) => write!(f, "the connection broke: {why}"),
            Failure::Internal(why) => f.write_str(why.message()),
            Failure::Proxy(why) | Failure::ProxyLogin(why) => f.write_str(why),
        }
    }
}

impl Error for Failure {}

impl From<Failure> for ureq::Error {
    fn from(failure: Failure) -> ureq::Error {
        ureq::Error::Other(Box::new(failure))
    }
}

/// Tells TLS errors, which arrive wrapped, from those of the socket below.
pub(super) fn from_io(error: io::Error) -> ureq::Error {
    let Some(tls) = error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
    else {
        // Unwraps the errors of the socket transport, which passed through.
        return match ureq::Error::from(error) {
            ureq::Error::Io(error) => Failure::Lost(error).into(),
            other => other,
        };
    };
    match tls {
        rustls::Error::InvalidCertificate(why) => Failure::Certificate(why.to_string()).into(),
        other => Failure::Tls(other.to_string()).into(),
    }
}
