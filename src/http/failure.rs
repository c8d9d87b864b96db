//! Why an exchange has no reply.

use std::fmt;
use std::io;

use ureq::Timeout;

use super::current::Stage;
use crate::codes::Code;
use crate::net;

/// An exchange without a reply, or with half of one.
pub(crate) struct Failure {
    pub(crate) cause: Cause,
    /// How far the request came.
    pub(crate) stage: Stage,
    /// The status of the answer, if there was one.
    pub(crate) status: Option<u16>,
}

pub(crate) enum Cause {
    /// The connection could not be made, or broke.
    Connection(net::Error),
    /// There is an answer, and it cannot be used.
    Answer { code: Code, why: String },
    /// The HTTP client failed in a way that it should not.
    Internal(String),
}

impl Cause {
    pub(crate) fn answer(code: Code, why: impl Into<String>) -> Cause {
        let why = why.into();
        Cause::Answer { code, why }
    }
}

/// What has to be read as a whole does not fit in the buffer.
#[derive(Debug)]
pub(super) struct LongLine;

impl fmt::Display for LongLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a line of its answer is longer than 16 KiB")
    }
}

impl std::error::Error for LongLine {}

/// ureq must not see a broken connection as its own `Io`: it takes that for the end of a
/// body that has no length.
impl From<net::Error> for ureq::Error {
    fn from(error: net::Error) -> ureq::Error {
        ureq::Error::Other(Box::new(error))
    }
}

impl From<ureq::Error> for Cause {
    fn from(error: ureq::Error) -> Cause {
        use ureq::Error as E;
        match error {
            E::Other(other) => carried(other),
            E::Timeout(Timeout::Connect | Timeout::Resolve) => {
                Cause::Connection(net::Error::ConnectTimeout)
            }
            E::Timeout(_) => Cause::Connection(net::Error::Timeout),
            E::Io(error) => Cause::Connection(net::Error::Lost(error)),
            // The connection ended within the line that says how long a chunk is.
            E::BodyStalled => {
                Cause::Connection(net::Error::Lost(io::ErrorKind::UnexpectedEof.into()))
            }
            E::BodyExceedsLimit(limit) => Cause::answer(
                Code::ResponseTooLarge,
                format!("its answer is larger than {limit} bytes (max_response_bytes)"),
            ),
            E::LargeResponseHeader(_, limit) => Cause::answer(
                Code::ResponseTooLarge,
                format!("the headers of its answer are larger than {limit} bytes"),
            ),
            E::Protocol(why) => Cause::answer(Code::InvalidResponse, not_http(&why.to_string())),
            // Nothing else happens with the way that the agent is configured.
            other => Cause::Internal(format!("the HTTP client failed: {other}")),
        }
    }
}

/// What our connector and connections tell through ureq.
fn carried(error: Box<dyn std::error::Error + Send + Sync>) -> Cause {
    let error = match error.downcast::<net::Error>() {
        Ok(error) => return Cause::Connection(*error),
        Err(other) => other,
    };
    if error.is::<LongLine>() {
        Cause::answer(Code::InvalidResponse, error.to_string())
    } else {
        Cause::Internal(error.to_string())
    }
}

/// What of an answer cannot be read, in ureq's words.
fn not_http(why: &str) -> String {
    match why {
        "http parse resulted in too many headers" => {
            "its answer has more than 128 headers".to_owned()
        }
        "received headers with 100-continue response" => {
            "it sent a 100 Continue with headers, which is not supported".to_owned()
        }
        _ => format!("its answer is not valid HTTP: {why}; check the scheme and port of base_url"),
    }
}
