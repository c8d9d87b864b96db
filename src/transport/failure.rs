//! What our connector tells the transport through ureq's error type, which has
//! no room for it by name.

use std::error::Error;
use std::fmt;
use std::io;

use super::tls_error;

/// Why there is no answer. ureq carries it as [`ureq::Error::Other`].
#[derive(Debug)]
pub(super) enum Failure {
    Cancelled,
    /// The host's name has no address, or no resolver answered.
    Dns(String),
    /// No connection to any of the host's addresses.
    Connect(io::Error),
    /// No connection in time.
    ConnectTimeout,
    /// No complete answer in time.
    Timeout,
    /// The other side's certificate is not trusted.
    Certificate(String),
    /// TLS could not be agreed upon, or broke.
    Tls(String),
    /// The connection broke. ureq must not see this as its own `Io`: it takes a
    /// broken connection for the end of a body that has no length.
    Lost(io::Error),
    /// What has to be read as a whole does not fit in the buffer.
    LongLine,
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
            Failure::ConnectTimeout => f.write_str("no connection could be made in time"),
            Failure::Timeout => f.write_str("the deadline passed before it had answered"),
            Failure::Certificate(why) => write!(f, "its certificate is not trusted: {why}"),
            Failure::Tls(why) => write!(f, "TLS failed: {why}"),
            // What rustls and ureq call it is for those who program with them.
            Failure::Lost(why) if why.kind() == io::ErrorKind::UnexpectedEof => {
                f.write_str("it closed the connection too early")
            }
            Failure::Lost(why) => write!(f, "the connection broke: {why}"),
            Failure::LongLine => f.write_str("a line of its answer is longer than 16 KiB"),
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
        rustls::Error::InvalidCertificate(why) => {
            Failure::Certificate(tls_error::certificate(why)).into()
        }
        other => Failure::Tls(tls_error::protocol(other)).into(),
    }
}
