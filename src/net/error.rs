//! Why a connection could not be made or used.

use std::fmt;
use std::io;

use super::tls_error;

#[derive(Debug)]
pub(crate) enum Error {
    Cancelled,
    /// The host's name has no address, or no resolver answered.
    Dns(String),
    /// No connection to any of the host's addresses.
    Connect(io::Error),
    /// No connection in time.
    ConnectTimeout,
    /// The deadline passed while the connection was in use.
    Timeout,
    /// The other side's certificate is not trusted.
    Certificate(String),
    /// The TLS handshake or the TLS connection failed.
    Tls(String),
    /// The connection broke.
    Lost(io::Error),
    /// The call cannot continue in this process.
    Internal(crate::error::Error),
    /// The proxy opened no tunnel to the service.
    Proxy(String),
    /// The proxy requires a login, or refused the one it was given.
    ProxyLogin(String),
}

pub(crate) type Result<T> = std::result::Result<T, Error>;

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Error::Cancelled => f.write_str("cancelled"),
            Error::Dns(why) => write!(f, "the host name could not be resolved: {why}"),
            Error::Connect(why) => write!(f, "no connection could be made: {why}"),
            Error::ConnectTimeout => f.write_str("no connection could be made in time"),
            Error::Timeout => f.write_str("the deadline passed before it answered"),
            Error::Certificate(why) => write!(f, "its certificate is not trusted: {why}"),
            Error::Tls(why) => write!(f, "TLS failed: {why}"),
            // The message of rustls is for the programmers who use rustls.
            Error::Lost(why) if why.kind() == io::ErrorKind::UnexpectedEof => {
                f.write_str("it closed the connection too early")
            }
            Error::Lost(why) => write!(f, "the connection broke: {why}"),
            Error::Internal(why) => f.write_str(why.message()),
            Error::Proxy(why) | Error::ProxyLogin(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for Error {}

/// `Read`, `Write` and rustls use `io::Error`: it wraps our error, and the other [`From`]
/// unwraps it.
impl From<Error> for io::Error {
    fn from(error: Error) -> io::Error {
        io::Error::other(error)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Error {
        let error = match error.downcast::<Error>() {
            Ok(own) => return own,
            Err(error) => error,
        };
        let tls = error.get_ref().and_then(|inner| inner.downcast_ref());
        match tls {
            Some(rustls::Error::InvalidCertificate(why)) => {
                Error::Certificate(tls_error::certificate(why))
            }
            Some(other) => Error::Tls(tls_error::protocol(other)),
            None => Error::Lost(error),
        }
    }
}
